"""Is a plan sound? Checked without running it, and without trusting how it was made.

Every subgraph operation must be valid for its subgraph; what represents an object must have been
fetched before; and every field that the client asks for must be fetched for every type that its
object can have, under no more conditions than the client's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graphql import DocumentNode, GraphQLError, parse, validate
from graphql.validation import (
    FieldsOnCorrectTypeRule,
    FragmentsOnCompositeTypesRule,
    KnownArgumentNamesRule,
    KnownDirectivesRule,
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueDirectivesPerLocationRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)

from graphwing.planner.budget import Budget
from graphwing.planner.defer import choices, fetches_by_part
from graphwing.planner.normalize import normalize
from graphwing.planner.operation import TYPENAME, Conditions, Operation, excludes
from graphwing.planner.operation import Selection as AskedSelection
from graphwing.planner.plan import (
    PRIMARY,
    Condition,
    EntityFetch,
    Fetch,
    FragmentSelection,
    Items,
    Key,
    Lookup,
    OnTypes,
    Path,
    Plan,
    Rename,
    RepresentationField,
    RepresentationSelection,
    RootFetch,
    Selection,
)
from graphwing.planner.types import Types
from graphwing.supergraph import Supergraph
from graphwing.supergraph.subgraph_schema import subgraph_schemas_of

SUBGRAPH_OPERATION_RULES = (
    FieldsOnCorrectTypeRule,
    FragmentsOnCompositeTypesRule,
    KnownArgumentNamesRule,
    KnownDirectivesRule,
    KnownTypeNamesRule,
    NoUndefinedVariablesRule,
    NoUnusedVariablesRule,
    OverlappingFieldsCanBeMergedRule,
    PossibleFragmentSpreadsRule,
    ProvidedRequiredArgumentsRule,
    ScalarLeafsRule,
    UniqueDirectivesPerLocationRule,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
)
"""What a planner can get wrong. The other half of the rules is about what it never writes (names of
operations, fragment definitions) or only copies from a valid operation."""

TypeNames = frozenset[str] | None
"""Object types that something holds for; `None` is all."""
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A response key on the way to a field, and the types of the objects that have it."""

    key: str
    types: TypeNames


@dataclass(frozen=True, slots=True)
class Fetched:
    """A field that a fetch brings: where it ends up, and when it is there."""

    fetch: int
    name: str
    way: tuple[Step, ...]
    """From the root of the response to the field itself."""
    conditions: Conditions
    returns: frozenset[str]
    """What its objects can be; nothing for a leaf."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The response keys of the way."""
        return tuple(step.key for step in self.way)


