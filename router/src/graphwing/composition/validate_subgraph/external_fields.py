"""An external field is there because a directive needs it."""

from __future__ import annotations

from graphwing.composition.definitions import TypeKind, has_applied
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema


def check_external_fields(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report external fields that nothing uses, and external fields of interfaces."""
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            coordinate = f"{definition.name}.{item.name}"
            key = (definition.name, item.name)
            # In an extension a key is resolved in spite of its `@external`, on interfaces as well.
            is_external = has_applied(item, "external") and key not in facts.fake_external
            if definition.kind is TypeKind.INTERFACE and is_external:
                problems.report(
                    "EXTERNAL_ON_INTERFACE",
                    f"`{coordinate}` is a field of an interface and cannot be external",
                    at=[schema.at(item.position)],
                    coordinate=coordinate,
                    remedy="mark the field of the implementing types instead",
                )
            if key in facts.external and key not in facts.used:
                problems.report(
                    "EXTERNAL_UNUSED",
                    f"`{coordinate}` is external, and no `@key`, `@requires`, `@provides` or"
                    " interface here needs it",
                    at=[schema.at(item.position)],
                    coordinate=coordinate,
                    remedy="remove the field, or `@external` if this subgraph resolves it",
                )
