"""Walk the API breadth first, with all options at once, and report what none of them can reach."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from graphwing.composition.definitions import FieldDefinition, TypeDefinition, TypeKind, has_applied
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.satisfiability.budget import Budget, BudgetExceededError
from graphwing.composition.satisfiability.contexts import Context, Contexts, contexts_of
from graphwing.composition.satisfiability.labels import Labels, LabelsBelow, decided
from graphwing.composition.satisfiability.options import Options, Stand
from graphwing.composition.satisfiability.places import Option, Places
from graphwing.composition.satisfiability.runtime_types import common_runtime_types
from graphwing.composition.satisfiability.visited import Visited
from graphwing.composition.satisfiability.witness import (
    Path,
    report_unknown_type,
    report_unsatisfiable,
)
from graphwing.composition.subgraph_schema import ROOT_NAMES
from graphwing.composition.type_reference import named_type

MOST_STEPS = 5_000_000
"""More than any schema seen in practice needs; a search beyond it would not end in good time."""

_STEPS_TO_BEGIN_ANEW = 200
"""What it costs to know nothing yet, as under labels that were not decided like that before."""


def check_satisfiability(merge: Merge, *, most_steps: int = MOST_STEPS) -> None:
    """Report every field of the API that some path cannot reach, with a query that shows it."""
    try:
        contexts, places, labels_below = contexts_of(merge), Places(merge), LabelsBelow(merge)
        walk = _Walk(merge, Budget(most_steps), contexts, places, labels_below)
        walk.enter_roots()
        walk.run()
    except (BudgetExceededError, RecursionError):
        merge.problems.report(
            "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
            "it takes too many steps to find out whether all queries can be answered",
            subgraphs=[subgraph.name for subgraph in merge.subgraphs],
            remedy="give entities one key in all subgraphs, or share fewer types without keys",
        )


@dataclass(slots=True)
class _State:
    """An object type, where the router can stand when it gets there, and how it got there.

    `places` are the options and all that can be entered from them, once the state is accepted.
    """

    type_name: str
    options: frozenset[Option]
    labels: Labels
    path: Path
    contexts: frozenset[Context] = frozenset()
    """What types above have set."""
    places: frozenset[Stand] = frozenset()


@dataclass(slots=True)
class _Walk:
    merge: Merge
    budget: Budget
    contexts: Contexts
    places: Places
    labels_below: LabelsBelow
    reported: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    by_labels: dict[Labels, Options] = field(default_factory=dict[Labels, Options])
    pending: deque[_State] = field(default_factory=deque[_State])
    visited: Visited = field(init=False)
    visited_before: Visited | None = None
    """What others walk, who report what is wrong there."""
    entered: set[tuple[str, frozenset[Option], Labels, frozenset[Context]]] = field(
        default_factory=set[tuple[str, frozenset[Option], Labels, frozenset[Context]]]
    )

    def __post_init__(self) -> None:
        """Begin with nothing visited."""
        self.visited = Visited(self.budget)

    def enter_roots(self) -> None:
        """Begin at the root types."""
        nothing: Labels = frozenset()
        for operation, name in ROOT_NAMES.items():
            definition = self.merge.types.get(name)
            if definition is not None and not _is_hidden(definition):
                options = frozenset(self.places.roots(name))
                self._add(_State(name, options, nothing, Path(operation)))

    def run(self) -> None:
        """Follow the fields of all types that were entered, and of those that they lead to."""
        while self.pending:
            state = self.pending.popleft()
            definition = self.merge.types[state.type_name]
            targets = self._targets_by_field(state)
            self.budget.spend(len(definition.fields))
            for item in definition.fields.values():
                if item.directives and has_applied(item, "inaccessible"):
                    continue
                overrides = self.merge.overrides.get((definition.name, item.name))
                if overrides is None or not overrides.labels:
                    self._follow(state, state.labels, item, targets.get(item.name, ()))
                    continue
                for labels in decided(state.labels, overrides):
                    self._follow(state, labels, item, self._targets(state, labels, item.name))

    def options(self, labels: Labels) -> Options:
        """Return the answers that hold when `labels` are as given."""
        if labels not in self.by_labels:
            self.budget.spend(_STEPS_TO_BEGIN_ANEW)
            self.by_labels[labels] = Options(
                self.merge, labels, self.budget, self.contexts, self.places
            )
        return self.by_labels[labels]

    def _add(self, state: _State) -> None:
        """Go on from a type unless it was reached before with no more options than now."""
        options = self.options(state.labels)
        options.spend()
        state.places = options.places_that_matter(state.options)
        situation = state.type_name, state.contexts
        visited = [self.visited, *([self.visited_before] if self.visited_before else [])]
        if any(it.covers(situation, state.labels, state.places) for it in visited):
            return
        self.visited.add(situation, state.labels, state.places)
        self.pending.append(state)

    def _targets_by_field(self, state: _State) -> dict[str, list[Option]]:
        """Return where each field leads from the places of `state`, in all of them at once."""
        options = self.options(state.labels)
        reads_nothing = not self.contexts.are_read
        found: dict[str, list[Option]] = {}
        for stand in state.places:
            for name, target in options.steps_from(stand).items():
                if reads_nothing or options.reads(stand.place, name) <= state.contexts:
                    found.setdefault(name, []).append(target)
        return found

    def _targets(self, state: _State, labels: Labels, name: str) -> list[Option]:
        """Return where field `name` leads from `state` once `labels` are decided."""
        options = self.options(labels)
        self.budget.spend(len(state.places))
        return [
            target
            for place, by_key in options.places_that_matter(state.options)
            if options.reads(place, name) <= state.contexts
            and (target := options.step(place, name, by_key=by_key)) is not None
        ]

    def _follow(
        self, state: _State, labels: Labels, item: FieldDefinition, targets: Collection[Option]
    ) -> None:
        if not targets:
            self._report(state, labels, item)
            return
        returned = named_type(item.type)
        if not self.places.is_composite(returned):
            return
        following = _State(
            returned,
            frozenset(targets),
            self.labels_below.of(labels, returned),
            state.path.field(state.type_name, item),
            state.contexts | self.contexts.set_by(state.type_name),
        )
        if state.type_name == "Mutation" and len(following.options) > 1:
            self._enter_one_by_one(following)
        else:
            self._enter(following, f"{state.type_name}.{item.name}")

    def _report(self, state: _State, labels: Labels, item: FieldDefinition) -> None:
        definition = self.merge.types[state.type_name]
        key = (definition.name, item.name)
        if key not in self.reported:
            self.reported.add(key)
            path = state.path.field(definition.name, item)
            report_unsatisfiable(self.options(labels), path, state.options, definition, item)

    def _enter_one_by_one(self, state: _State) -> None:
        """Take a mutation to one subgraph only: sending it to two would run it twice."""
        before = len(self.merge.problems.found)
        reported = set(self.reported)
        for target in sorted(state.options, key=lambda it: it.subgraph):
            del self.merge.problems.found[before:]
            trial = _Walk(
                self.merge,
                self.budget,
                self.contexts,
                self.places,
                self.labels_below,
                set(reported),
                self.by_labels,
            )
            trial.visited_before = self.visited
            trial.enter(replace(state, options=frozenset({target})))
            trial.run()
            if trial.reported == reported:
                # What only another subgraph lacks is not settled: other paths may need it, too.
                self.reported = reported
                self.visited.update(trial.visited)
                return
            self.reported = trial.reported

    def enter(self, state: _State) -> None:
        """Begin at the type of `state`."""
        self._enter(state, "")

    def _enter(self, state: _State, coordinate: str) -> None:
        """Go on from a field to each object type that its value can have."""
        returned = self.merge.types[state.type_name]
        options = self.options(state.labels)
        if returned.kind is TypeKind.OBJECT:
            if not _is_hidden(returned):
                self._add(state)
            return
        common = common_runtime_types(options, state.options, coordinate)
        request = (state.type_name, state.options, state.labels, state.contexts)
        if request in self.entered:
            return
        self.entered.add(request)
        for name in sorted(common):
            merged = self.merge.types.get(name)
            if merged is not None and not _is_hidden(merged):
                self._enter_member(state, name)

    def _enter_member(self, state: _State, name: str) -> None:
        options = self.options(state.labels)
        narrowed = (options.places.narrow(target, name) for target in state.options)
        found = frozenset(it for it in narrowed if it is not None)
        if not found:
            return
        path = state.path.condition(name)
        # Who only knows an interface object cannot tell whether a value is of this type.
        if not any(place.type_name == name for it in found for place in options.reachable(it)):
            key = (state.type_name, name)
            if key not in self.reported:
                self.reported.add(key)
                report_unknown_type(options, path, found, state.type_name)
            return
        labels = self.labels_below.of(state.labels, name)
        self._add(_State(name, found, labels, path, state.contexts))


def _is_hidden(definition: TypeDefinition) -> bool:
    return has_applied(definition, "inaccessible")
