"""Why each fetch of a plan exists and what it costs, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphwing.planner.operation import TYPENAME
from graphwing.planner.plan import (
    EntityFetch,
    Fetch,
    FragmentSelection,
    Lookup,
    Plan,
    Representation,
    RootFetch,
    Selection,
)
from graphwing.planner.render import conditions_text, path_text, represented_text, sources_text
from graphwing.planner.served import services_of
from graphwing.supergraph import FieldJoin, Supergraph


def explain(plan: Plan, supergraph: Supergraph) -> str:
    """Return for each fetch what leads to it, whom it serves and what it costs."""
    if not plan.fetches:
        return "Nothing to fetch\n"
    return "".join(f"{line}\n" for line in _Explanation(plan, supergraph).lines())


class _Explanation:
    """Explains one plan by what the supergraph says."""

    def __init__(self, plan: Plan, supergraph: Supergraph) -> None:
        self._plan = plan
        self._supergraph = supergraph
        self._stages: dict[int, int] = {}
        for fetch in plan.fetches:
            earlier = (self._stages[number] for number in fetch.after)
            self._stages[fetch.id] = 1 + max(earlier, default=0)

    def lines(self) -> Iterator[str]:
        fetches = self._plan.fetches
        size = sum(_size(_asked(fetch)) for fetch in fetches)
        yield (
            f"Costs {_count(max(self._stages.values()), 'stage')}, "
            f"{_count(len(fetches), 'fetch', 'fetches')}, {_count(size, 'field')}"
        )
        for fetch in fetches:
            yield self._heading(fetch)
            if isinstance(fetch, RootFetch):
                yield from (f"  {line}" for line in self._root_reasons(fetch))
            else:
                for lookup in fetch.lookups:
                    yield from (f"  {line}" for line in self._lookup_reasons(fetch, lookup))
            waiting = [str(one.id) for one in fetches if fetch.id in one.after]
            if waiting:
                yield f"  fetch {', '.join(waiting)} waits for it"
            yield from dict.fromkeys(f"  {line}" for line in self._served(fetch))

    def _heading(self, fetch: Fetch) -> str:
        after = f" after fetch {', '.join(map(str, fetch.after))}" if fetch.after else ""
        part = f", for deferred part {fetch.part}" if fetch.part else ""
        return (
            f"Fetch {fetch.id} {fetch.subgraph}: stage {self._stages[fetch.id]}{after}, "
            f"{_count(_size(_asked(fetch)), 'field')}{part}{conditions_text(fetch.conditions)}"
        )

    def _root_reasons(self, fetch: RootFetch) -> Iterator[str]:
        root = self._supergraph.schema.query_type
        if fetch.kind == "mutation":
            root = self._supergraph.schema.mutation_type
        elif fetch.kind == "subscription":
            root = self._supergraph.schema.subscription_type
        assert root is not None  # noqa: S101 - there is a plan for it
        names = list(dict.fromkeys(name for _, name in _fields(fetch.selections, root.name)))
        place = f" again, because `{path_text(fetch.path)}` is of a root type" if fetch.path else ""
        yield f"asks for {_listed(names)} of `{root.name}`{place}"
        for name in names:
            others = sorted(self._resolving(root.name, name) - {fetch.subgraph})
            if others:
                yield f"  `{name}` is shared: {_listed(others)} could be asked, too"

    def _lookup_reasons(self, fetch: EntityFetch, lookup: Lookup) -> Iterator[str]:
        for path in lookup.paths:
            conditions = conditions_text(lookup.conditions)
            yield f"looks up objects at `{path_text(path)}`{conditions}"
        for representation in lookup.representations:
            yield f"  by the key {represented_text(representation.key)} of {_named(representation)}"
            yield from self._interface_object(fetch, representation)
        asked = dict.fromkeys(_fields(lookup.selections, ""))
        for type_name, name in asked:
            if name != TYPENAME:
                others = sorted(self._resolving(type_name, name) - {fetch.subgraph})
                shared = f", as {_listed(others)} could" if others else ""
                yield f"  because `{fetch.subgraph}` resolves `{type_name}.{name}`{shared}"
        if any(name == TYPENAME for _, name in asked):
            yield "  because it knows the types of the objects"
        for type_name, name in asked:
            yield from self._demands(fetch, lookup, type_name, name)

    def _served(self, fetch: Fetch) -> Iterator[str]:
        for service in services_of(fetch, self._plan.fetches):
            read = _listed(".".join(way) for way in service.read)
            if service.is_key:
                what = f"the key of {_named(service.representation)}"
            else:
                later = self._plan.fetches[service.fetch]
                what = f"`@requires` of {_listed(self._requiring(later, service.lookup))}"
            yield f"gives fetch {service.fetch} {read}, for {what}"

    def _requiring(self, fetch: Fetch, lookup: Lookup) -> Iterator[str]:
        for type_name, name in dict.fromkeys(_fields(lookup.selections, "")):
            join = self._join(type_name, name, fetch.subgraph)
            if join is not None and join.requires is not None:
                yield f"{type_name}.{name}"

    def _interface_object(
        self, fetch: EntityFetch, representation: Representation
    ) -> Iterator[str]:
        definition = self._supergraph.types[representation.typename]
        if definition.joins[fetch.subgraph].is_interface_object:
            yield f"    an interface object there, whatever the type: {_named(representation)}"

    def _demands(
        self, fetch: EntityFetch, lookup: Lookup, type_name: str, name: str
    ) -> Iterator[str]:
        join = self._join(type_name, name, fetch.subgraph)
        if join is None:
            return
        if join.requires is not None:
            yield f"  `{type_name}.{name}` requires {{ {join.requires.text} }} of them"
        if join.context_arguments:
            for context in lookup.contexts:
                source = sources_text(lookup, context)
                yield f"  `{type_name}.{name}` takes ${context.variable} from {source}"

    def _join(self, type_name: str, name: str, subgraph: str) -> FieldJoin | None:
        definition = self._supergraph.types.get(type_name)
        field = definition.fields.get(name) if definition else None
        return field.joins.get(subgraph) if field else None

    def _resolving(self, type_name: str, name: str) -> set[str]:
        definition = self._supergraph.types.get(type_name)
        field = definition.fields.get(name) if definition else None
        joins = field.joins.values() if field else ()
        return {join.subgraph for join in joins if not join.external}


def _asked(fetch: Fetch) -> tuple[Selection, ...]:
    if isinstance(fetch, RootFetch):
        return fetch.selections
    return tuple(selection for lookup in fetch.lookups for selection in lookup.selections)


def _size(selections: Iterable[Selection]) -> int:
    """Return how many fields are asked, nested ones included."""
    return sum(
        (0 if isinstance(selection, FragmentSelection) else 1) + _size(selection.selections)
        for selection in selections
    )


def _fields(selections: Iterable[Selection], type_name: str) -> Iterator[tuple[str, str]]:
    """Yield the fields at the top, through fragments, each with the type it is asked of."""
    for selection in selections:
        if isinstance(selection, FragmentSelection):
            yield from _fields(selection.selections, selection.type_condition or type_name)
        else:
            yield type_name, selection.name


def _named(representation: Representation) -> str:
    return " | ".join(f"`{name}`" for name in representation.types)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
