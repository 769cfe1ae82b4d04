"""What operations have to keep to beside the schema, all in one."""

from __future__ import annotations

import msgspec

from graphwing.server.settings.demand_control import DemandControl
from graphwing.server.settings.operation_limits import OperationLimits

MOST_TOKENS = 15_000
"""Parsing and validating more would hold up other requests."""


class OperationRules(msgspec.Struct, frozen=True):
    """What operations have to keep to beside the schema, and what clients are told of that."""

    limits: OperationLimits = OperationLimits()
    """What an operation may be made of."""
    tokens: int = MOST_TOKENS
    """Names, numbers, texts and signs in a document; one with more is not read to its end."""
    introspection: bool = True
    """Whether clients may ask for the schema; `__typename` they may in any case."""
    demand_control: DemandControl = DemandControl()
    """What operations may cost."""
    suggestions: bool | None = None
    """Whether errors name what may have been meant; as `introspection` if it is not said."""

    @property
    def hides_suggestions(self) -> bool:
        """Return whether errors keep to themselves what may have been meant."""
        return not (self.introspection if self.suggestions is None else self.suggestions)
