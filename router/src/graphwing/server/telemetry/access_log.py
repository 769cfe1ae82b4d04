"""The access log: what was asked and what came of it, one line of JSON for each request.

No variables, no query strings, and of the headers only those in which clients name themselves:
nothing that is written here is a secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from graphwing.exact_json import encode_json
from graphwing.server.telemetry.record import RequestRecord

CLIENT_NAMES = ("graphql-client-name", "apollographql-client-name")
CLIENT_VERSIONS = ("graphql-client-version", "apollographql-client-version")
"""Headers in which clients say what they are; the first that is there counts."""

_LONGEST = 200
"""Characters of what a client chooses freely."""
_HASHES_KEPT = 2_000
_HASHED_CHARACTERS_KEPT = 16_000_000


class Writes(Protocol):
    """Where lines go."""

    def write(self, line: bytes) -> None:
        """Take one line, with its end."""
        ...

    async def close(self) -> None:
        """Write what is not written yet."""
        ...


class AccessLog:
    """Writes a line for each request."""

    def __init__(
        self,
        writer: Writes,
        *,
        tells_subgraphs: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.tells_subgraphs = tells_subgraphs
        self._writer = writer
        self._now = now
        self._hashes: dict[str, str] = {}
        self._hashed_characters = 0

    def add(self, record: RequestRecord, seconds: float) -> None:
        """Write what came of a request."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds"),
            "method": record.method,
            "path": record.path[:_LONGEST],
            "status": record.status,
            "ms": round(1000 * seconds, 3),
            "outcome": record.outcome,
            **self._operation(record),
        }
        for key, names in (("client", CLIENT_NAMES), ("client_version", CLIENT_VERSIONS)):
            told = _first(record.headers, names)
            if told is not None:
                line[key] = told[:_LONGEST]
        if record.codes:
            line["codes"] = record.codes
        if record.error_ids:
            line["error_ids"] = record.error_ids
        if self.tells_subgraphs:
            line["subgraphs"] = record.fetches
        self._writer.write(encode_json(line) + b"\n")

    async def close(self) -> None:
        """Write what is not written yet."""
        await self._writer.close()

    def _operation(self, record: RequestRecord) -> dict[str, Any]:
        operation = record.operation
        if operation is None:
            return {}
        name = operation.definition.name
        return {
            "kind": operation.plan.kind,
            "operation": name.value[:_LONGEST] if name else None,
            "hash": self._hash(record.text or ""),
            "cached": record.was_known,
        }

    def _hash(self, text: str) -> str:
        """Return the SHA-256 of a document, the same that persisted documents are known by."""
        known = self._hashes.get(text)
        if known is None:
            known = sha256(text.encode(errors="surrogatepass")).hexdigest()
            self._hashed_characters += len(text)
            is_full = self._hashed_characters > _HASHED_CHARACTERS_KEPT
            if is_full or len(self._hashes) >= _HASHES_KEPT:
                self._hashes.clear()
                self._hashed_characters = len(text)
            self._hashes[text] = known
        return known


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((told for name in names if (told := headers.get(name)) is not None), None)
