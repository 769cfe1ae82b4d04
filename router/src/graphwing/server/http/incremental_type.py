"""Choose how a client gets a response whose fragments are deferred, and write it so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphwing.execution import Completed, FirstPart, Increment, NextPart, Pending
from graphwing.server.http.media_type import accepted

Json = dict[str, Any]

_VERSION = re.compile(r"v?\d+(\.\d+)*")


class IncrementalType(Protocol):
    """A way to write the parts of one response."""

    repeats: bool
    """Whether each part is whole, or has only what was not sent before."""

    @property
    def content_type(self) -> str:
        """Return the header of the whole response, without its boundary."""
        ...

    def first(self, part: FirstPart) -> Json:
        """Return what is not deferred."""
        ...

    def next(self, part: NextPart) -> Json:
        """Return what follows."""
        ...


class Defer2022:
    """The format of Apollo's and Relay's clients: each fragment is whole and says where it belongs.

    https://www.apollographql.com/docs/graphos/routing/operations/defer
    """

    repeats = True
    content_type = "multipart/mixed;deferSpec=20220824"

    def first(self, part: FirstPart) -> Json:
        """Return what is not deferred."""
        return {"data": part.data, **_errors(part.errors), "hasNext": part.has_next}

    def next(self, part: NextPart) -> Json:
        """Return what follows."""
        return {"incremental": list(map(self._fragment, part.completed)), "hasNext": part.has_next}

    @staticmethod
    def _fragment(completed: Completed) -> Json:
        place: Json = {"path": completed.pending.path}
        if completed.pending.label is not None:
            place["label"] = completed.pending.label
        if completed.errors is not None:
            return {"data": None, **place, **_errors(completed.errors)}
        # Whole fragments have all their fields at their own place.
        data: Json = {}
        errors: list[Mapping[str, Any]] = []
        for increment in completed.increments:
            data.update(increment.data)
            errors.extend(increment.errors)
        return {"data": data, **place, **_errors(errors)}


@dataclass(frozen=True, slots=True)
class Incremental:
    """The format that GraphQL is to have: no field is sent twice, and fragments have ids.

    https://github.com/graphql/graphql-spec/pull/1110
    """

    version: str | None = None
    repeats = False

    @property
    def content_type(self) -> str:
        """Return the header of the whole response, without its boundary."""
        version = f";incrementalSpec={self.version}" if self.version else ""
        return f"multipart/mixed{version}"

    def first(self, part: FirstPart) -> Json:
        """Return what is not deferred."""
        return {
            "data": part.data,
            **_errors(part.errors),
            **_pending(part.pending),
            "hasNext": part.has_next,
        }

    def next(self, part: NextPart) -> Json:
        """Return what follows."""
        incremental = [
            self._increment(completed.pending, increment)
            for completed in part.completed
            for increment in completed.increments
        ]
        return {
            **_pending(part.pending),
            **({"incremental": incremental} if incremental else {}),
            "completed": [
                {"id": one.pending.id, **_errors(one.errors or ())} for one in part.completed
            ],
            "hasNext": part.has_next,
        }

    @staticmethod
    def _increment(pending: Pending, increment: Increment) -> Json:
        below = increment.path[len(pending.path) :]
        return {
            "id": pending.id,
            **({"subPath": below} if below else {}),
            "data": increment.data,
            **_errors(increment.errors),
        }


def incremental_type(accept: str | None) -> IncrementalType | None:
    """Return the format that a client accepts for a response in parts, if it accepts one.

    >>> incremental_type("multipart/mixed;deferSpec=20220824, application/json").repeats
    True
    >>> incremental_type("application/json, multipart/mixed").content_type
    'multipart/mixed'
    >>> incremental_type('multipart/mixed;subscriptionSpec="1.0", */*') is None
    True
    """
    for one in accepted(accept or ""):
        if one.name != "multipart/mixed" or not one.quality:
            continue
        if one.parameters.get("deferspec") == "20220824":
            return Defer2022()
        if not {"deferspec", "subscriptionspec"} & one.parameters.keys():
            version = one.parameters.get("incrementalspec", "")
            return Incremental(version if _VERSION.fullmatch(version) else None)
    return None


def _errors(errors: Any) -> Json:  # noqa: ANN401
    return {"errors": list(errors)} if errors else {}


def _pending(pending: tuple[Pending, ...]) -> Json:
    return {"pending": list(map(_pending_json, pending))} if pending else {}


def _pending_json(pending: Pending) -> Json:
    label = {} if pending.label is None else {"label": pending.label}
    return {"id": pending.id, "path": pending.path, **label}
