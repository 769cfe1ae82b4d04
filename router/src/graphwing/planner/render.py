"""A plan in the forms that people and other tools read: text, and Apollo's QueryPlan JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from graphwing.planner.plan import (
    Condition,
    ContextArgument,
    EntityFetch,
    Fetch,
    Items,
    Key,
    Lookup,
    OnTypes,
    Path,
    Plan,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)
from graphwing.planner.steps import Choice, Deferred, Division, Group, Step, steps_of
from graphwing.planner.write import selection_text

# Text.


def render_text(plan: Plan) -> str:
    """Return the plan as indented text, one line for each fetch and lookup."""
    step = steps_of(plan)
    if step is None:
        return "Nothing to fetch\n"
    return "".join(f"{line}\n" for line in _lines(step, ""))


def _lines(step: Step | None, indent: str) -> Iterator[str]:
    match step:
        case None:
            yield f"{indent}Nothing to fetch"
        case Choice(variable, if_true, if_false):
            yield f"{indent}If ${variable}"
            yield from _lines(if_true, indent + "  ")
            yield f"{indent}Else"
            yield from _lines(if_false, indent + "  ")
        case Division():
            yield from _division_lines(step, indent)
        case Group():
            yield f"{indent}{'Sequence' if step.is_sequence else 'Parallel'}"
            for one in step.steps:
                yield from _lines(one, indent + "  ")
        case EntityFetch():
            yield f"{indent}Fetch {step.subgraph}{conditions_text(step.conditions)}"
            for lookup in step.lookups:
                yield from _lookup_lines(lookup, indent + "  ")
        case _:
            kind = "" if step.kind == "query" else f"{step.kind} "
            place = f" at {path_text(step.path)}" if step.path else ""
            conditions = conditions_text(step.conditions)
            asked = selection_text(step.selections)
            yield f"{indent}Fetch {step.subgraph}{place}{conditions} {kind}{asked}"


def _division_lines(division: Division, indent: str) -> Iterator[str]:
    yield f"{indent}Primary {division.selection or '{ }'}"
    if division.primary is not None:
        yield from _lines(division.primary, indent + "  ")
    for one in division.deferred:
        label = "" if one.part.label is None else f' "{one.part.label}"'
        place = f" at {path_text(one.part.path)}" if one.part.path else ""
        asked = "" if isinstance(one.step, Division) else f" {one.part.selection or '{ }'}"
        yield f"{indent}Deferred{label}{place}{asked}"
        if one.step is not None:
            yield from _lines(one.step, indent + "  ")


def _lookup_lines(lookup: Lookup, indent: str) -> Iterator[str]:
    places = ", ".join(map(path_text, lookup.paths))
    yield f"{indent}at {places}{conditions_text(lookup.conditions)}"
    for representation in lookup.representations:
        sent = represented_text((*representation.key, *representation.requires))
        of_types = (
            ""
            if representation.types == (representation.typename,)
            else (f" for {' | '.join(representation.types)}")
        )
        yield f"{indent}  by {representation.typename} {sent}{of_types}"
    for context in lookup.contexts:
        yield f"{indent}  with ${context.variable} from {sources_text(lookup, context)}"
    yield f"{indent}  ask {selection_text(lookup.selections)}"


def sources_text(lookup: Lookup, context: ContextArgument) -> str:
    """Return where a value comes from, as seen from the first place of the lookup."""
    path = lookup.paths[0]
    return ", else ".join(
        f"{path_text(path[: len(path) - source.up]) or 'the root'}"
        + (f" if {' | '.join(source.types)}" if source.types else "")
        + f" {represented_text(source.value)}"
        for source in context.sources
    )


def conditions_text(conditions: Iterable[Condition]) -> str:
    """Return what must hold for a fetch to be sent, with a space before each condition."""
    return "".join(f" {'if' if one.expected else 'unless'} ${one.variable}" for one in conditions)


def path_text(path: Path) -> str:
    """Return a path as `artists.@.band|[Duo]`."""
    return ".".join(_path_parts(path))


def represented_text(selections: Iterable[RepresentationSelection]) -> str:
    """Return what is sent of an object, in braces."""
    return f"{{ {' '.join(map(_represented_part, selections))} }}"


def _represented_part(selection: RepresentationSelection) -> str:
    match selection:
        case RepresentationFragment(types, below):
            return f"... on {' | '.join(types)} {represented_text(below)}"
        case RepresentationField(name, response_key, below):
            text = name if name == response_key else f"{name}: {response_key}"
            return f"{text} {represented_text(below)}" if below else text


# Apollo's JSON.


def render_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as an Apollo QueryPlan object.

    A request with several lookups is one `Fetch`; its `requires` lists the representations of all,
    and its path is the one they have in common.
    """
    return {"kind": "QueryPlan", **_node(steps_of(plan), frozenset())}


def _node(step: Step | None, named: AbstractSet[int]) -> dict[str, Any]:
    return {} if step is None else {"node": _json(step, named)}


