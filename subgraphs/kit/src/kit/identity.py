"""Who is asking: the claims that the router verified and signed for us."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in user who makes the request."""

    id: UUID
    roles: frozenset[str]
