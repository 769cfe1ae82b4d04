"""Make what watches a router of its settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from graphwing.errors import SettingsError
from graphwing.server.telemetry.access_log import AccessLog
from graphwing.server.telemetry.log_writer import LogWriter
from graphwing.server.telemetry.loop_lag import measure_loop_lag
from graphwing.server.telemetry.metrics import Metrics
from graphwing.server.telemetry.settings import TelemetrySettings
from graphwing.server.telemetry.telemetry import Telemetry


def require_metrics_possible(settings: TelemetrySettings) -> None:
    """Raise `SettingsError` when metrics are wanted and what writes them is not installed."""
    if settings.metrics.listen is not None and find_spec("prometheus_client") is None:
        raise SettingsError(
            "the package `prometheus-client` is not installed",
            place="telemetry.metrics.listen",
            remedy="install graphwing with its extra: `graphwing[metrics]`",
        )


@asynccontextmanager
async def telemetry_running(telemetry: Telemetry | None) -> AsyncGenerator[None]:
    """Measure what has to be measured all the time; at the end write what is not written yet."""
    lag: asyncio.Task[None] | None = None
    if telemetry is not None and telemetry.metrics is not None:
        lag = asyncio.create_task(measure_loop_lag(telemetry.metrics.loop_lag))
    try:
        yield
    finally:
        if lag is not None:
            lag.cancel()
            await asyncio.wait([lag])
        if telemetry is not None and telemetry.access_log is not None:
            await telemetry.access_log.close()


def telemetry_from_settings(settings: TelemetrySettings) -> Telemetry | None:
    """Return what watches a router, or nothing where nobody wants to know.

    Raises `SettingsError` for a log that cannot be written and for what is not installed.
    """
    require_metrics_possible(settings)
    log = settings.access_log
    if settings.metrics.listen is None and log is None:
        return None
    return Telemetry(
        metrics=Metrics() if settings.metrics.listen is not None else None,
        access_log=log and AccessLog(LogWriter(log.file), tells_subgraphs=log.subgraphs),
    )