def _json(step: Step, named: AbstractSet[int]) -> dict[str, Any]:
    """Return a step; fetches whose ids are `named` elsewhere say them."""
    match step:
        case Group():
            kind = "Sequence" if step.is_sequence else "Parallel"
            return {"kind": kind, "nodes": [_json(one, named) for one in step.steps]}
        case Choice(variable, if_true, if_false):
            clauses = {"ifClause": if_true, "elseClause": if_false}
            return {
                "kind": "Condition",
                "condition": variable,
                **{name: _json(one, named) for name, one in clauses.items() if one is not None},
            }
        case Division():
            return _division_json(step, named | step.waited_for())
        case _:
            return _fetch_json(step, named)


def _division_json(division: Division, named: AbstractSet[int]) -> dict[str, Any]:
    return {
        "kind": "Defer",
        "primary": {**_subselection(division.selection), **_node(division.primary, named)},
        "deferred": [_deferred_json(one, named) for one in division.deferred],
    }


def _deferred_json(deferred: Deferred, named: AbstractSet[int]) -> dict[str, Any]:
    part = deferred.part
    return {
        "depends": [{"id": str(one)} for one in deferred.after],
        **({} if part.label is None else {"label": part.label}),
        "queryPath": list(part.keys),
        **({} if isinstance(deferred.step, Division) else _subselection(part.selection)),
        **_node(deferred.step, named),
    }


def _subselection(text: str) -> dict[str, str]:
    return {"subselection": text} if text else {}


def _fetch_json(step: Fetch, named: AbstractSet[int]) -> dict[str, Any]:
    node: dict[str, Any] = {
        "kind": "Fetch",
        **({"id": str(step.id)} if step.id in named else {}),
        "serviceName": step.subgraph,
        "variableUsages": list(step.variables),
        "operation": step.operation,
        "operationKind": "query" if isinstance(step, EntityFetch) else step.kind,
    }
    path = _fetch_path(step)
    if isinstance(step, EntityFetch):
        node["requires"] = _requires_json(step)
        contexts = [each for lookup in step.lookups for each in lookup.contexts]
        if contexts:
            names = dict.fromkeys(each.variable for each in contexts)
            node["variableUsages"] = [*step.variables, *names]
            node["contextRewrites"] = list(_context_rewrites(step))
    if path:
        node = {"kind": "Flatten", "path": path, "node": node}
    for condition in step.conditions:
        clause = "ifClause" if condition.expected else "elseClause"
        node = {"kind": "Condition", "condition": condition.variable, clause: node}
    return node


def _fetch_path(fetch: Fetch) -> list[str]:
    if not isinstance(fetch, EntityFetch):
        return list(_path_parts(fetch.path))
    paths = [list(_path_parts(path)) for lookup in fetch.lookups for path in lookup.paths]
    shortest = min(paths, key=len)
    common = 0
    while common < len(shortest) and all(path[common] == shortest[common] for path in paths):
        common += 1
    return shortest[:common]


def _requires_json(fetch: EntityFetch) -> list[dict[str, Any]]:
    return [
        {
            "kind": "InlineFragment",
            "typeCondition": representation.typename,
            "selections": [
                {"kind": "Field", "name": "__typename"},
                *map(_required_json, (*representation.key, *representation.requires)),
            ],
        }
        for lookup in fetch.lookups
        for representation in lookup.representations
    ]


def _context_rewrites(fetch: EntityFetch) -> Iterator[dict[str, Any]]:
    """Yield for each value from above the way to it: `..` is one field up."""
    for lookup in fetch.lookups:
        path = lookup.paths[0]
        for context in lookup.contexts:
            for source in context.sources:
                skipped = path[len(path) - source.up :]
                up = [".." for step in skipped if isinstance(step, Key)]
                for way in _ways(source.value):
                    yield {
                        "kind": "KeyRenamer",
                        "path": [*up, *way],
                        "renameKeyTo": context.variable,
                    }


def _ways(selections: Iterable[RepresentationSelection]) -> Iterator[list[str]]:
    for selection in selections:
        below = list(_ways(selection.selections)) or [[]]
        match selection:
            case RepresentationFragment(types):
                yield from ([f"... on {name}", *way] for name in types for way in below)
            case RepresentationField(_, response_key):
                yield from ([response_key, *way] for way in below)


def _required_json(selection: RepresentationSelection) -> dict[str, Any]:
    match selection:
        case RepresentationFragment(types, below):
            return {
                "kind": "InlineFragment",
                "typeCondition": "|".join(types),
                "selections": list(map(_required_json, below)),
            }
        case RepresentationField(name, response_key, below):
            alias = {} if name == response_key else {"alias": response_key}
            more = {"selections": list(map(_required_json, below))} if below else {}
            return {"kind": "Field", **alias, "name": name, **more}


def _path_parts(path: Path) -> Iterator[str]:
    parts: list[str] = []
    for step in path:
        match step:
            case Key(name):
                parts.append(name)
            case Items():
                parts.append("@")
            case OnTypes(types):
                if parts:
                    parts[-1] += f"|[{'|'.join(types)}]"
    yield from parts
