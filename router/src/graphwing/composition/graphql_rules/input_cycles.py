"""No input object needs itself to be written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphwing.composition.definitions import InputValue, TypeDefinition, TypeKind
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.type_reference import is_list, is_non_null, nullable

CYCLE_REMEDY = "make one field on the way nullable"

_Needed = tuple[InputValue, TypeDefinition]
"""A non-null field, and the input type that it is of."""


@dataclass(frozen=True, slots=True)
class InputCycle:
    """A non-null field that leads back to an input type which needs it."""

    owner: str
    item: InputValue
    target: str

    @property
    def message(self) -> str:
        """What is wrong."""
        return f"input `{self.target}` can never be written: its non-null fields lead back to it"

    @property
    def coordinate(self) -> str:
        """Where it is wrong."""
        return f"{self.owner}.{self.item.name}"


def check_input_cycles(schema: SubgraphSchema, problems: Problems) -> None:
    """Report input types that contain themselves through non-null fields only."""
    for cycle in input_cycles(schema.types):
        problems.report(
            "INVALID_GRAPHQL",
            cycle.message,
            at=[schema.at(cycle.item.position)],
            coordinate=cycle.coordinate,
            remedy=CYCLE_REMEDY,
        )


def input_cycles(types: Mapping[str, TypeDefinition]) -> Iterator[InputCycle]:
    """Yield one field of each cycle of non-null fields among the input types in `types`."""
    finished: set[str] = set()
    for definition in types.values():
        if definition.kind is TypeKind.INPUT and definition.name not in finished:
            yield from _cycles_from(definition, types, finished)


def _cycles_from(
    start: TypeDefinition, types: Mapping[str, TypeDefinition], finished: set[str]
) -> Iterator[InputCycle]:
    """Search depth first from `start`; the stack holds the path, so a cycle is found on it."""
    path = [start.name]
    pending = [_needed(start, types)]
    while pending:
        if not pending[-1]:
            pending.pop()
            finished.add(path.pop())
            continue
        item, target = pending[-1].pop()
        if target.name in path:
            yield InputCycle(path[-1], item, target.name)
        elif target.name not in finished:
            path.append(target.name)
            pending.append(_needed(target, types))


def _needed(definition: TypeDefinition, types: Mapping[str, TypeDefinition]) -> list[_Needed]:
    found: list[_Needed] = []
    for item in definition.input_fields.values():
        reference = nullable(item.type)
        if not is_non_null(item.type) or is_list(reference):
            continue
        target = types.get(reference)
        if target is not None and target.kind is TypeKind.INPUT:
            found.append((item, target))
    return found