class Verifier:
    """Verifies plans for one supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._types = Types(supergraph.schema)
        self._schemas = subgraph_schemas_of(supergraph)

    def findings(
        self, plan: Plan, document: DocumentNode, operation_name: str | None = None
    ) -> list[str]:
        """Return what is wrong with a plan, in words; a sound plan has no findings."""
        choice = next(choices(document)) if plan.parts else None
        found = self._findings(plan, document, operation_name, choice)
        for variant in plan.variants:
            found += self._findings(variant.plan, document, operation_name, variant.conditions)
        return found

    def _findings(
        self,
        plan: Plan,
        document: DocumentNode,
        operation_name: str | None,
        deferring: tuple[Condition, ...] | None,
    ) -> list[str]:
        operation = normalize(document, operation_name, self._types, Budget(), deferring=deferring)
        everything = Everything(self._types.possible(operation.root_type))
        for fetch in plan.fetches:
            for item in self._fetched(fetch, operation.root_type):
                everything.add(item)
        return [
            *self._invalid_operations(plan),
            *_unknown_representations(plan, everything),
            *self._uncovered(operation, everything, fetches_by_part(plan)),
        ]

    # Every operation is valid for its subgraph.

    def _invalid_operations(self, plan: Plan) -> Iterator[str]:
        for fetch in plan.fetches:
            try:
                document = parse(fetch.operation, no_location=True)
            except GraphQLError as error:
                yield f"fetch {fetch.id} is not GraphQL: {error.message}"
                continue
            for error in validate(
                self._schemas[fetch.subgraph], document, SUBGRAPH_OPERATION_RULES
            ):
                yield f"fetch {fetch.id} is not valid for `{fetch.subgraph}`: {error.message}"

    # What is where once all fetches are done.

    def _fetched(self, fetch: Fetch, root_type: str) -> Iterator[Fetched]:
        given = frozenset(fetch.conditions)
        match fetch:
            case RootFetch():
                # Below the root it is a query, reached through some field.
                parent = self._types.root("query") if fetch.path else root_type
                start = _Start(fetch.id, fetch.subgraph, *_way(fetch.path), given)
                items = self._selected(start, fetch.selections, parent)
                yield from _renamed(items, len(start.way), fetch.renames)
            case EntityFetch():
                for lookup in fetch.lookups:
                    yield from self._looked_up(fetch, lookup, given)

    def _looked_up(
        self, fetch: EntityFetch, lookup: Lookup, given: Conditions
    ) -> Iterator[Fetched]:
        known = frozenset(name for one in lookup.representations for name in one.types)
        conditions = given | frozenset(lookup.conditions)
        for path in lookup.paths:
            way, types = _way(path)
            for selection in lookup.selections:
                if isinstance(selection, FragmentSelection) and selection.type_condition:
                    parent = selection.type_condition
                    narrowed = _both(types, known & (self._types.possible(parent) | {parent}))
                    start = _Start(fetch.id, fetch.subgraph, way, narrowed, conditions)
                    items = self._selected(start, selection.selections, parent)
                    yield from _renamed(items, len(way), lookup.renames)

    def _selected(
        self, start: _Start, selections: Iterable[Selection], parent: str
    ) -> Iterator[Fetched]:
        for selection in selections:
            inner = start.conditions | frozenset(_conditions(selection.directives))
            if isinstance(selection, FragmentSelection):
                condition = selection.type_condition or parent
                narrowed = start.types
                if condition != parent:
                    narrowed = _both(narrowed, self._types.possible(condition))
                part = _Start(start.fetch, start.subgraph, start.way, narrowed, inner)
                yield from self._selected(part, selection.selections, condition)
                continue
            type_name = self._type_in(start.subgraph, parent, selection.name)
            returns = self._possible_in(start.subgraph, type_name)
            if selection.name != TYPENAME:
                returns &= self._returnable(parent, selection.name, type_name)
            here = (*start.way, Step(selection.response_key, start.types))
            yield Fetched(start.fetch, selection.name, here, inner, returns)
            below = _Start(start.fetch, start.subgraph, here, None, inner)
            yield from self._selected(below, selection.selections, type_name)

    def _type_in(self, subgraph: str, parent: str, field: str) -> str:
        """Return the named type of a field in a subgraph."""
        if field == TYPENAME:
            return "String"
        definition = self._supergraph.types[parent].fields.get(field)
        join = definition.joins.get(subgraph) if definition else None
        text = join.type if join is not None else None
        return (text or self._types.field_type(parent, field)).strip("[]!")

    # Everything the client asks for is there.

    def _uncovered(
        self, operation: Operation, everything: Everything, sent: Mapping[int, frozenset[int]]
    ) -> Iterator[str]:
        root = _Asked(
            operation.selection, (), frozenset(), self._types.possible(operation.root_type)
        )
        pending = [root]
        while pending:
            asked = pending.pop()
            for scope in asked.selection.scopes:
                types = asked.possible if scope.types is None else scope.types & asked.possible
                for item in scope.fields:
                    if item.name == TYPENAME and not asked.way:
                        continue
                    conditions = asked.conditions | item.conditions
                    for name in sorted(types):
                        here = (*asked.way, Step(item.response_key, frozenset((name,))))
                        fetches = sent[item.part or PRIMARY]
                        if not everything.has(here, item.name, conditions, fetches):
                            keys = ".".join(step.key for step in here)
                            yield f"`{keys}` of `{name}` is not fetched"
                        elif item.selection is not None:
                            possible = self._returnable(name, item.name, item.type_name)
                            pending.append(_Asked(item.selection, here, conditions, possible))

    def _returnable(self, parent: str, field: str, type_name: str) -> frozenset[str]:
        """Return what objects of a field can be, whichever subgraph is asked for it."""
        possible = self._types.possible(type_name)
        definition = self._supergraph.types[parent]
        known_field = definition.fields.get(field)
        for subgraph, join in known_field.joins.items() if known_field else ():
            known = (join.type or type_name).strip("[]!")
            possible &= self._possible_in(subgraph, known)
        return possible

    def _possible_in(self, subgraph: str, type_name: str) -> frozenset[str]:
        everywhere = self._types.possible(type_name)
        definition = self._supergraph.types.get(type_name)
        join = definition.joins.get(subgraph) if definition is not None else None
        if (
            definition is None
            or join is None
            or join.is_interface_object
            or definition.kind == "object"
        ):
            return everywhere
        if definition.kind == "union":
            return frozenset(join.members)
        return frozenset(
            name
            for name in everywhere
            if (known := self._supergraph.types[name].joins.get(subgraph)) is not None
            and type_name in known.implements
        )


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a selection set stands in the response, and when."""

    fetch: int
    subgraph: str
    way: tuple[Step, ...]
    types: TypeNames
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class _Asked:
    """A selection of the client, and what its objects can be."""

    selection: AskedSelection
    way: tuple[Step, ...]
    conditions: Conditions
    possible: frozenset[str]


