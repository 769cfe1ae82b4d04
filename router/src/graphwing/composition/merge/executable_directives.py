"""Merge directives for operations: what all subgraphs define, where all of them allow it."""

from __future__ import annotations

from graphwing.composition.build_subgraph import own_directives
from graphwing.composition.definitions import DirectiveDefinition
from graphwing.composition.graphql_rules.directive_uses import BUILT_IN_DIRECTIVES
from graphwing.composition.merge.arguments import merged_arguments
from graphwing.composition.merge.descriptions import merged_description
from graphwing.composition.merge.directive_types import check_argument_types
from graphwing.composition.merge.merge_state import Merge, Sources, names_of, places

EXECUTABLE_LOCATIONS = (
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
)

# How results are delivered is between clients and the router, whatever subgraphs define.
_OF_ROUTERS = frozenset({"defer", "stream"})


def merge_executable_directives(merge: Merge) -> None:
    """Define those directives that a client may use, because every subgraph understands them."""
    by_name: dict[str, Sources[DirectiveDefinition]] = {}
    for subgraph in merge.subgraphs:
        for name, definition in own_directives(subgraph.schema).items():
            is_own = name not in BUILT_IN_DIRECTIVES and name not in _OF_ROUTERS
            if is_own and name not in merge.composed:
                by_name.setdefault(name, []).append((subgraph, definition))
    for name, found in by_name.items():
        if any(set(it.locations) & set(EXECUTABLE_LOCATIONS) for _, it in found):
            _merge_definition(merge, name, found)


def _merge_definition(merge: Merge, name: str, found: Sources[DirectiveDefinition]) -> None:
    coordinate = f"@{name}"
    if len(found) < len(merge.subgraphs):
        having = {subgraph.name for subgraph, _ in found}
        lacking = [subgraph for subgraph in merge.subgraphs if subgraph.name not in having]
        _hint(
            merge,
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            f"`@{name}` is not defined in {names_of(lacking)}, so clients cannot use it",
            found,
        )
        return
    common = [
        location
        for location in EXECUTABLE_LOCATIONS
        if all(location in it.locations for _, it in found)
    ]
    if not common:
        message = f"the subgraphs allow `@{name}` in no common place, so clients cannot use it"
        _hint(merge, "NO_EXECUTABLE_DIRECTIVE_INTERSECTION", message, found)
        return
    executable = [set(it.locations) & set(EXECUTABLE_LOCATIONS) for _, it in found]
    if any(locations != set(common) for locations in executable):
        message = (
            f"`@{name}` is allowed in different places; the supergraph has {', '.join(common)}"
        )
        _hint(merge, "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", message, found)
    repeatable = [it.is_repeatable for _, it in found]
    if any(repeatable) and not all(repeatable):
        message = f"`@{name}` is repeatable in some subgraphs only, and not in the supergraph"
        _hint(merge, "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", message, found)
    for subgraph, definition in found:
        check_argument_types(merge, subgraph, definition)
    merge.directives[name] = DirectiveDefinition(
        name,
        merged_arguments(merge, found, coordinate),
        tuple(common),
        all(repeatable),
        merged_description(found, coordinate, merge.hints),
    )


def _hint(merge: Merge, code: str, message: str, found: Sources[DirectiveDefinition]) -> None:
    name = found[0][1].name
    merge.hints.report(code, message, at=places(found), coordinate=f"@{name}")
