"""Which queries are answered once that come several times at the same time."""

from __future__ import annotations

import msgspec


class SharingSettings(msgspec.Struct, frozen=True):
    """What is shared by those who ask for the same at the same time; mutations never are."""

    subgraph_requests: bool = True
    """Requests to a subgraph with the same operation, variables and headers."""
    operations: bool = False
    """Whole operations with the same variables, of clients that are the same to subgraphs."""
