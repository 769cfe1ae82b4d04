"""Lookups of one fetch that ask the same of objects at different places are one lookup."""

from __future__ import annotations

from dataclasses import replace

from graphwing.planner.plan import EntityFetch, Fetch, Lookup, Plan


def share_lookups(plan: Plan) -> Plan:
    """Give equal lookups of a fetch one set of representations.

    >>> from graphwing.planner.plan import Key
    >>> places = [Lookup("_entities", "r", ((Key(name),),), (), ()) for name in "ab"]
    >>> plan = share_lookups(Plan("query", (EntityFetch(0, "s", "", tuple(places)),)))
    >>> [lookup.paths for lookup in plan.fetches[0].lookups]
    [((Key(name='a'),), (Key(name='b'),))]
    """
    return replace(plan, fetches=tuple(map(_shared, plan.fetches)))


def _shared(fetch: Fetch) -> Fetch:
    if not isinstance(fetch, EntityFetch):
        return fetch
    by_meaning: dict[Lookup, list[Lookup]] = {}
    for lookup in fetch.lookups:
        by_meaning.setdefault(replace(lookup, paths=()), []).append(lookup)
    if len(by_meaning) == len(fetch.lookups):
        return fetch
    merged = (
        replace(same[0], paths=tuple(dict.fromkeys(p for one in same for p in one.paths)))
        for same in by_meaning.values()
    )
    return replace(fetch, lookups=tuple(merged))
