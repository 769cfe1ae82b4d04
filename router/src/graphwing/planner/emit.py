"""Fetch graph → `Plan`, with one fetch for each request of the schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from graphwing.planner.conflicts import renames_in
from graphwing.planner.contexts import ContextNames
from graphwing.planner.fetch_graph import Branch, FetchGraph, Twig, Visit
from graphwing.planner.lookups import LookupDraft, lookups_of, merged_selections
from graphwing.planner.operation import ALWAYS, TYPENAME, Conditions
from graphwing.planner.plan import (
    Condition,
    ContextArgument,
    EntityFetch,
    Fetch,
    FieldSelection,
    FragmentSelection,
    Lookup,
    OperationKind,
    RootFetch,
    Selection,
)
from graphwing.planner.schedule import Request, schedule

_TYPENAME = FieldSelection(TYPENAME, TYPENAME)


def emit(
    fetches: FetchGraph, kind: OperationKind, names: ContextNames, first_id: int = 0
) -> tuple[Fetch, ...]:
    """Return the fetches of a fetch graph, numbered from `first_id`, earlier ones first."""
    planned = schedule(visit.stop for visit in fetches.visits.values())
    requests = sorted(
        planned.requests, key=lambda request: (request.part, request.stage, request.stops[0].index)
    )
    ids = {
        stop.index: first_id + number
        for number, request in enumerate(requests)
        for stop in request.stops
    }
    emitter = _Emitter(fetches, kind, names, ids)
    return tuple(emitter.fetch(request) for request in requests)


class _Emitter:
    """Writes the fetches of one fetch graph."""

    def __init__(
        self,
        fetches: FetchGraph,
        kind: OperationKind,
        names: ContextNames,
        ids: Mapping[int, int],
    ) -> None:
        self._visits = fetches.visits
        self._names = names
        self._conditions = fetches.conditions()
        self._kind: OperationKind = kind
        self._ids = ids

    def fetch(self, request: Request) -> Fetch:
        """Return a request as a fetch; its text is written when all passes are done."""
        visits = [self._visits[stop.index] for stop in request.stops]
        number = self._ids[request.stops[0].index]
        after = sorted({self._ids[e.index] for stop in request.stops for e in stop.after})
        if not request.stops[0].is_lookup:
            return self._root_fetch(visits[0], number, tuple(after))
        common = _common(self._conditions[stop.index] for stop in request.stops)
        return EntityFetch(
            id=number,
            subgraph=request.subgraph,
            operation="",
            lookups=tuple(
                self._lookup(draft, common) for draft in lookups_of(visits, self._conditions)
            ),
            after=tuple(after),
            conditions=_ordered(common),
            part=request.part,
        )

    def _root_fetch(self, visit: Visit, number: int, after: tuple[int, ...]) -> RootFetch:
        conditions = self._conditions[visit.stop.index]
        aliases, renames = renames_in([visit.root])
        is_first = visit.stop.entry is None
        return RootFetch(
            id=number,
            subgraph=visit.stop.subgraph,
            kind=self._kind if is_first else "query",
            operation="",
            selections=tuple(_selections(visit.root, _Names(aliases, self._names), conditions)),
            path=visit.stop.spot.path(),
            after=after,
            conditions=_ordered(conditions),
            renames=renames,
            part=visit.stop.part,
        )

    def _lookup(self, draft: LookupDraft, hoisted: Conditions) -> Lookup:
        roots = [visit.root for visit in draft.visits]
        aliases, renames = renames_in(roots)
        names = _Names(aliases, self._names)
        selections = tuple(
            fragment
            for root in roots
            for fragment in _fragments(root, tuple(_selections(root, names, draft.conditions)))
        )
        return Lookup(
            response_key="_entities",
            variable="representations",
            paths=(draft.path,),
            representations=tuple(draft.representations),
            selections=merged_selections(selections),
            conditions=_ordered(draft.conditions - hoisted),
            renames=renames,
            contexts=tuple(
                ContextArgument(self._names.of(read), read.type_text, sources)
                for read, sources in draft.sources.items()
            ),
        )


# What is asked.


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that the planner had to invent for what one request asks."""

    aliases: Mapping[Twig, str]
    contexts: ContextNames


def _selections(
    branch: Branch,
    names: _Names,
    given: Conditions,
    *,
    knows_typename: bool = False,
) -> Iterator[Selection]:
    """Yield what a branch asks for; conditions that are `given` need no directive."""
    asks_typename = branch.wants_typename and not knows_typename
    twigs = [twig for twig in branch.twigs.values() if not _is_covered(twig, branch, given)]
    is_empty = not (twigs or branch.parts or knows_typename)
    if (asks_typename or is_empty) and not any(_is_plain_typename(t, given) for t in twigs):
        yield _TYPENAME
    for twig in twigs:
        yield _field(twig, names, given)
    for part in branch.parts.values():
        inner = tuple(_selections(part, names, given, knows_typename=branch.wants_typename))
        if inner:
            yield from _fragments(part, inner)


def _fragments(branch: Branch, inner: tuple[Selection, ...]) -> Iterator[FragmentSelection]:
    for name in branch.names:
        yield FragmentSelection(name, (), inner)


def _field(twig: Twig, names: _Names, given: Conditions) -> Selection:
    item = twig.field
    below = tuple(_selections(twig.below, names, given)) if twig.below is not None else ()
    contextual = twig.edge.contextual if twig.edge is not None else ()
    # A directive may stand only once at one place, so what is left goes around the field.
    first, *others = _directive_sets(item.conditions - given)
    selection: Selection = FieldSelection(
        name=item.name,
        response_key=names.aliases.get(twig, item.response_key),
        arguments=(
            *item.arguments,
            *((name, f"${names.contexts.of(read)}") for name, read in contextual),
        ),
        directives=(*first, *item.directives),
        selections=below,
    )
    for directives in others:
        selection = FragmentSelection(None, directives, (selection,))
    return selection


def _directive_sets(conditions: Conditions) -> Iterator[tuple[str, ...]]:
    """Yield directives, no two of a kind together; at least once, if nothing."""
    ordered = _ordered(conditions)
    pairs = zip_longest(
        (_directive(one) for one in ordered if one.expected),
        (_directive(one) for one in ordered if not one.expected),
    )
    sets = [tuple(directive for directive in pair if directive) for pair in pairs]
    yield from sets or ((),)


def _is_covered(twig: Twig, branch: Branch, given: Conditions) -> bool:
    """Tell whether a conditional leaf is asked for without its condition anyway."""
    left = twig.field.conditions - given
    if not left or twig.below is not None:
        return False
    return any(
        other.field.response_key == twig.field.response_key
        and other.field.conditions - given < left
        for other in branch.twigs.values()
    )


def _is_plain_typename(twig: Twig, given: Conditions) -> bool:
    item = twig.field
    return item.name == item.response_key == TYPENAME and not item.conditions - given


def _directive(condition: Condition) -> str:
    return f"@{'include' if condition.expected else 'skip'}(if: ${condition.variable})"


def _common(conditions: Iterable[Conditions]) -> Conditions:
    items = list(conditions)
    common = items[0] if items else ALWAYS
    for other in items[1:]:
        common &= other
    return common


def _ordered(conditions: Conditions) -> tuple[Condition, ...]:
    return tuple(sorted(conditions, key=lambda one: (one.variable, one.expected)))
