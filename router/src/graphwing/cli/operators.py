"""What operators are told of the processes that serve."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Generator
from concurrent.futures import CancelledError
from contextlib import contextmanager

from graphwing.server.telemetry.state import Ask, ProcessState, Reply

# Longer than an event loop may be held up without being in trouble.
_PATIENCE_SECONDS = 3.0


@contextmanager
def operators_port(listener: socket.socket | None, ask: Ask) -> Generator[None]:
    """Answer operators during the block, if they have a port."""
    if listener is None:
        yield
        return
    # Here, for its package is an extra.
    from graphwing.server.telemetry.port import OperatorsPort  # noqa: PLC0415

    port = OperatorsPort(listener, ask)
    port.open()
    try:
        yield
    finally:
        port.close()


def asked_in_loop(state: ProcessState) -> Ask:
    """Return what asks this process from another thread, through the event loop that runs here."""
    loop = asyncio.get_running_loop()

    async def reply(target: str) -> Reply:
        return state.reply(target)

    def ask(target: str) -> dict[str, Reply | None]:
        replying = asyncio.run_coroutine_threadsafe(reply(target), loop)
        try:
            return {"": replying.result(_PATIENCE_SECONDS)}
        except (TimeoutError, CancelledError):
            replying.cancel()
            return {"": None}

    return ask
