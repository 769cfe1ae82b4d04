"""Answer an HTTP request with a stream of responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from graphwing.execution import ExecutionResult
from graphwing.server.http.request import ClientLeftError, Send
from graphwing.server.http.response import told_errors
from graphwing.server.http.stream_type import StreamType
from graphwing.server.streams.delivery import Delivery
from graphwing.server.streams.subscriptions import FindKind, Subscriptions

_OK = 200


async def send_stream(
    send: Send,
    results: AsyncGenerator[ExecutionResult],
    kind: FindKind,
    stream_type: StreamType,
    subscriptions: Subscriptions,
) -> None:
    """Send `results` as they come, and why they end; raise `ClientLeftError` if nobody reads.

    Raises `TooManySubscriptionsError` and `NotReadyError` before anything is sent.
    """
    settings = subscriptions.settings

    async def write(body: bytes, *, more: bool = True) -> None:
        message = {"type": "http.response.body", "body": body, "more_body": more}
        try:
            async with asyncio.timeout(settings.silence):
                await send(message)
        except TimeoutError as error:
            raise ClientLeftError from error

    with subscriptions.place():
        async with (
            subscriptions.delivery(results, kind) as delivery,
            aclosing(_bodies(delivery, stream_type, settings.ping)) as bodies,
        ):
            await send(_start(stream_type))
            async for body in bodies:
                await write(body)
            await write(b"", more=False)


async def _bodies(
    delivery: Delivery, stream_type: StreamType, heartbeat_seconds: float
) -> AsyncGenerator[bytes]:
    """Yield what is to be sent, from the first byte to the last."""
    yield stream_type.opening
    errors: list[dict[str, object]] = []
    while True:
        try:
            async with asyncio.timeout(heartbeat_seconds):
                body = stream_type.result(await anext(delivery))
        except TimeoutError:
            body = stream_type.heartbeat
        except StopAsyncIteration:
            break
        except Exception as error:  # noqa: BLE001 - all that can go wrong is told here
            errors = told_errors(error)
            break
        yield body
    yield stream_type.end(errors)


def _start(stream_type: StreamType) -> dict[str, object]:
    headers = [
        (b"content-type", stream_type.content_type.encode()),
        (b"cache-control", b"no-cache"),
        # Some proxies would collect the events and pass them on together.
        (b"x-accel-buffering", b"no"),
    ]
    return {"type": "http.response.start", "status": _OK, "headers": headers}
