"""No input object needs itself to be written down."""

from __future__ import annotations

from graphwing.composition.definitions import InputValue, TypeDefinition, TypeKind
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.type_reference import is_list, is_non_null, nullable


def check_input_cycles(schema: SubgraphSchema, problems: Problems) -> None:
    """Report input types that contain themselves through non-null fields only."""
    finished: set[str] = set()
    for definition in schema.types.values():
        if definition.kind is TypeKind.INPUT and definition.name not in finished:
            _walk_from(definition, schema, finished, problems)


def _walk_from(
    start: TypeDefinition, schema: SubgraphSchema, finished: set[str], problems: Problems
) -> None:
    """Search depth first from `start`; the stack holds the path, so a cycle is found on it."""
    path = [start.name]
    pending = [_needed(start, schema)]
    while pending:
        if not pending[-1]:
            pending.pop()
            finished.add(path.pop())
            continue
        item, target = pending[-1].pop()
        if target.name in path:
            problems.report(
                "INVALID_GRAPHQL",
                f"input `{target.name}` can never be written: its non-null fields lead back to it",
                at=[schema.at(item.position)],
                coordinate=f"{path[-1]}.{item.name}",
                remedy="make one field on the way nullable",
            )
        elif target.name not in finished:
            path.append(target.name)
            pending.append(_needed(target, schema))


def _needed(
    definition: TypeDefinition, schema: SubgraphSchema
) -> list[tuple[InputValue, TypeDefinition]]:
    found: list[tuple[InputValue, TypeDefinition]] = []
    for item in definition.input_fields.values():
        reference = nullable(item.type)
        if not is_non_null(item.type) or is_list(reference):
            continue
        target = schema.types.get(reference)
        if target is not None and target.kind is TypeKind.INPUT:
            found.append((item, target))
    return found
