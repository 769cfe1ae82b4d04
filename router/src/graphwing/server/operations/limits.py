"""Refuse operations that are too large, before it costs something to check and plan them."""

from __future__ import annotations

import logging
from collections import Counter

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
        limit_of: dict[type[OperationLimitError], int | None] = {
            # Those come first that what is done next depends on most.
            RecursionLimitError: limits.recursion,
            HeightLimitError: limits.height,
            FragmentLimitError: limits.fragments,
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
                self._exceeded(kind(limit), document, found)

    def _exceeded(self, error: OperationLimitError, document: DocumentNode, found: int) -> None:
        self.exceeded[error.code] += 1
        if self._enforces:
            raise error
        _log.warning("%s: %s (%d) [%s]", _names(document), error, found, error.code)


def _names(document: DocumentNode) -> str:
    names = [
        node.name.value if node.name else "without a name"
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return f"operation {', '.join(names) or 'without a name'}"[:_CHARACTERS_LOGGED]
