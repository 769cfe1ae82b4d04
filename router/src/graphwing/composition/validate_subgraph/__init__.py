"""The rules that one subgraph must keep for its federation directives to mean something."""

from __future__ import annotations

from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.validate_subgraph.auth_directives import check_auth_directives
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

_RULES = (
    check_keys,
    check_requires,
    check_provides,
    check_external_fields,
    check_shareable,
    check_interface_entities,
    check_contexts,
    check_cost_directives,
    check_auth_directives,
)


def validate_subgraph(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report every rule that `schema` breaks."""
    for rule in _RULES:
        rule(schema, facts, problems)
