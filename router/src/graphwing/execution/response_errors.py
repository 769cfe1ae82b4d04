"""What the response says under `errors` about the subgraphs."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, cast

from graphwing.errors import StreamRefusedError, SubgraphError
from graphwing.execution.places import common_prefix
from graphwing.execution.tree import Failure, ResponsePath


def error_path(error: Mapping[str, Any]) -> ResponsePath:
    """Return where a subgraph says its error belongs, or nothing when that is unusable."""
    path: object = error.get("path")
    if not isinstance(path, list):
        return ()
    steps = cast("list[object]", path)
    if all(isinstance(step, str | int) and not isinstance(step, bool) for step in steps):
        return tuple(cast("list[str | int]", steps))
    return ()


def response_error(subgraph: str, error: Mapping[str, Any], path: ResponsePath) -> dict[str, Any]:
    """Return a subgraph's error for the client: its own message and code, at the client's path."""
    message: object = error.get("message")
    response: dict[str, Any] = {
        "message": message if isinstance(message, str) else f"subgraph `{subgraph}` failed"
    }
    if path:
        response["path"] = list(path)
    own: object = error.get("extensions")
    response["extensions"] = {
        "code": SubgraphError.code,
        **(cast("dict[str, Any]", own) if isinstance(own, dict) else {}),
        "serviceName": subgraph,
    }
    return response


class ErrorLog:
    """Collects errors while fetches run at the same time, and lists them in the plan's order."""

    def __init__(self) -> None:
        self._located: dict[int, list[dict[str, Any] | Failure]] = {}

    def add(
        self, fetch_id: int, subgraph: str, error: Mapping[str, Any], path: ResponsePath
    ) -> None:
        """Note an error whose place in the response is known."""
        self._located.setdefault(fetch_id, []).append(response_error(subgraph, error, path))

    def add_failure(self, fetch_id: int, failure: Failure) -> None:
        """Note errors whose place completion will find."""
        self._located.setdefault(fetch_id, []).append(failure)

    def taken(self, fetches: AbstractSet[int]) -> ErrorLog:
        """Return a log of what some fetches have noted, which this one then no longer has."""
        log = ErrorLog()
        for fetch_id in fetches & self._located.keys():
            log._located[fetch_id] = self._located.pop(fetch_id)
        return log

    def located(self) -> list[dict[str, Any]]:
        """Return the errors whose place is known."""
        return [entry for entry in self._entries() if not isinstance(entry, Failure)]

    def failures(self) -> list[Failure]:
        """Return the failures whose place completion finds."""
        return [entry for entry in self._entries() if isinstance(entry, Failure)]

    def _entries(self) -> list[dict[str, Any] | Failure]:
        return [entry for fetch_id in sorted(self._located) for entry in self._located[fetch_id]]

    def formatted(self) -> list[dict[str, Any]]:
        """Return all errors, to be called after completion.

        What several fetches say of one place is told once: subgraphs that share a field fail alike.
        A failure that costs the client nothing is told unless it repeats what is told already.
        """
        entries, failures = self._entries(), self.failures()
        told = [_said(error) for one in failures if one.missing for error in placed_errors(one)]
        errors: dict[tuple[object, ...], dict[str, Any]] = {}
        for entry in entries:
            new = placed_errors(entry) if isinstance(entry, Failure) else [entry]
            if isinstance(entry, Failure) and not entry.missing:
                new = [error for error in new if _said(error) not in told]
                told += [_said(error) for error in new]
            for error in new:
                errors.setdefault(_cause(error), error)
        return list(errors.values())


def _cause(error: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what is wrong and where, whoever says so."""
    return (*error.get("path", ()), error["message"], repr(error["extensions"]["code"]))


def _said(error: Mapping[str, Any]) -> tuple[Any, Any]:
    return error["message"], error["extensions"]


def placed_errors(failure: Failure) -> list[dict[str, Any]]:
    """Return the errors of a failure, at what the client misses because of it."""
    path = common_prefix(failure.missing) if failure.missing else failure.nearest
    return [response_error(failure.subgraph, error, path) for error in failure.errors]


def stream_errors(error: SubgraphError) -> list[dict[str, Any]]:
    """Return what a client is told when the events of a subgraph end with `error`."""
    if isinstance(error, StreamRefusedError) and error.errors:
        said = error.errors
    else:
        said = ({"message": str(error), "extensions": {"code": error.code}},)
    return [response_error(error.subgraph, one, error_path(one)) for one in said]
