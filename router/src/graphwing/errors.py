"""Every error this package raises on purpose.

FederationError
├── SettingsError        a configuration file, flag or argument is wrong (found at start-up)
├── SupergraphError      the supergraph document is wrong (operator's fault, found at start-up)
├── CompositionError     the subgraphs do not fit together (found before deploy)
├── RequestError         the client's request cannot be answered as it stands
├── PlanningError        no plan exists for a valid operation (a bug in us or the supergraph)
└── SubgraphError        a subgraph answered badly, or not at all (found at run time)
    └── SubgraphTimeoutError
"""

from __future__ import annotations

from typing import ClassVar


class FederationError(Exception):
    """The root of the tree; `code` is stable and reaches clients as `extensions.code`."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"


class SupergraphError(FederationError):
    """The supergraph document cannot be used: what is wrong, and what to do about it."""

    code = "INVALID_SUPERGRAPH"

    def __init__(self, cause: str, *, remedy: str, coordinate: str | None = None) -> None:
        place = f" at `{coordinate}`" if coordinate else ""
        super().__init__(f"the supergraph is wrong{place}: {cause}; {remedy}")
        self.cause = cause
        self.remedy = remedy
        self.coordinate = coordinate
