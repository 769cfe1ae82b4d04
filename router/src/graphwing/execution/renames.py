"""Undo the aliases that the planner had to invent."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from graphwing.execution.places import objects_at
from graphwing.execution.tree import Object, merge
from graphwing.planner.plan import Key, Rename


def rename(answer: Object, renames: Sequence[Rename], abstract: AbstractSet[str]) -> None:
    """Move each alias in `answer` to the response key it stands for, in the order given."""
    for one in renames:
        for owner in objects_at(answer, one.path):
            if one.alias in owner:
                merge(owner, {one.response_key: owner.pop(one.alias)}, abstract)


def renamed_path(path: Sequence[str | int], renames: Sequence[Rename]) -> tuple[str | int, ...]:
    """Return the path of an error with the client's response keys in place of aliases."""
    steps = list(path)
    for one in renames:
        keys = [step.name for step in one.path if isinstance(step, Key)]
        named = [index for index, step in enumerate(steps) if isinstance(step, str)]
        above, rest = named[: len(keys)], named[len(keys) :]
        if rest and [steps[index] for index in above] == keys and steps[rest[0]] == one.alias:
            steps[rest[0]] = one.response_key
    return tuple(steps)
