"""Which later fetches use what a fetch brings: for their keys, or for what a field requires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphwing.planner.plan import (
    EntityFetch,
    Fetch,
    FieldSelection,
    Lookup,
    Representation,
    RepresentationField,
    RepresentationSelection,
    Selection,
    keys_of,
)

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """What a later lookup reads of the answer of a fetch."""

    fetch: int
    lookup: Lookup
    representation: Representation
    is_key: bool
    """Whether for the key, not for `@requires`."""
    read: tuple[Keys, ...]


def services_of(fetch: Fetch, fetches: Iterable[Fetch]) -> Iterator[Service]:
    """Yield what the representations of other fetches read of what `fetch` brings."""
    brought = frozenset(_brought(fetch))
    for later in fetches:
        for lookup in later.lookups if isinstance(later, EntityFetch) and later != fetch else ():
            starts = [keys_of(path) for path in lookup.paths]
            for one in lookup.representations:
                for is_key, selections in ((True, one.key), (False, one.requires)):
                    ways = [way for start in starts for way in _leaves(selections, start)]
                    read = tuple(dict.fromkeys(way for way in ways if way in brought))
                    if read:
                        yield Service(later.id, lookup, one, is_key, read)


def _brought(fetch: Fetch) -> Iterator[Keys]:
    if not isinstance(fetch, EntityFetch):
        yield from _asked(fetch.selections, keys_of(fetch.path))
        return
    for lookup in fetch.lookups:
        for path in lookup.paths:
            yield from _asked(lookup.selections, keys_of(path))


def _asked(selections: Iterable[Selection], start: Keys) -> Iterator[Keys]:
    for selection in selections:
        here = (*start, selection.response_key) if isinstance(selection, FieldSelection) else start
        if isinstance(selection, FieldSelection) and not selection.selections:
            yield here
        yield from _asked(selection.selections, here)


def _leaves(selections: Iterable[RepresentationSelection], start: Keys) -> Iterator[Keys]:
    for selection in selections:
        is_field = isinstance(selection, RepresentationField)
        here = (*start, selection.response_key) if is_field else start
        if is_field and not selection.selections:
            yield here
        yield from _leaves(selection.selections, here)
