"""Responses that no subgraph is asked for: they are always the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from graphwing.exact_json import encode_json
from graphwing.execution.operation import Operation

_KEPT = 16
"""For one operation: `__type(name:)` may depend on variables."""


class Constants:
    """The data of introspection and of `{ __typename }`, as JSON."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Operation, dict[bytes, bytes]] = WeakKeyDictionary()

    def get(self, operation: Operation, variables: Mapping[str, Any]) -> bytes | None:
        """Return the data if they are known."""
        return self._known.get(operation, {}).get(encode_json(variables))

    def keep(self, operation: Operation, variables: Mapping[str, Any], data: bytes) -> None:
        """Keep the data for the next time."""
        known = self._known.setdefault(operation, {})
        if len(known) >= _KEPT:
            known.clear()
        known[encode_json(variables)] = data
