"""A plan in the forms that people and other tools read: text, and Apollo's QueryPlan JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphwing.planner.plan import (
    Condition,
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
from graphwing.planner.write import selection_text


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that run one after another, or side by side."""

    is_sequence: bool
    steps: tuple[Step, ...]


Step = Fetch | Group


def nested(fetches: Sequence[Fetch]) -> Step | None:
    """Return the nested form of a plan: what does not wait for another is side by side.

    Fetches that wait for exactly one branch stay in that branch, so no fetch seems to wait for
    more than it does, except where two branches join.
    """
    groups: list[list[Fetch]] = []
    for fetch in fetches:
        joined = [group for group in groups if any(one.id in fetch.after for one in group)]
        rest = [group for group in groups if group not in joined]
        groups = [*rest, [*(one for group in joined for one in group), fetch]]
    groups.sort(key=lambda group: group[0].id)
    steps = tuple(_sequence(sorted(group, key=lambda one: one.id)) for group in groups)
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else Group(is_sequence=False, steps=steps)


def _sequence(group: list[Fetch]) -> Step:
    """Return connected fetches: those that wait for nothing here, then the rest."""
    if len(group) == 1:
        return group[0]
    ids = {fetch.id for fetch in group}
    first = [fetch for fetch in group if not ids & set(fetch.after)]
    rest = [fetch for fetch in group if ids & set(fetch.after)]
    begin: Step = first[0] if len(first) == 1 else Group(is_sequence=False, steps=tuple(first))
    end = nested(rest)
    steps = _steps_of(end) if end is not None else ()
    return Group(is_sequence=True, steps=(begin, *steps))


def _steps_of(step: Step) -> tuple[Step, ...]:
    return step.steps if isinstance(step, Group) and step.is_sequence else (step,)


# Text.


def render_text(plan: Plan) -> str:
    """Return the plan as indented text, one line for each fetch and lookup."""
    step = nested(plan.fetches)
    if step is None:
        return "Nothing to fetch\n"
    return "".join(f"{line}\n" for line in _lines(step, ""))


def _lines(step: Step, indent: str) -> Iterator[str]:
    match step:
        case Group():
            yield f"{indent}{'Sequence' if step.is_sequence else 'Parallel'}"
            for one in step.steps:
                yield from _lines(one, indent + "  ")
        case EntityFetch():
            yield f"{indent}Fetch {step.subgraph}{_conditions_text(step.conditions)}"
            for lookup in step.lookups:
                yield from _lookup_lines(lookup, indent + "  ")
        case _:
            kind = "" if step.kind == "query" else f"{step.kind} "
            place = f" at {_path_text(step.path)}" if step.path else ""
            conditions = _conditions_text(step.conditions)
            asked = selection_text(step.selections)
            yield f"{indent}Fetch {step.subgraph}{place}{conditions} {kind}{asked}"


def _lookup_lines(lookup: Lookup, indent: str) -> Iterator[str]:
    places = ", ".join(map(_path_text, lookup.paths))
    yield f"{indent}at {places}{_conditions_text(lookup.conditions)}"
    for representation in lookup.representations:
        sent = _represented_text((*representation.key, *representation.requires))
        of_types = (
            ""
            if representation.types == (representation.typename,)
            else (f" for {' | '.join(representation.types)}")
        )
        yield f"{indent}  by {representation.typename} {sent}{of_types}"
    yield f"{indent}  ask {selection_text(lookup.selections)}"


def _conditions_text(conditions: Iterable[Condition]) -> str:
    return "".join(f" {'if' if one.expected else 'unless'} ${one.variable}" for one in conditions)


def _path_text(path: Path) -> str:
    return ".".join(_path_parts(path))


def _represented_text(selections: Iterable[RepresentationSelection]) -> str:
    return f"{{ {' '.join(map(_represented_part, selections))} }}"


def _represented_part(selection: RepresentationSelection) -> str:
    match selection:
        case RepresentationFragment(types, below):
            return f"... on {' | '.join(types)} {_represented_text(below)}"
        case RepresentationField(name, response_key, below):
            text = name if name == response_key else f"{name}: {response_key}"
            return f"{text} {_represented_text(below)}" if below else text


# Apollo's JSON.


def render_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as an Apollo QueryPlan object.

    A request with several lookups is one `Fetch`; its `requires` lists the representations of all,
    and its path is the one they have in common.
    """
    step = nested(plan.fetches)
    return {"kind": "QueryPlan", **({} if step is None else {"node": _json(step)})}


def _json(step: Step) -> dict[str, Any]:
    if isinstance(step, Group):
        kind = "Sequence" if step.is_sequence else "Parallel"
        return {"kind": kind, "nodes": [_json(one) for one in step.steps]}
    node: dict[str, Any] = {
        "kind": "Fetch",
        "serviceName": step.subgraph,
        "variableUsages": list(step.variables),
        "operation": step.operation,
        "operationKind": "query" if isinstance(step, EntityFetch) else step.kind,
    }
    path = _fetch_path(step)
    if isinstance(step, EntityFetch):
        node["requires"] = _requires_json(step)
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
