"""Response keys that mean values of different types in one subgraph.

`... on User { id }` next to `... on Admin { id }` is one field to the client, but a subgraph in
which one is `ID!` and the other `ID` refuses the operation. One of them is asked for under an
alias and moved back in the answer.
https://spec.graphql.org/October2021/#sec-Field-Selection-Merging
"""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.planner.fetch_graph import Branch, Twig
from graphwing.planner.plan import Items, Key, Path, Rename


def renames_in(roots: list[Branch]) -> tuple[dict[Twig, str], tuple[Rename, ...]]:
    """Return aliases for the fields that need one, and how to undo them, the deepest first.

    `roots` are what one field of the operation asks for, or the operation itself.
    """
    aliases: dict[Twig, str] = {}
    renames: list[Rename] = []
    pending: list[tuple[list[Branch], Path]] = [(roots, ())]
    while pending:
        branches, path = pending.pop()
        by_key: dict[str, list[Twig]] = {}
        for twig in _twigs(branches):
            by_key.setdefault(twig.field.response_key, []).append(twig)
        for key, twigs in by_key.items():
            for number, group in enumerate(_mergeable(twigs)):
                name = key
                if number:
                    name = _free_alias(key, number, by_key)
                    aliases.update(dict.fromkeys(group, name))
                    renames.append(Rename(path, name, key))
                below = [twig.below for twig in group if twig.below is not None]
                if below:
                    pending.append((below, (*path, Key(name), *_items(group[0]))))
    return aliases, tuple(reversed(renames))


def _twigs(branches: list[Branch]) -> Iterator[Twig]:
    """Yield the fields of branches and their fragments."""
    pending = list(reversed(branches))
    while pending:
        branch = pending.pop()
        yield from branch.twigs.values()
        pending.extend(reversed(branch.parts.values()))


def _mergeable(twigs: list[Twig]) -> Iterator[list[Twig]]:
    groups: dict[str, list[Twig]] = {}
    for twig in twigs:
        groups.setdefault(_shape(twig), []).append(twig)
    yield from groups.values()


def _shape(twig: Twig) -> str:
    """Return what of its type must be the same for two fields under one key."""
    if twig.edge is None:
        return "String!"
    text = twig.edge.type_text
    return text if twig.below is None else text.replace(text.strip("[]!"), "{}")


def _free_alias(key: str, number: int, taken: dict[str, list[Twig]]) -> str:
    while (alias := f"_{key}_{number}") in taken:
        number += 1
    return alias


def _items(twig: Twig) -> tuple[Items, ...]:
    return tuple(Items() for _ in range(twig.edge.type_text.count("[") if twig.edge else 0))
