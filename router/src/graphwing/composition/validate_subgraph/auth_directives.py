"""Access is demanded of objects and their fields; interfaces take it from their implementations."""

from __future__ import annotations

from graphwing.composition.definitions import Element, TypeKind, has_applied
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema

AUTH_DIRECTIVES = ("authenticated", "requiresScopes", "policy")


def check_auth_directives(schema: SubgraphSchema, _facts: FieldFacts, problems: Problems) -> None:
    """Report access requirements on interfaces, interface objects and their fields."""
    for definition in schema.objects_and_interfaces():
        if definition.kind is not TypeKind.INTERFACE and not has_applied(
            definition, "interfaceObject"
        ):
            continue
        elements: list[tuple[str, Element]] = [(definition.name, definition)]
        # The fields of an interface object are its own, and the implementations get them.
        if definition.kind is TypeKind.INTERFACE:
            elements += [(f"{definition.name}.{it.name}", it) for it in definition.fields.values()]
        for coordinate, element in elements:
            for use in element.directives:
                if use.spec in AUTH_DIRECTIVES:
                    problems.report(
                        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
                        f"`@{use.name}` on `{coordinate}` is on an interface",
                        at=[schema.at(use.position)],
                        coordinate=coordinate,
                        remedy="put it on the implementing types; the supergraph's interface"
                        " takes it from there",
                    )
