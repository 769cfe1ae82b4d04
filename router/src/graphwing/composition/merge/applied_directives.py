"""Carry the directives on an element over into the supergraph, as one set."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    DirectiveDefinition,
    Element,
)
from graphwing.composition.federation_directives import LATEST_FEDERATION, federation_directives
from graphwing.composition.graphql_rules.directive_uses import BUILT_IN_DIRECTIVES
from graphwing.composition.merge.directive_arguments import ARGUMENT_MERGERS, merged_arguments_of
from graphwing.composition.merge.merge_state import Merge, Sources, Subgraph
from graphwing.composition.values import ConstValue, value_key

E_ = TypeVar("E_", bound=Element)
Use = tuple[Subgraph, AppliedDirective]

_BUILT_IN = frozenset({"deprecated", "specifiedBy"})
JOINED_DIRECTIVES = frozenset({"cacheTag", "connect", "source", "link"})
"""What the supergraph carries as `@join__directive`, for the router and not for other tools."""


def merge_applied_directives(
    merge: Merge, sources: Sources[E_], merged: Element, coordinate: str
) -> None:
    """Add to `merged` what the directives in `sources` come to together."""
    if not any(item.directives for _, item in sources):
        return
    uses = [(subgraph, directive) for subgraph, item in sources for directive in item.directives]
    merged.directives += merged_directives(merge, uses, coordinate)


def merged_directives(merge: Merge, uses: Sequence[Use], coordinate: str) -> list[AppliedDirective]:
    """Return what `uses`, all on one element, come to in the supergraph."""
    by_name: dict[str, list[Use]] = {}
    joined: list[Use] = []
    asked = _asked_for(merge, uses) if merge.composed else frozenset[str]()
    for use in uses:
        is_asked_for = use[1].spec is None and use[1].name in asked
        name = use[1].name if is_asked_for else carried_name(merge, *use)
        if name is not None:
            by_name.setdefault(name, []).append(use)
        elif use[1].spec in JOINED_DIRECTIVES:
            joined.append(use)
    result: list[AppliedDirective] = []
    for name, found in by_name.items():
        merge.used_directives.add(name)
        result += _merged_group(merge, name, found, coordinate)
    return result + _join_directives(merge, joined)


def _asked_for(merge: Merge, uses: Sequence[Use]) -> frozenset[str]:
    """Return the composed directives among `uses` of one element, all of whose uses then count.

    As in the reference, one use in a subgraph that composes the directive is enough for that.
    """
    return frozenset(
        use.name
        for subgraph, use in uses
        if use.spec is None and subgraph.name in merge.composed.get(use.name, ())
    )


def carried_name(merge: Merge, subgraph: Subgraph, directive: AppliedDirective) -> str | None:
    """Return what `directive` is called in the supergraph, or nothing when it stays behind."""
    if directive.spec is not None:
        return merge.carried.get(directive.spec)
    # Alone, uses in a subgraph that does not ask for the directive to be composed stay behind.
    is_kept = directive.name in _BUILT_IN or subgraph.name in merge.composed.get(directive.name, ())
    return directive.name if is_kept else None


@dataclass(slots=True)
class _Variant:
    """One way in which a directive is filled in, and how many subgraphs do it so."""

    complete: dict[str, ConstValue]
    written: dict[str, ConstValue]
    count: int = 0


def _merged_group(
    merge: Merge, name: str, uses: list[Use], coordinate: str
) -> list[AppliedDirective]:
    spec = uses[0][1].spec
    found: dict[Hashable, _Variant] = {}
    for subgraph, use in uses:
        written = _written_arguments(subgraph, use)
        complete = _with_defaults(written, _definition(subgraph, use))
        found.setdefault(value_key(complete), _Variant(complete, written)).count += 1
    variants = list(found.values())
    if len(variants) == 1 or _is_repeatable(merge, name, spec):
        return [AppliedDirective(name, variant.written, spec=spec) for variant in variants]
    at = [subgraph.schema.at(use.position) for subgraph, use in uses]
    mergers = ARGUMENT_MERGERS.get(spec or "")
    if mergers is None:
        arguments = max(variants, key=lambda variant: variant.count).written
        code = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
        outcome = "the form most of them share is kept"
    else:
        arguments = merged_arguments_of(mergers, [variant.complete for variant in variants])
        code = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
        outcome = "the supergraph combines them"
    merge.hints.report(
        code,
        f"`@{name}` on `{coordinate}` is filled in differently in different subgraphs; {outcome}",
        at=at,
        coordinate=coordinate,
    )
    return [AppliedDirective(name, arguments, spec=spec)]


def _definition(subgraph: Subgraph, use: AppliedDirective) -> DirectiveDefinition:
    """Return the definition by which the author of a use filled it in."""
    if use.spec is not None:
        return federation_directives(LATEST_FEDERATION)[use.spec]
    return subgraph.schema.directives.get(use.name) or BUILT_IN_DIRECTIVES[use.name]


def _is_repeatable(merge: Merge, name: str, spec: str | None) -> bool:
    if spec is not None:
        return federation_directives(LATEST_FEDERATION)[spec].is_repeatable
    return (merge.directives.get(name) or BUILT_IN_DIRECTIVES[name]).is_repeatable


def _written_arguments(subgraph: Subgraph, use: AppliedDirective) -> dict[str, ConstValue]:
    if use.spec == "context":
        return {"name": f"{subgraph.name}__{use.arguments.get('name')}"}
    if use.name == "deprecated" and use.arguments.get("reason", "") is None:
        # Newer editions of GraphQL do not allow a reason that is null.
        return {}
    return use.arguments


def _with_defaults(
    written: dict[str, ConstValue], definition: DirectiveDefinition
) -> dict[str, ConstValue]:
    complete = dict(written)
    for argument in definition.arguments.values():
        if argument.name not in complete and argument.default is not ABSENT:
            complete[argument.name] = argument.default
    return complete


def _join_directives(merge: Merge, uses: Sequence[Use]) -> list[AppliedDirective]:
    found: dict[Hashable, tuple[AppliedDirective, list[ConstValue]]] = {}
    for subgraph, use in uses:
        key = (use.spec, _name_for_router(use), value_key(use.arguments))
        found.setdefault(key, (use, []))[1].append(subgraph.graph)
    merge.joined_directives.update(use.spec or "" for use, _ in found.values())
    return [
        AppliedDirective(
            "join__directive",
            {"graphs": graphs, "name": _name_for_router(use), "args": dict(use.arguments)},
        )
        for use, graphs in found.values()
    ]


def _name_for_router(use: AppliedDirective) -> ConstValue:
    """Return the name by which routers look the directive up.

    They know connectors by what their subgraph calls them, since it is linked beside them.
    """
    match use.spec:
        case "cacheTag":
            return "federation__cacheTag"
        case "link":
            return "link"
        case _:
            return use.name
