"""A field that reads other fields demands at least the access that those demand.

Otherwise `@requires` and `@fromContext` would be ways around a requirement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphwing.composition.definitions import (
    AppliedDirective,
    Element,
    FieldDefinition,
    TypeDefinition,
    applied,
    first_applied,
)
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedType,
    parse_field_set,
    split_context_field,
)
from graphwing.composition.merge.auth_requirements import AUTH_DIRECTIVES
from graphwing.composition.merge.directive_arguments import (
    all_requirements,
    requirement_alternatives,
)
from graphwing.composition.merge.merge_state import Merge, Subgraph
from graphwing.composition.subgraph_schema import string_argument
from graphwing.composition.type_reference import named_type
from graphwing.composition.values import ConstValue

_ARGUMENTS = {"requiresScopes": "scopes", "policy": "policies"}


def check_transitive_auth(merge: Merge) -> None:
    """Report fields that read what they do not demand the right to read."""
    if not any(spec in merge.carried for spec in AUTH_DIRECTIVES):
        return
    for subgraph in merge.subgraphs:
        for definition in subgraph.schema.objects_and_interfaces():
            for item in definition.fields.values():
                for read in _reads(subgraph, definition, item):
                    _check(merge, subgraph, definition, item, read)


@dataclass(frozen=True, slots=True)
class _Read:
    """A selection on a type of the supergraph, and the directive that makes it."""

    selections: FieldSet
    type_name: str
    use: AppliedDirective


def _reads(
    subgraph: Subgraph, definition: TypeDefinition, item: FieldDefinition
) -> Iterator[_Read]:
    for use in applied(item, "requires"):
        yield from _read(string_argument(use, "fields"), definition.name, use)
    for argument in item.arguments.values():
        use = first_applied(argument, "fromContext")
        if use is None:
            continue
        name, selection = split_context_field(string_argument(use, "field") or "")
        for owner in subgraph.schema.types.values():
            if any(it.arguments.get("name") == name for it in applied(owner, "context")):
                yield from _read(selection, owner.name, use)


def _read(text: str | None, type_name: str, use: AppliedDirective) -> Iterator[_Read]:
    try:
        yield _Read(parse_field_set(text or ""), type_name, use)
    except FieldSetError:
        return


def _check(
    merge: Merge,
    subgraph: Subgraph,
    definition: TypeDefinition,
    item: FieldDefinition,
    read: _Read,
) -> None:
    merged = merge.types.get(definition.name)
    merged_field = merged.fields.get(item.name) if merged is not None else None
    if merged is None or merged_field is None:
        return
    coordinate = f"{definition.name}.{item.name}"
    for needed, where in _needed(merge, read):
        spec = needed.spec or ""
        if _satisfies((merged, merged_field), needed, spec):
            continue
        merge.problems.report(
            "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
            f"`{coordinate}` reads `{where}` through `{read.use}`, and does not demand its"
            f" `{needed}`",
            at=[subgraph.schema.at(read.use.position)],
            coordinate=coordinate,
            remedy=f"add `{needed}` to `{coordinate}`",
        )
        return


def _needed(merge: Merge, read: _Read) -> Iterator[tuple[AppliedDirective, str]]:
    """Yield the requirements on everything that `read` selects, with the place of each."""
    start = merge.types.get(read.type_name)
    pending = [(read.selections, start)] if start is not None else []
    while pending:
        selections, owner = pending.pop()
        for selection in selections:
            if isinstance(selection, SelectedType):
                target = merge.types.get(selection.condition) if selection.condition else owner
                if target is not None:
                    yield from _requirements(target, target.name)
                    pending.append((selection.selections, target))
                continue
            item = owner.fields.get(selection.name)
            if item is None:
                continue
            yield from _requirements(item, f"{owner.name}.{item.name}")
            target = merge.types.get(named_type(item.type))
            if target is not None:
                yield from _requirements(target, target.name)
                pending.append((selection.selections, target))


def _requirements(element: Element, where: str) -> Iterator[tuple[AppliedDirective, str]]:
    for use in element.directives:
        if use.spec in AUTH_DIRECTIVES:
            yield use, where


def _satisfies(elements: tuple[Element, ...], needed: AppliedDirective, spec: str) -> bool:
    uses = [use for element in elements for use in applied(element, spec)]
    if not uses:
        return False
    argument = _ARGUMENTS.get(spec)
    if argument is None:
        return True
    own: ConstValue = all_requirements([use.arguments.get(argument) for use in uses])
    wanted = requirement_alternatives(needed.arguments.get(argument))
    return all(
        any(alternative <= demanded for alternative in wanted)
        for demanded in requirement_alternatives(own)
    )
