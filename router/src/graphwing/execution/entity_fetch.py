"""Run a fetch of entities: represent the objects found so far, ask about them, merge by index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeGuard

from graphwing.errors import SubgraphError
from graphwing.execution.contexts import ContextGroup, ContextGroups, grouped
from graphwing.execution.places import common_prefix, objects_at, places_at
from graphwing.execution.renames import renamed_path
from graphwing.execution.representations import Batch, batched
from graphwing.execution.response_errors import error_path
from graphwing.execution.run import Run
from graphwing.execution.transport import SubgraphAnswer
from graphwing.execution.tree import Failure, Object, ResponsePath, Value, explain_null
from graphwing.planner.plan import EntityFetch, Lookup
from graphwing.planner.write import repeat_lookups


async def run_entity_fetch(run: Run, fetch: EntityFetch) -> None:
    """Ask about all objects of all lookups in one request, unless there is none to ask about."""
    if any(lookup.contexts and run.all_hold(lookup.conditions) for lookup in fetch.lookups):
        fetch, questions = _questions_with_contexts(run, fetch)
    else:
        questions = [_question(run, lookup) for lookup in fetch.lookups]
    variables = run.values(fetch.variables)
    for question in questions:
        variables.update(question.contexts)
        name, representations = question.lookup.variable, question.batch.representations
        # Lookups of equal representations share a variable; one of them may be switched off.
        if representations or name not in variables:
            variables[name] = representations
    if not any(question.batch.representations for question in questions):
        return
    answer = await run.ask(fetch.subgraph, fetch.operation, variables, "query")
    _read(run, fetch, [one for one in questions if one.batch.representations], answer)


@dataclass(frozen=True, slots=True)
class _Question:
    """A lookup and the objects it is about in this request."""

    lookup: Lookup
    batch: Batch
    contexts: Mapping[str, Value] = field(default_factory=dict[str, Value])
    """What its objects found above them, by variable."""

    def objects(self) -> list[Object]:
        return [target for targets in self.batch.objects for target in targets]

    def places(self, run: Run) -> dict[int, list[ResponsePath]]:
        """Return the response paths of its objects, by the identity of the object."""
        places: dict[int, list[ResponsePath]] = {id(target): [] for target in self.objects()}
        for path in self.lookup.paths:
            for found, place in places_at(run.tree, path):
                known = places.get(id(found))
                if known is not None and place not in known:
                    known.append(place)
        return places


def _question(run: Run, lookup: Lookup) -> _Question:
    if not run.all_hold(lookup.conditions):
        return _Question(lookup, Batch())
    objects = [one for path in lookup.paths for one in objects_at(run.tree, path)]
    return _Question(lookup, _batch(run, lookup, objects))


def _questions_with_contexts(run: Run, fetch: EntityFetch) -> tuple[EntityFetch, list[_Question]]:
    """Return the fetch with a lookup for each group of objects, and what each lookup asks."""
    groups: list[Sequence[ContextGroup]] = []
    for lookup in fetch.lookups:
        found = ContextGroups([], [])
        if run.all_hold(lookup.conditions):
            found = grouped(run.tree, lookup)
        for target, cause in found.blocked:
            run.owe([target], lookup.selections, lookup.renames, cause.failure)
        groups.append(found.groups)
    repeated = repeat_lookups(fetch, [len(each) for each in groups])
    questions = [
        _Question(
            lookup,
            _batch(run, lookup, group.objects),
            {one.variable: value for one, value in zip(lookup.contexts, group.values, strict=True)},
        )
        for lookup, group in zip(repeated.lookups, chain.from_iterable(groups), strict=True)
    ]
    return repeated, questions


def _batch(run: Run, lookup: Lookup, objects: Iterable[Object]) -> Batch:
    """Return what represents the objects of a lookup."""
    batch = batched(objects, lookup.representations)
    for target, cause in batch.blocked:
        run.owe([target], lookup.selections, lookup.renames, cause.failure)
    return batch


def _read(
    run: Run, fetch: EntityFetch, questions: Sequence[_Question], answer: SubgraphAnswer
) -> None:
    """Merge the entities into their objects and report the errors where they belong."""
    data = answer.data or {}
    errors: dict[str, list[Mapping[str, Any]]] = {one.lookup.response_key: [] for one in questions}
    unplaced: list[Mapping[str, Any]] = []
    for error in answer.errors:
        key = next(iter(error_path(error)), None)
        (errors[key] if isinstance(key, str) and key in errors else unplaced).append(error)
    is_explained = bool(unplaced) or answer.data is None
    for question in questions:
        key = question.lookup.response_key
        reading = _Reading(run, fetch, question)
        reading.read(data.get(key), errors[key], is_explained=is_explained)
    failure = None
    if unplaced:
        paths = [each for one in questions for found in one.places(run).values() for each in found]
        failure = Failure(fetch.subgraph, unplaced, common_prefix(paths))
        run.errors.add_failure(fetch.id, failure)
    if is_explained:
        for question in questions:
            lookup = question.lookup
            run.owe(question.objects(), lookup.selections, lookup.renames, failure)


class _Reading:
    """Reads the answer to one lookup."""

    def __init__(self, run: Run, fetch: EntityFetch, question: _Question) -> None:
        self._run = run
        self._fetch = fetch
        self._question = question
        self._entities: list[Object | None] = [None] * len(question.batch.objects)
        # Objects whose entity is missing for a reason that is reported.
        self._failed: list[tuple[list[Object], Failure | None]] = []
        self._known_places: dict[int, list[ResponsePath]] | None = None

    def read(
        self, found: Value, errors: Sequence[Mapping[str, Any]], *, is_explained: bool
    ) -> None:
        """Merge the entities `found`.

        `errors` are those that name this lookup; others may explain that it has no answer.
        """
        is_answered = False
        if _are_entities(found, len(self._entities)):
            is_answered = True
            self._entities = found
        elif not errors and not is_explained:
            errors = [self._mismatch(found)]
        for error in errors:
            self._take_error(error)
        if errors and not is_answered:
            self._failed.append((self._question.objects(), None))
        self._merge()

    def _merge(self) -> None:
        lookup = self._question.lookup
        for targets, entity in zip(self._question.batch.objects, self._entities, strict=True):
            if entity is not None:
                self._run.merge_into(targets, entity, lookup.renames)
        for targets, failure in self._failed:
            self._run.owe(targets, lookup.selections, lookup.renames, failure)

    def _mismatch(self, found: Value) -> Mapping[str, Any]:
        asked = len(self._entities)
        if isinstance(found, list) and len(found) == asked:
            said = "sent something else than objects as entities"
        else:
            count = len(found) if isinstance(found, list) else "no"
            said = f"sent {count} entities for {asked} representations"
        error = SubgraphError(self._fetch.subgraph, said)
        self._run.failures.append(error)
        return {"message": str(error), "extensions": {"code": error.code}}

    def _take_error(self, error: Mapping[str, Any]) -> None:
        """Report one error at every place of its entity, or at all places if it names none."""
        path = error_path(error)
        index, rest = (path[1] if len(path) > 1 else None), path[2:]
        if not isinstance(index, int) or not 0 <= index < len(self._entities):
            self._fail(self._question.objects(), error)
        elif rest:
            self._explain(index, rest, error)
        else:
            for target in self._question.batch.objects[index]:
                self._fail([target], error)

    def _explain(self, index: int, path: ResponsePath, error: Mapping[str, Any]) -> None:
        lookup, targets = self._question.lookup, self._question.batch.objects[index]
        entity = self._entities[index]
        if entity is None:
            self._failed.append((targets, None))
        else:
            explain_null(entity, path, lookup.selections)
        below = renamed_path(path, lookup.renames)
        for place in self._places(targets):
            self._run.errors.add(self._fetch.id, self._fetch.subgraph, error, (*place, *below))

    def _fail(self, targets: list[Object], error: Mapping[str, Any]) -> None:
        nearest = common_prefix(self._places(targets))
        failure = Failure(self._fetch.subgraph, [error], nearest)
        self._run.errors.add_failure(self._fetch.id, failure)
        self._failed.append((targets, failure))

    def _places(self, targets: Sequence[Object]) -> list[ResponsePath]:
        """Return the response paths of some of the lookup's objects; only errors need them."""
        if self._known_places is None:
            self._known_places = self._question.places(self._run)
        return [place for target in targets for place in self._known_places[id(target)]]


def _are_entities(found: Value, count: int) -> TypeGuard[list[Object | None]]:
    """Return whether an answer has an object or null for each representation."""
    return (
        isinstance(found, list)
        and len(found) == count
        and all(item is None or isinstance(item, dict) for item in found)
    )
