"""Why an operation breaks."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, Node


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, and where in which document it shows."""

    message: str
    line: int | None = None
    column: int | None = None
    source: str | None = None
    """The name of the document that line and column are in."""


def reason_at(node: Node, message: str) -> Reason:
    """Return a reason that shows at `node`."""
    if node.loc is None:
        return Reason(message)
    start = node.loc.start_token
    return Reason(message, start.line, start.column, node.loc.source.name)


def reason_of(error: GraphQLError) -> Reason:
    """Return what validation found as a reason."""
    place = error.locations[0] if error.locations else None
    message = error.message.removesuffix(".")
    if place is None:
        return Reason(message)
    source = error.source.name if error.source is not None else None
    return Reason(message, place.line, place.column, source)
