"""The rules that one subgraph must keep for its federation directives to mean something."""

from __future__ import annotations

from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.validate_subgraph.auth_directives import (
    AUTH_DIRECTIVES,
    check_auth_directives,
)
from graphwing.composition.validate_subgraph.contexts import check_contexts
from graphwing.composition.validate_subgraph.cost_directives import check_cost_directives
from graphwing.composition.validate_subgraph.external_fields import check_external_fields
from graphwing.composition.validate_subgraph.field_set_directives import (
    check_keys,
    check_provides,
    check_requires,
)
from graphwing.composition.validate_subgraph.interface_entities import check_interface_entities
from graphwing.composition.validate_subgraph.shareable import check_shareable

__all__ = ["validate_subgraph"]

# Each rule with the directives that it is about: most subgraphs use few of them.
_RULES = (
    (check_keys, {"key"}),
    (check_requires, {"requires"}),
    (check_provides, {"provides"}),
    (check_external_fields, {"external"}),
    (check_shareable, {"shareable"}),
    (check_interface_entities, {"key", "interfaceObject"}),
    (check_contexts, {"context", "fromContext"}),
    (check_cost_directives, {"cost", "listSize"}),
    (check_auth_directives, set(AUTH_DIRECTIVES)),
)


def validate_subgraph(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report every rule that `schema` breaks."""
    for rule, directives in _RULES:
        if not directives.isdisjoint(schema.used_directives):
            rule(schema, facts, problems)
