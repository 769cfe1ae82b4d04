"""Which errors go with which part of a response."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from graphwing.execution.response_errors import ErrorLog, placed_errors
from graphwing.execution.tree import Failure, Object, ResponsePath, Value
from graphwing.planner.plan import PRIMARY, Plan

_Key = tuple[ResponsePath, str]


class PartErrors:
    """Hands out the errors of one request: each with the part that has its place.

    Where parts repeat what they share, each of them has the errors of all that it has.
    """

    def __init__(self, log: ErrorLog, plan: Plan, *, repeats: bool) -> None:
        self._log = log
        self._fetches: dict[int, set[int]] = {}
        for fetch in plan.fetches:
            self._fetches.setdefault(fetch.part, set()).add(fetch.id)
        self._repeats = repeats
        self._held = _Held()
        self._untold: dict[int, Failure] = {}
        """Failures that the client has not heard of, by identity."""
        self._told: set[_Key] = set()

    def first(self, data: Object | None, *, is_last: bool) -> list[dict[str, Any]]:
        """Return the errors for the first part, after its completion."""
        log = self._log.taken(self._fetches.get(PRIMARY, set()))
        errors = log.formatted()
        for failure in log.failures():
            # What it costs later parts it costs anew.
            failure.missing.clear()
        if is_last:
            return errors
        here: list[dict[str, Any]] = []
        for error in errors:
            is_here = _is_there(data, error.get("path", ()))
            if is_here:
                here.append(error)
            if self._repeats or not is_here:
                self._held.add(error)
        self._told.update(map(_key, here))
        return here

    def collect(self, parts: Collection[int]) -> None:
        """Take in what the fetches of some parts have noted; they are done."""
        for part in sorted(parts):
            log = self._log.taken(self._fetches.get(part, set()))
            for error in log.located():
                self._held.add(error)
            self._untold.update((id(failure), failure) for failure in log.failures())

    def of(
        self, path: ResponsePath, data: Object | None, met: Iterable[Failure]
    ) -> list[dict[str, Any]]:
        """Return the errors below the object at `path`, whose fields have just been completed.

        `met` are the failures that completion has met there.
        """
        errors: list[dict[str, Any]] = []
        for failure in met:
            errors += placed_errors(failure)
            failure.missing.clear()
            self._untold.pop(id(failure), None)
        errors += self._held.taken(path, data, keeps=self._repeats)
        self._told.update(map(_key, errors))
        return errors

    def left(self, *, is_last: bool) -> list[dict[str, Any]]:
        """Return the errors that have no place in any part, once there is nothing to wait for.

        What two parts have in common is sent once, and so is what either of their fetches says
        about it.
        """
        errors = [error for one in self._untold.values() for error in placed_errors(one)]
        self._untold.clear()
        if is_last:
            errors += self._held.rest()
        return [error for error in errors if _key(error) not in self._told]


class _Held:
    """Errors at places that are not sent yet, found by any place above."""

    def __init__(self) -> None:
        self._errors: dict[_Key, dict[str, Any]] = {}
        self._below: dict[ResponsePath, list[_Key]] = {}

    def add(self, error: dict[str, Any]) -> None:
        """Hold an error; one that is held already is the same."""
        key = _key(error)
        place, _ = key
        if key not in self._errors:
            self._errors[key] = error
            for length in range(len(place) + 1):
                self._below.setdefault(place[:length], []).append(key)

    def taken(
        self, path: ResponsePath, data: Object | None, *, keeps: bool
    ) -> list[dict[str, Any]]:
        """Return those below `path` that are about `data`; hold them longer if it `keeps` them."""
        found: list[dict[str, Any]] = []
        for key in self._below.get(path, ()):
            error = self._errors.get(key)
            if error is not None and _is_there(data, error.get("path", ())[len(path) :]):
                found.append(error)
                if not keeps:
                    del self._errors[key]
        return found

    def rest(self) -> list[dict[str, Any]]:
        """Return all that are left, and hold none."""
        left = list(self._errors.values())
        self._errors.clear()
        return left


def _key(error: Mapping[str, Any]) -> _Key:
    """Return what two errors have in common that are one, by whichever subgraph they are told."""
    place = tuple(error.get("path", ()))
    return place, str(error.get("message")) if place else repr(error)


def _is_there(value: Value, path: Collection[str | int]) -> bool:
    """Tell whether a place, or a null above it, is in what is sent."""
    for step in path:
        match value:
            case None:
                return True
            case dict() if isinstance(step, str) and step in value:
                value = value[step]
            case list() if isinstance(step, int) and step < len(value):
                value = value[step]
            case _:
                return False
    return True
