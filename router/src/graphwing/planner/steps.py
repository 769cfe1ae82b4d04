"""A plan as nested steps, the form that people and other tools read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphwing.planner.plan import PRIMARY, Condition, DeferredPart, Fetch, Plan


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that run one after another, or side by side."""

    is_sequence: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Deferred:
    """A part that is sent later; its own deferred parts are in `step`."""

    part: DeferredPart
    after: tuple[int, ...]
    """The fetches of earlier parts that its fetches wait for."""
    step: Step | None


@dataclass(frozen=True, slots=True)
class Division:
    """Steps for what is sent first, and what is sent later."""

    selection: str
    primary: Step | None
    deferred: tuple[Deferred, ...]

    def waited_for(self) -> frozenset[int]:
        """Return the fetches that deferred parts wait for, those within parts included."""
        inner = (one.step for one in self.deferred if isinstance(one.step, Division))
        return frozenset(i for one in self.deferred for i in one.after).union(
            *(step.waited_for() for step in inner)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """Steps that depend on a variable."""

    variable: str
    if_true: Step | None
    if_false: Step | None


Step = Fetch | Group | Division | Choice


def steps_of(plan: Plan) -> Step | None:
    """Return the nested form of a plan with its deferred parts and its variants."""
    every = {variant.conditions: variant.plan for variant in plan.variants}
    names = [one.variable for one in plan.variants[0].conditions] if plan.variants else []
    every[tuple(Condition(name, expected=True) for name in names)] = plan
    return _chosen(names, (), every)


def _chosen(
    names: list[str], decided: tuple[Condition, ...], plans: Mapping[tuple[Condition, ...], Plan]
) -> Step | None:
    if len(decided) == len(names):
        plan = plans[decided]
        return _divided(plan, PRIMARY, plan.selection)
    name = names[len(decided)]
    true, false = (
        _chosen(names, (*decided, Condition(name, value)), plans) for value in (True, False)
    )
    return Choice(name, true, false)


def _divided(plan: Plan, part: int, selection: str) -> Step | None:
    """Return the steps of a part and of those that it is sent before."""
    own = nested([fetch for fetch in plan.fetches if fetch.part == part])
    deferred = tuple(
        Deferred(one, _waits_for(plan, one.id), _divided(plan, one.id, one.selection))
        for one in plan.parts
        if one.parent == part
    )
    return Division(selection, own, deferred) if deferred else own


def _waits_for(plan: Plan, part: int) -> tuple[int, ...]:
    own = [fetch for fetch in plan.fetches if fetch.part == part]
    after = {earlier for fetch in own for earlier in fetch.after}
    return tuple(sorted(after - {fetch.id for fetch in own}))


def nested(fetches: Sequence[Fetch]) -> Step | None:
    """Return the nested form of a plan: what does not wait for another is side by side.

    Fetches that wait for exactly one branch stay in that branch, so no fetch seems to wait for
    more than it does, except where two branches join.
    """
    groups: list[list[Fetch]] = []
    for fetch in fetches:
        joined = [group for group in groups if any(one.id in fetch.after for one in group)]
        rest = [group for group in groups if group not in joined]
        groups = [*rest, [*(one for group in joined for one in group), fetch]]
    groups.sort(key=lambda group: group[0].id)
    steps = tuple(_sequence(sorted(group, key=lambda one: one.id)) for group in groups)
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else Group(is_sequence=False, steps=steps)


def _sequence(group: list[Fetch]) -> Step:
    """Return connected fetches: those that wait for nothing here, then the rest."""
    if len(group) == 1:
        return group[0]
    ids = {fetch.id for fetch in group}
    first = [fetch for fetch in group if not ids & set(fetch.after)]
    rest = [fetch for fetch in group if ids & set(fetch.after)]
    begin: Step = first[0] if len(first) == 1 else Group(is_sequence=False, steps=tuple(first))
    end = nested(rest)
    steps = _steps_of(end) if end is not None else ()
    return Group(is_sequence=True, steps=(begin, *steps))


def _steps_of(step: Step) -> tuple[Step, ...]:
    return step.steps if isinstance(step, Group) and step.is_sequence else (step,)
