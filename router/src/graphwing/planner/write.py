"""Selections → the text of subgraph operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from graphwing.planner.plan import (
    EntityFetch,
    Fetch,
    FieldSelection,
    Lookup,
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
    contexts = {
        each.variable: f"${each.variable}: {each.type}"
        for lookup in fetch.lookups
        for each in lookup.contexts
    }
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
    variables = _variables(body, definitions)
    own = tuple(definitions[name] for name in variables)
    head = _head(
        "query",
        [*(f"${lookup.variable}: [_Any!]!" for lookup in lookups), *contexts.values(), *own],
    )
    return replace(
        fetch, operation=f"{head}{body}", lookups=lookups, variables=variables, definitions=own
    )


def repeat_lookups(fetch: EntityFetch, times: Sequence[int]) -> EntityFetch:
    """Return a fetch in which each lookup stands so many times.

    Each time its contexts are variables of their own, for objects that find other values there.
    """
    repeated = [
        lookup for lookup, count in zip(fetch.lookups, times, strict=True) for _ in range(count)
    ]
    lookups = tuple(_renumbered(lookup, number) for number, lookup in enumerate(repeated))
    definitions = dict(zip(fetch.variables, fetch.definitions, strict=True))
    return _written_lookups(replace(fetch, lookups=lookups), definitions)


def _renumbered(lookup: Lookup, number: int) -> Lookup:
    names = {each.variable: f"{each.variable}_{number}" for each in lookup.contexts}
    texts = {f"${old}": f"${new}" for old, new in names.items()}
    return replace(
        lookup,
        contexts=tuple(replace(each, variable=names[each.variable]) for each in lookup.contexts),
        selections=_renamed(lookup.selections, texts),
    )


def _renamed(selections: tuple[Selection, ...], texts: Mapping[str, str]) -> tuple[Selection, ...]:
    """Return selections with other variables; a context is never a part of an argument."""
    renamed: list[Selection] = []
    for selection in selections:
        below = _renamed(selection.selections, texts)
        if isinstance(selection, FieldSelection):
            arguments = tuple((name, texts.get(text, text)) for name, text in selection.arguments)
            renamed.append(replace(selection, arguments=arguments, selections=below))
        else:
            renamed.append(replace(selection, selections=below))
    return tuple(renamed)


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
