"""What the merged arguments and input types accept can still be written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphwing.composition.definitions import InputValue, TypeDefinition
from graphwing.composition.graphql_rules.input_cycles import CYCLE_REMEDY, input_cycles
from graphwing.composition.graphql_rules.input_values import default_complaint
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.problems import Place


def check_merged_inputs(merge: Merge) -> None:
    """Report defaults that lost a part, and what came to need itself, or more than it may."""
    for definition in merge.types.values():
        for coordinate, item, holder in _inputs_of(definition):
            _check(merge, coordinate, item, _places(merge, definition.name, holder))
    for directive in merge.directives.values():
        for argument in directive.arguments.values():
            coordinate = f"@{directive.name}({argument.name}:)"
            _check(merge, coordinate, argument, _directive_places(merge, directive.name))
    for cycle in input_cycles(merge.types):
        merge.problems.report(
            "INVALID_GRAPHQL",
            f"once merged, {cycle.message}",
            at=_places(merge, cycle.owner, cycle.item.name),
            coordinate=cycle.coordinate,
            remedy=CYCLE_REMEDY,
        )


def _check(merge: Merge, coordinate: str, item: InputValue, at: Iterable[Place]) -> None:
    complaint = _complaint(merge, coordinate, item)
    if complaint is not None:
        message, remedy = complaint
        merge.problems.report(
            "INVALID_GRAPHQL",
            f"once merged, {message}",
            at=at,
            coordinate=coordinate,
            remedy=remedy,
        )


def _complaint(merge: Merge, coordinate: str, item: InputValue) -> tuple[str, str] | None:
    """Return what is wrong with the merged `item`, and the remedy; nothing if all is well."""
    complaint = default_complaint(item, merge.types)
    if complaint is not None:
        remedy = f"give a default of what all subgraphs have of `{item.type}`"
        return f"the default of `{coordinate}` {complaint}", remedy
    if item.is_required and any(it.name == "deprecated" for it in item.directives):
        return (
            f"`{coordinate}` is required and deprecated at once, so nobody can stop using it",
            "make it nullable in all subgraphs",
        )
    return None


def _inputs_of(definition: TypeDefinition) -> Iterator[tuple[str, InputValue, str]]:
    """Yield coordinate and record of what `definition` accepts, and the field with it."""
    for item in definition.fields.values():
        for argument in item.arguments.values():
            yield f"{definition.name}.{item.name}({argument.name}:)", argument, item.name
    for input_field in definition.input_fields.values():
        yield f"{definition.name}.{input_field.name}", input_field, input_field.name


def _places(merge: Merge, owner: str, name: str) -> Iterator[Place]:
    """Yield where subgraphs define the field `name` of `owner`."""
    for subgraph, definition in merge.sources[owner]:
        item = definition.fields.get(name) or definition.input_fields.get(name)
        if item is not None:
            yield subgraph.schema.at(item.position)


def _directive_places(merge: Merge, name: str) -> Iterator[Place]:
    """Yield where subgraphs define the directive `name`."""
    for subgraph in merge.subgraphs:
        definition = subgraph.schema.directives.get(name)
        if definition is not None:
            yield subgraph.schema.at(definition.position)
