"""Which errors go with which part of a response."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from graphwing.execution.response_errors import ErrorLog, placed_errors
from graphwing.execution.tree import Failure, Object, ResponsePath, Value
from graphwing.planner.plan import PRIMARY, Plan


class PartErrors:
    """Hands out the errors of one request: each with the part that has its place."""

    def __init__(self, log: ErrorLog, plan: Plan) -> None:
        self._log = log
        self._fetches: dict[int, set[int]] = {}
        for fetch in plan.fetches:
            self._fetches.setdefault(fetch.part, set()).add(fetch.id)
        self._held: list[dict[str, Any]] = []
        """Errors at places that are not sent yet."""
        self._told: list[Failure] = []
        """Failures that the client knows of; they may turn out to cost it more."""
        self._new: list[Failure] = []

    def first(self, data: Object | None, *, is_last: bool) -> list[dict[str, Any]]:
        """Return the errors for the first part, after its completion."""
        log = self._log.taken(self._fetches.get(PRIMARY, set()))
        errors = log.formatted()
        self._told = log.failures()
        for failure in self._told:
            failure.missing.clear()
        if is_last:
            return errors
        here = [error for error in errors if _is_there(data, error.get("path", ()))]
        self._held = [error for error in errors if error not in here]
        return here

    def collect(self, parts: Collection[int]) -> None:
        """Take in what the fetches of some parts have noted; they are done."""
        for part in sorted(parts):
            log = self._log.taken(self._fetches.get(part, set()))
            self._held += [error for error in log.located() if error not in self._held]
            self._new += log.failures()

    def of(self, path: ResponsePath, data: Object | None) -> list[dict[str, Any]]:
        """Return the errors below the object at `path`, whose fields have just been completed."""
        errors = list(self._costly())
        for error in self._held:
            place = tuple(error.get("path", ()))
            if place[: len(path)] == path and _is_there(data, place[len(path) :]):
                errors.append(error)
        self._held = [error for error in self._held if error not in errors]
        return errors

    def left(self, *, is_last: bool) -> list[dict[str, Any]]:
        """Return the errors that have no place in any part, once there is nothing to wait for."""
        errors = [error for failure in self._new for error in placed_errors(failure)]
        self._told += self._new
        self._new = []
        if is_last:
            errors += self._held
            self._held = []
        return errors

    def _costly(self) -> Iterator[dict[str, Any]]:
        """Yield the errors of failures that the last completion has met."""
        for failure in (*self._told, *self._new):
            if failure.missing:
                yield from placed_errors(failure)
                failure.missing.clear()
                if failure in self._new:
                    self._new.remove(failure)
                    self._told.append(failure)


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
