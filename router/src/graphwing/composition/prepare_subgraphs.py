"""Make subgraphs ready to be merged: built, upgraded from Federation 1, and valid by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from graphwing.composition.build_subgraph import build_subgraph
from graphwing.composition.check_extensions import check_extensions
from graphwing.composition.field_facts import FieldFacts, field_facts
from graphwing.composition.merge.graph_names import graph_names
from graphwing.composition.merge.merge_state import Subgraph
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.composition.upgrade_federation_1 import upgrade_federation_1
from graphwing.composition.validate_subgraph import validate_subgraph
from graphwing.composition.values import EnumLiteral
from graphwing.errors import CompositionError


def prepare_subgraphs(given: Sequence[SubgraphSdl]) -> list[Subgraph]:
    """Return `given`, ready to be merged, or raise `CompositionError`."""
    problems = Problems()
    _check_names(given, problems)
    schemas, facts = _built(given, problems)
    _stop_at(problems)
    for schema in schemas:
        if schema.is_federation_1:
            before = len(problems.found)
            check_extensions(schema, schemas, problems)
            upgrade_federation_1(schema, problems)
            if len(problems.found) == before:
                facts[schema.name] = _validated(schema, problems)
    _stop_at(problems)
    return _ready(schemas, facts)


def check_alone(subgraph: SubgraphSdl) -> None:
    """Raise `CompositionError` with all problems that `subgraph` has by itself, if it has any."""
    problems = Problems()
    schemas, _ = _built([subgraph], problems)
    _stop_at(problems)
    for schema in schemas:
        if schema.is_federation_1:
            upgrade_federation_1(schema, problems)
            _stop_at(problems)
            _validated(schema, problems)
    _stop_at(problems)


def _built(
    given: Sequence[SubgraphSdl], problems: Problems
) -> tuple[list[SubgraphSchema], dict[str, FieldFacts]]:
    """Return the schemas of `given`, and the facts of those that need no upgrade, now valid."""
    schemas: list[SubgraphSchema] = []
    facts: dict[str, FieldFacts] = {}
    for subgraph in given:
        schema = build_subgraph(subgraph, problems)
        if schema is None:
            continue
        schemas.append(schema)
        if not schema.is_federation_1:
            facts[schema.name] = _validated(schema, problems)
    return schemas, facts


def _validated(schema: SubgraphSchema, problems: Problems) -> FieldFacts:
    facts = field_facts(schema)
    validate_subgraph(schema, facts, problems)
    return facts


def _ready(schemas: list[SubgraphSchema], facts: dict[str, FieldFacts]) -> list[Subgraph]:
    graphs = graph_names(schema.name for schema in schemas)
    return [
        Subgraph(schema, facts[schema.name], EnumLiteral(graphs[schema.name])) for schema in schemas
    ]


def _check_names(given: Sequence[SubgraphSdl], problems: Problems) -> None:
    if not given:
        problems.report(
            "NO_QUERIES", "there are no subgraphs to compose", remedy="name at least one subgraph"
        )
    seen: set[str] = set()
    for subgraph in given:
        if subgraph.name in {"", "_"}:
            message = f"a subgraph cannot be called `{subgraph.name}`"
        elif subgraph.name in seen:
            message = f"two subgraphs are called `{subgraph.name}`"
        else:
            seen.add(subgraph.name)
            continue
        problems.report(
            "INVALID_SUBGRAPH_NAME", message, subgraphs=[subgraph.name], remedy="rename it"
        )


def _stop_at(problems: Problems) -> None:
    if problems.found:
        raise CompositionError(problems.found)
