"""`@shareable` stands where a field can be resolved twice, and once per declaration."""

from __future__ import annotations

from graphwing.composition.definitions import Position, TypeKind, applied
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema


def check_shareable(schema: SubgraphSchema, _facts: FieldFacts, problems: Problems) -> None:
    """Report `@shareable` on interfaces, and twice on one declaration."""
    for definition in schema.objects_and_interfaces():
        on_type = [use.in_extension for use in applied(definition, "shareable")]
        if on_type.count(False) > 1:
            _report_twice(schema, problems, definition.name, definition.position)
        for item in definition.fields.values():
            uses = applied(item, "shareable")
            coordinate = f"{definition.name}.{item.name}"
            if uses and definition.kind is TypeKind.INTERFACE:
                problems.report(
                    "INVALID_SHAREABLE_USAGE",
                    f"`{coordinate}` is a field of an interface, which nothing resolves,"
                    " and so cannot be shareable",
                    at=[schema.at(uses[0].position)],
                    coordinate=coordinate,
                    remedy="mark the fields of the implementing types instead",
                )
            elif len(uses) > 1:
                _report_twice(schema, problems, coordinate, uses[1].position)


def _report_twice(
    schema: SubgraphSchema,
    problems: Problems,
    coordinate: str,
    position: Position,
) -> None:
    problems.report(
        "INVALID_SHAREABLE_USAGE",
        f"`{coordinate}` is marked `@shareable` twice in one declaration",
        at=[schema.at(position)],
        coordinate=coordinate,
        remedy="keep one; a type and its extensions may carry one each",
    )
