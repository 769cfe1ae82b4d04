"""A combined `@listSize` still speaks of arguments and fields that every subgraph has."""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.composition.definitions import AppliedDirective, FieldDefinition, first_applied
from graphwing.composition.merge.merge_state import Merge, Subgraph, places, quoted
from graphwing.composition.type_reference import named_type
from graphwing.composition.values import is_string_list


def check_list_sizes(merge: Merge) -> None:
    """Report list sizes that name an argument or field which merging has left out somewhere."""
    if "listSize" not in merge.carried:
        return
    for definition in merge.types.values():
        for item in definition.fields.values():
            use = first_applied(item, "listSize")
            if use is None:
                continue
            coordinate = f"{definition.name}.{item.name}"
            _check_arguments(merge, item, use, coordinate)
            for subgraph, owner in merge.sources[definition.name]:
                own = owner.fields.get(item.name)
                if own is not None:
                    _check_fields(merge, subgraph, own, use, coordinate)


def _check_arguments(
    merge: Merge, item: FieldDefinition, use: AppliedDirective, coordinate: str
) -> None:
    missing = [name for name in _names(use, "slicingArguments") if name not in item.arguments]
    if missing:
        owner = coordinate.partition(".")[0]
        merge.problems.report(
            "LIST_SIZE_INVALID_SLICING_ARGUMENT",
            f"once merged, `@{use.name}` on `{coordinate}` names {quoted(missing)}, which the"
            " field does not take in all subgraphs and so not in the supergraph",
            at=places(merge.sources[owner]),
            coordinate=coordinate,
            remedy="let the field take it in all subgraphs, or slice by an argument that all have",
        )


def _check_fields(
    merge: Merge, subgraph: Subgraph, own: FieldDefinition, use: AppliedDirective, coordinate: str
) -> None:
    returned = subgraph.schema.types.get(named_type(own.type))
    known = returned.fields if returned is not None else {}
    missing = [name for name in _names(use, "sizedFields") if name not in known]
    if missing:
        merge.problems.report(
            "LIST_SIZE_INVALID_SIZED_FIELD",
            f"once merged, `@{use.name}` on `{coordinate}` sizes {quoted(missing)}, which"
            f" `{named_type(own.type)}` does not have here",
            at=[subgraph.schema.at(own.position)],
            coordinate=coordinate,
            remedy="size fields that all subgraphs with the field have",
        )


def _names(use: AppliedDirective, argument: str) -> Iterator[str]:
    value = use.arguments.get(argument)
    if is_string_list(value):
        yield from value
