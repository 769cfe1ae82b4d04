"""How late the event loop is: what holds it up holds up every request."""

from __future__ import annotations

import asyncio

from graphwing.server.telemetry.histogram import Histogram

_EVERY_SECONDS = 0.25


async def measure_loop_lag(lags: Histogram, *, every: float = _EVERY_SECONDS) -> None:
    """Observe again and again by how much a timer is late, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        lags.observe(max(0.0, loop.time() - due))
