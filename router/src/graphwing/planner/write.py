"""Selections → the text of subgraph operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graphwing.planner.plan import (
    EntityFetch,
    Fetch,
    FieldSelection,
    Plan,
    RootFetch,
    Selection,
)

_STRING = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"')
_VARIABLE = re.compile(r"\$(\w+)")


def write_operations(plan: Plan, definitions: Mapping[str, str]) -> Plan:
    """Return the plan with the text of each fetch; `definitions` of variables are printed."""
    return replace(plan, fetches=tuple(_written(fetch, definitions) for fetch in plan.fetches))


def _written(fetch: Fetch, definitions: Mapping[str, str]) -> Fetch:
    if isinstance(fetch, RootFetch):
        body = selection_text(fetch.selections)
        variables = _variables(body, definitions)
        head = _head(fetch.kind, [definitions[name] for name in variables])
        return replace(fetch, operation=f"{head}{body}", variables=variables)
    return _written_lookups(fetch, definitions)


def _written_lookups(fetch: EntityFetch, definitions: Mapping[str, str]) -> EntityFetch:
    names = _free_names(len(fetch.lookups), definitions)
    is_single = len(fetch.lookups) == 1
    lookups = tuple(
        replace(
            lookup,
            variable=names[index],
            response_key="_entities" if is_single else f"_entities{index}",
        )
        for index, lookup in enumerate(fetch.lookups)
    )
    asked = " ".join(
        f"{'' if is_single else f'{lookup.response_key}: '}_entities(representations:"
        f" ${lookup.variable}) {selection_text(lookup.selections)}"
        for lookup in lookups
    )
    body = f"{{ {asked} }}"
    variables = tuple(name for name in _variables(body, definitions) if name not in names)
    head = _head(
        "query",
        [
            *(f"${lookup.variable}: [_Any!]!" for lookup in lookups),
            *(definitions[name] for name in variables),
        ],
    )
    return replace(fetch, operation=f"{head}{body}", lookups=lookups, variables=variables)


def selection_text(selections: Iterable[Selection]) -> str:
    """Return selections as GraphQL, in braces."""
    return f"{{ {' '.join(_parts(selections))} }}"


def _parts(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, FieldSelection):
            yield _field_text(selection)
        else:
            condition = f" on {selection.type_condition}" if selection.type_condition else ""
            directives = "".join(f" {directive}" for directive in selection.directives)
            yield f"...{condition}{directives} {selection_text(selection.selections)}"


def _field_text(selection: FieldSelection) -> str:
    text = selection.name
    if selection.response_key != selection.name:
        text = f"{selection.response_key}: {text}"
    if selection.arguments:
        arguments = ", ".join(f"{name}: {value}" for name, value in selection.arguments)
        text = f"{text}({arguments})"
    for directive in selection.directives:
        text = f"{text} {directive}"
    if selection.selections:
        text = f"{text} {selection_text(selection.selections)}"
    return text


def _head(kind: str, definitions: list[str]) -> str:
    if definitions:
        return f"{kind}({', '.join(definitions)}) "
    return "" if kind == "query" else f"{kind} "


def _variables(body: str, definitions: Mapping[str, str]) -> tuple[str, ...]:
    """Return the client's variables that a text uses, in the client's order."""
    if "$" not in body:
        return ()
    used = set(_VARIABLE.findall(_STRING.sub("", body)))
    return tuple(name for name in definitions if name in used)


def _free_names(count: int, taken: Mapping[str, str]) -> list[str]:
    stem = "representations"
    while any(name.startswith(stem) for name in taken):
        stem = f"_{stem}"
    return [stem] if count == 1 else [f"{stem}{index}" for index in range(count)]