class Everything:
    """All that the fetches of a plan bring."""

    def __init__(self, root: frozenset[str]) -> None:
        self._by_keys: dict[Keys, list[Fetched]] = {}
        self._root = root

    def add(self, item: Fetched) -> None:
        """Add what a fetch brings."""
        self._by_keys.setdefault(item.keys, []).append(item)

    def has(
        self,
        here: tuple[Step, ...],
        name: str,
        given: Conditions,
        fetches: frozenset[int] | None = None,
    ) -> bool:
        """Tell whether a field is there for all objects that `here` means, when `given` holds."""
        items = [
            item
            for item in self._by_keys.get(tuple(step.key for step in here), [])
            if item.name == name
            and not excludes(given, item.conditions)
            and (fetches is None or item.fetch in fetches)
        ]
        found = [item.conditions - given for item in items if self._admits(item.way, here)]
        # Several may bring it between them: one for some objects or if a condition holds, another
        # for the others or if it does not.
        if not found:
            parts = next(filter(None, (self._divided(here, item.way) for item in items)), ())
            return bool(parts) and all(self.has(one, name, given, fetches) for one in parts)
        if not all(found):
            return True
        one = min(found[0], key=lambda condition: condition.variable)
        cases = (one, replace(one, expected=not one.expected))
        return all(self.has(here, name, given | {case}, fetches) for case in cases)

    def conditions(self, way: tuple[Step, ...]) -> Conditions:
        """Return what holds whenever there are objects at the end of `way`."""
        found = self._by_keys.get(tuple(step.key for step in way), [])
        common: Conditions | None = None
        for item in found:
            common = item.conditions if common is None else common & item.conditions
        return common or frozenset()

    def possible(self, way: tuple[Step, ...]) -> frozenset[str]:
        """Return what the objects at the end of `way` can be."""
        if not way:
            return self._root
        found = self._by_keys.get(tuple(step.key for step in way), [])
        return frozenset(
            name for item in found if _can_meet(item.way, way) for name in item.returns
        )

    def _divided(
        self, here: tuple[Step, ...], way: tuple[Step, ...]
    ) -> tuple[tuple[Step, ...], ...]:
        """Return `here` for the objects that are on `way`, and for those that are not."""
        for index, (have, want) in enumerate(zip(way, here, strict=True)):
            types = self.possible(here[:index]) if want.types is None else want.types
            common = types & have.types if have.types is not None else types
            if common and common != types:
                parts = (common, types - common)
                return tuple(
                    (*here[:index], replace(want, types=part), *here[index + 1 :]) for part in parts
                )
        return ()

    def _admits(self, way: tuple[Step, ...], wanted: tuple[Step, ...]) -> bool:
        for index, (have, want) in enumerate(zip(way, wanted, strict=True)):
            if have.types is None:
                continue
            if want.types is None or not want.types <= have.types:
                # What those who were asked cannot return need not be there.
                types = self.possible(wanted[:index])
                if want.types is not None:
                    types &= want.types
                if not types <= have.types:
                    return False
        return True


