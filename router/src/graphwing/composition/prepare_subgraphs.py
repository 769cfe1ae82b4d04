"""Make subgraphs ready to be merged: built, upgraded from Federation 1, and valid by themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from graphwing.composition.build_subgraph import build_subgraph
from graphwing.composition.check_extensions import check_extensions
from graphwing.composition.field_facts import FieldFacts, field_facts
from graphwing.composition.merge.graph_names import graph_name, graph_names
from graphwing.composition.merge.merge_state import Subgraph
from graphwing.composition.problems import Problems
from graphwing.composition.sdl_texts import SdlTexts, sdl_texts
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.composition.upgrade_federation_1 import (
    adopt_keys,
    remove_repeated_tags,
    upgrade_federation_1,
)
from graphwing.composition.validate_subgraph import validate_subgraph
from graphwing.composition.values import EnumLiteral
from graphwing.errors import CompositionError, CompositionProblem

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def prepare_subgraphs(given: Sequence[SubgraphSdl]) -> list[Subgraph]:
    """Return `given`, ready to be merged, or raise `CompositionError`."""
    problems = Problems(sdl_texts(given))
    _check_given(given, problems)
    schemas, facts = _built(given, problems)
    _stop_at(problems)
    old = [schema for schema in schemas if schema.is_federation_1]
    # Upgrading removes what could be the base of another subgraph's extension.
    homeless = {schema.name: _extension_problems(schema, schemas, problems.texts) for schema in old}
    adopt_keys(schemas)
    for schema in old:
        before = len(problems.found)
        problems.found += homeless[schema.name]
        upgrade_federation_1(schema, problems)
        if len(problems.found) == before:
            facts[schema.name] = _validated(schema, problems)
    _stop_at(problems)
    remove_repeated_tags(schemas, facts)
    return _ready(schemas, facts)


def _extension_problems(
    schema: SubgraphSchema, schemas: Sequence[SubgraphSchema], texts: SdlTexts
) -> list[CompositionProblem]:
    problems = Problems(texts)
    check_extensions(schema, schemas, problems)
    return problems.found


def check_alone(subgraph: SubgraphSdl) -> None:
    """Raise `CompositionError` with all problems that `subgraph` has by itself, if it has any."""
    problems = Problems(sdl_texts([subgraph]))
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
        if _has_valid_name(schema, problems) and not schema.is_federation_1:
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


def _check_given(given: Sequence[SubgraphSdl], problems: Problems) -> None:
    if not given:
        problems.report(
            "NO_QUERIES", "there are no subgraphs to compose", remedy="name at least one subgraph"
        )
    for name, count in Counter(subgraph.name for subgraph in given).items():
        if count > 1:
            _report_name(name, f"{count} subgraphs are called `{name}`", problems)
    _stop_at(problems)


def _has_valid_name(schema: SubgraphSchema, problems: Problems) -> bool:
    # In the supergraph the name is that of an enum value, which may not begin with underscores.
    if (
        schema.name in {"", "_"}
        or graph_name(schema.name).startswith("__")
        or _LONE_SURROGATE.search(schema.name)
    ):
        _report_name(schema.name, f"a subgraph cannot be called `{schema.name}`", problems)
        return False
    return True


def _report_name(name: str, message: str, problems: Problems) -> None:
    problems.report("INVALID_SUBGRAPH_NAME", message, subgraphs=[name], remedy="rename it")


def _stop_at(problems: Problems) -> None:
    if problems.found:
        raise CompositionError(problems.found)
