"""Send a response in parts: what is not deferred first, then each deferred part when it is there.

https://github.com/graphql/graphql-spec/pull/1110
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLSchema
from msgspec import Raw

from graphwing.execution.deferred import Fragment, Fragments, Group
from graphwing.execution.fetches import run_fetches
from graphwing.execution.part_completion import PartCompletion
from graphwing.execution.part_errors import PartErrors
from graphwing.execution.run import Run
from graphwing.execution.shape import ObjectShape
from graphwing.execution.tree import ResponsePath
from graphwing.planner.plan import PRIMARY, Fetch, Plan

Errors = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pending:
    """A deferred fragment that the client is told to wait for."""

    id: str
    path: ResponsePath
    label: str | None


@dataclass(frozen=True, slots=True)
class Increment:
    """Fields to add to the object at `path`."""

    path: ResponsePath
    data: dict[str, Any]
    errors: Errors = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """A deferred fragment that nothing more comes of.

    With `errors`, be there any or not, it could not be sent: a null took it that the schema does
    not allow.
    """

    pending: Pending
    increments: tuple[Increment, ...] = ()
    errors: Errors | None = None


@dataclass(frozen=True, slots=True)
class FirstPart:
    """All that is not deferred, and what is to come."""

    data: dict[str, Any] | Raw | None
    """Already as JSON, where it was made so."""
    errors: Errors
    pending: tuple[Pending, ...]

    @property
    def has_next(self) -> bool:
        """Return whether anything follows."""
        return bool(self.pending)


@dataclass(frozen=True, slots=True)
class NextPart:
    """What has become ready since the part before."""

    completed: tuple[Completed, ...]
    pending: tuple[Pending, ...]
    """Fragments within those just completed."""
    has_next: bool


ResponsePart = FirstPart | NextPart
SendPart = Callable[[ResponsePart], Awaitable[None]]


class PartSender:
    """Runs one plan and sends the parts of its response."""

    def __init__(
        self,
        schema: GraphQLSchema,
        run: Run,
        plan: Plan,
        shape: ObjectShape,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._run = run
        self._plan = plan
        self._shape = shape
        self._variables = variables
        self._progress = _Progress(plan)
        self._errors = PartErrors(run.errors, plan, repeats=shape.shapes.repeats)
        self._fragments = Fragments(plan.parts, sends_empty=shape.shapes.repeats)

    async def send(self, send: SendPart) -> None:
        """Send all parts; what nobody can get any more is not waited for."""
        async with asyncio.TaskGroup() as group:
            fetching = group.create_task(
                run_fetches(self._run, self._plan.fetches, on_done=self._progress.note)
            )
            await self._progress.any_of({PRIMARY})
            await send(self._first())
            while waiting := self._fragments.waiting():
                ready = await self._progress.any_of({one.part for one in waiting})
                await send(self._next([one for one in waiting if one.part in ready], ready))
            fetching.cancel()

    def _first(self) -> FirstPart:
        completion = PartCompletion(self._schema, self._variables)
        data = completion.data(self._shape, self._run.tree)
        if data is not None:
            self._fragments.add(completion.later)
        pending = self._announced()
        errors = self._errors.first(data, is_last=not pending)
        return FirstPart(data, [*errors, *completion.errors], pending)

    def _next(self, ready: Iterable[Fragment], parts: Collection[int]) -> NextPart:
        self._errors.collect(parts)
        done = [self._completed(fragment) for fragment in ready]
        pending = self._announced()
        has_next = bool(self._fragments.waiting())
        left = self._errors.left(is_last=not has_next)
        return NextPart(tuple(_with_errors(done, left)), pending, has_next)

    def _completed(self, fragment: Fragment) -> Completed:
        fragment.is_over = True
        self._fragments.settle(fragment)
        sent: dict[Group, Increment] = {}
        # Completing a group may find more groups of the same fragment.
        for group in fragment.groups:
            if group.is_sent:
                continue
            completion = PartCompletion(self._schema, self._variables, group.path)
            data = completion.part(group.shape, group.runtime_type, group.fields, group.value)
            told = self._errors.of(group.path, data, completion.met.values())
            told += completion.errors
            group.is_null = data is None
            if data is None:
                return Completed(_pending(fragment), errors=told)
            if not group.is_completed:
                self._fragments.add(completion.later)
                self._fragments.settle(fragment)
                group.is_completed = True
            sent[group] = Increment(group.path, data, told)
        for group in sent:
            group.is_sent = True
        return Completed(_pending(fragment), tuple(sent.values()))

    def _announced(self) -> tuple[Pending, ...]:
        return tuple(map(_pending, self._fragments.announce()))


def _with_errors(completed: Sequence[Completed], errors: Errors) -> list[Completed]:
    """Add errors that have no place of their own to the last data there is."""
    told = list(completed)
    for index in range(len(told) - 1, -1, -1):
        if errors and told[index].increments:
            *others, last = told[index].increments
            last = replace(last, errors=(*last.errors, *errors))
            told[index] = replace(told[index], increments=(*others, last))
            break
    return told


def _pending(fragment: Fragment) -> Pending:
    return Pending(fragment.id, fragment.path, fragment.label)


class _Progress:
    """Which parts have all their fetches done, and those of the parts that they stand in.

    The client need not wait for a part that has no field of its own; what stands in it may still
    come with its fetches.
    """

    def __init__(self, plan: Plan) -> None:
        self._parents = {part.id: part.parent for part in plan.parts}
        self._left = dict.fromkeys((PRIMARY, *self._parents), 0)
        for fetch in plan.fetches:
            self._left[fetch.part] += 1
        self._changed = asyncio.Event()

    def note(self, fetch: Fetch) -> None:
        """Note that a fetch is done."""
        self._left[fetch.part] -= 1
        self._changed.set()

    async def any_of(self, parts: Collection[int]) -> set[int]:
        """Return those of `parts` that are done, at least one."""
        while not (done := {part for part in parts if self._is_done(part)}):
            self._changed.clear()
            await self._changed.wait()
        return done

    def _is_done(self, part: int) -> bool:
        while not self._left[part]:
            if part == PRIMARY:
                return True
            part = self._parents[part]
        return False