def _can_meet(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Tell whether an object can be on both ways."""
    return all(
        a.types is None or b.types is None or a.types & b.types
        for a, b in zip(one, other, strict=True)
    )


def _unknown_representations(plan: Plan, everything: Everything) -> Iterator[str]:
    before: dict[int, frozenset[int]] = {}
    for fetch in plan.fetches:
        before[fetch.id] = frozenset(fetch.after).union(*(before[i] for i in fetch.after))
        for lookup in fetch.lookups if isinstance(fetch, EntityFetch) else ():
            given = frozenset((*fetch.conditions, *lookup.conditions))
            if excludes(given, given):
                continue
            for path in lookup.paths:
                check = _Represented(everything, before[fetch.id], given)
                for text in check.missing(lookup, path):
                    yield f"fetch {fetch.id} represents objects by {text}, not fetched before"
                for text in check.unread(lookup, path):
                    yield f"fetch {fetch.id} takes a context from {text}, not fetched before"


class _Represented:
    """Checks the representations of one lookup."""

    def __init__(self, everything: Everything, before: frozenset[int], given: Conditions) -> None:
        self._everything = everything
        self._before = before
        self._given = given

    def missing(self, lookup: Lookup, path: Path) -> Iterator[str]:
        """Yield the parts of the representations that no earlier fetch brings."""
        way, _ = _way(path)
        self._given |= self._everything.conditions(way)
        for representation in lookup.representations:
            asked = (
                RepresentationField(TYPENAME, TYPENAME),
                *representation.key,
                *representation.requires,
            )
            for name in representation.types:
                yield from self._missing(asked, way, frozenset((name,)))

    def unread(self, lookup: Lookup, path: Path) -> Iterator[str]:
        """Yield the parts of the contexts that no earlier fetch brings."""
        for context in lookup.contexts:
            for source in context.sources:
                end = len(path) - source.up
                # Of the objects there, only those count that the lookup's objects are below.
                is_narrowed = source.up and isinstance(path[end], OnTypes)
                way, types = _way(path[: end + 1 if is_narrowed else end])
                types = _both(None if source.types is None else frozenset(source.types), types)
                yield from self._missing(source.value, way, types)

    def _missing(
        self, asked: Iterable[RepresentationSelection], way: tuple[Step, ...], types: TypeNames
    ) -> Iterator[str]:
        for selection in asked:
            if not isinstance(selection, RepresentationField):
                # What those who were asked cannot return need not be known.
                possible = self._everything.possible(way) & frozenset(selection.types)
                for name in sorted(_both(types, possible) or ()):
                    yield from self._missing(selection.selections, way, frozenset((name,)))
                continue
            here = (*way, Step(selection.response_key, types))
            if self._everything.has(here, selection.name, self._given, self._before):
                yield from self._missing(selection.selections, here, None)
            else:
                yield f"`{'.'.join(step.key for step in here)}`"


def _way(path: Path) -> tuple[tuple[Step, ...], TypeNames]:
    """Return a path as steps, and the types of the objects at its end."""
    way: list[Step] = []
    types: TypeNames = None
    for step in path:
        match step:
            case Key(name):
                way.append(Step(name, types))
                types = None
            case OnTypes(names):
                types = frozenset(names)
            case Items():
                pass
    return tuple(way), types


def _renamed(items: Iterable[Fetched], base: int, renames: tuple[Rename, ...]) -> Iterator[Fetched]:
    """Yield what a fetch brings under the keys that it has after its aliases are undone."""
    for item in items:
        way = list(item.way)
        for rename in renames:
            keys = [step.name for step in rename.path if isinstance(step, Key)]
            end = base + len(keys)
            if (
                len(way) > end
                and [step.key for step in item.way[base:end]] == keys
                and item.way[end].key == rename.alias
            ):
                way[end] = Step(rename.response_key, way[end].types)
        yield replace(item, way=tuple(way))


def _conditions(directives: Iterable[str]) -> Iterator[Condition]:
    for text in directives:
        name, _, rest = text.partition("(if: $")
        if name in ("@include", "@skip"):
            yield Condition(rest.rstrip(")"), name == "@include")


def _both(one: TypeNames, other: TypeNames) -> TypeNames:
    if one is None or other is None:
        return other if one is None else one
    return one & other
