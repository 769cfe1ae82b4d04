"""The client may not read what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphwing.errors.base import RequestError


class AccessRefusedError(RequestError):
    """An operation is refused as a whole, for parts of it the client may not read."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    status = 403

    def __init__(self, coordinates: Sequence[str]) -> None:
        super().__init__(f"you may not read {', '.join(f'`{one}`' for one in coordinates)}")
        self.coordinates = coordinates

    def formatted(self) -> list[dict[str, Any]]:
        """Return what the response says under `errors`: one for each type and field."""
        return [
            {"message": f"you may not read `{one}`", "extensions": {"code": self.code}}
            for one in self.coordinates
        ]
