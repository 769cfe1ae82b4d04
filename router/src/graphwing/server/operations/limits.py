"""Refuse operations that are too large, before it costs something to check and plan them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, cast

from graphql import DocumentNode, OperationDefinitionNode

from graphwing.errors import (
    AliasLimitError,
    DepthLimitError,
    DirectiveLimitError,
    FragmentLimitError,
    HeightLimitError,
    IntrospectionRefusedError,
    OperationLimitError,
    RecursionLimitError,
    RootFieldLimitError,
    ValueLimitError,
    VariableLimitError,
)
from graphwing.server.operations.measures import measures_of
from graphwing.server.settings.operation_limits import OperationLimits

_log = logging.getLogger("graphwing")

# A name may be as long as the document.
_CHARACTERS_LOGGED = 100


class DocumentLimits:
    """Looks at parsed documents, valid or not."""

    def __init__(self, limits: OperationLimits, *, introspection: bool) -> None:
        """Take the limits, and whether clients may ask for the schema."""
        self._enforces = limits.mode == "enforce"
        self._introspection = introspection
        self.exceeded = Counter[str]()
        """How many documents were beyond a limit, by its code."""
        self._most_variables = limits.variables
        limit_of: dict[type[OperationLimitError], int | None] = {
            # Those come first that what is done next depends on most.
            RecursionLimitError: limits.recursion,
            HeightLimitError: limits.height,
            FragmentLimitError: limits.fragments,
            ValueLimitError: limits.values,
            DepthLimitError: limits.depth,
            AliasLimitError: limits.aliases,
            RootFieldLimitError: limits.root_fields,
            DirectiveLimitError: limits.directives,
        }
        self._limits = [(kind, limit) for kind, limit in limit_of.items() if limit is not None]

    def require(self, document: DocumentNode) -> None:
        """Raise `OperationLimitError` for a document that is beyond a limit, if that is enforced.

        Raises `IntrospectionRefusedError` for one that asks for the schema, if nobody may.
        """
        if self._introspection and not self._limits:
            return
        measures = measures_of(document)
        if measures.is_introspective and not self._introspection:
            raise IntrospectionRefusedError
        for kind, limit in self._limits:
            found: int = getattr(measures, kind.measure)
            if found > limit:
                self._exceeded(kind(limit), _names(document), found)

    def require_variables(self, values: Mapping[str, Any]) -> None:
        """Raise `VariableLimitError` for variables that hold too much, if that is enforced."""
        most = self._most_variables
        if most is not None and _has_more(most, values):
            self._exceeded(VariableLimitError(most), "a request", most + 1)

    def _exceeded(self, error: OperationLimitError, of: str, found: int) -> None:
        self.exceeded[error.code] += 1
        if self._enforces:
            raise error
        _log.warning("%s: %s (%d) [%s]", of, error, found, error.code)


def _has_more(most: int, values: Mapping[str, Any]) -> bool:
    """Return whether there are more values, counting as few as need be."""
    pending: list[Collection[Any]] = [values]
    while pending:
        each = pending.pop()
        most -= len(each)
        if most < 0:
            return True
        items = cast("dict[str, Any]", each).values() if isinstance(each, dict) else each
        pending += [one for one in items if isinstance(one, (dict, list))]
    return False


def _names(document: DocumentNode) -> str:
    names = [
        node.name.value if node.name else "without a name"
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return f"operation {', '.join(names) or 'without a name'}"[:_CHARACTERS_LOGGED]
