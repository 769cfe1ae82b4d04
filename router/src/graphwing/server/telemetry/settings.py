"""What of its work the router shows, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec


class MetricsListen(msgspec.Struct, frozen=True):
    """Where metrics and health are asked for; no client should reach it."""

    host: str = "127.0.0.1"
    """The address, of IPv4 or IPv6."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 9090
    """The port; a free one if it is 0."""


class MetricsSettings(msgspec.Struct, frozen=True):
    """Figures in the format of Prometheus; nothing is counted unless somebody can ask."""

    listen: MetricsListen | None = None
    """Where `/metrics` is, and `/livez` and `/readyz?verbose` beside it."""


class AccessLogSettings(msgspec.Struct, frozen=True):
    """One line of JSON for each request, without variables and credentials."""

    file: Path | None = None
    """Where the lines are appended, standard output if it is not given; it may be rotated."""
    subgraphs: bool = True
    """Whether each request tells which subgraphs were asked: time, status and bytes."""


class TelemetrySettings(msgspec.Struct, frozen=True):
    """What of its work the router shows."""

    metrics: MetricsSettings = MetricsSettings()
    """Figures in the format of Prometheus."""
    access_log: AccessLogSettings | None = None
    """A log of all requests; there is none without this section."""
