"""What is compared, each as an ASGI application on uvicorn in a process of its own.

Run as `python -m gateway.servers KIND PORT` and the ports of the subgraphs. When it ends, a router
prints in which ways it has answered.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import uvicorn

from gateway.handwritten import Fetches, LargeByHand, LargeFloor, Receive, Scope, Send
from gateway.stubs import NAMES, supergraph
from gateway.workloads import SMALL_FETCH
from graphwing import Router, SharingSettings
from graphwing.cli.garbage import collect_less
from graphwing.exact_json import encode_json
from graphwing.server.http.protocol import RouterProtocol

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler = Callable[[dict[str, Any]], Awaitable[bytes]]

ROUTER = "router"
NOT_SHARING = "router without sharing"


class _Request(msgspec.Struct):
    query: str
    variables: dict[str, Any]


_decode = msgspec.json.Decoder(_Request).decode


def by_hand(handler: Handler) -> App:
    """Return an application that gives the variables of each request to `handler`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        response = await handler(_decode(body).variables)
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(response)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": response})

    return app


def one_call(fetches: Fetches) -> Handler:
    """Return what passes the small operation on to the one subgraph, and its answer back."""

    async def handler(variables: dict[str, Any]) -> bytes:
        return await fetches.ask("users", SMALL_FETCH, variables)

    return handler


_HANDLERS: dict[str, Callable[[Fetches], Handler]] = {
    "by hand": LargeByHand,
    "floor": LargeFloor,
    "one call": one_call,
}


def _app(kind: str, ports: Mapping[str, int]) -> tuple[App, Router | None]:
    if kind in _HANDLERS:
        return by_hand(_HANDLERS[kind](Fetches(ports))), None
    sharing = SharingSettings(subgraph_requests=kind == ROUTER)
    router = Router(supergraph=supergraph(ports), sharing=sharing)
    return router.asgi(), router


async def _serve(kind: str, port: int, ports: Mapping[str, int]) -> None:
    app, router = _app(kind, ports)
    config = uvicorn.Config(
        app,
        port=port,
        # As `graphwing serve` does.
        http="auto" if router is None else RouterProtocol,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    if router is not None:
        await router.open()
    await _Server(config, router).serve()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, router: Router | None) -> None:
        super().__init__(config)
        self._router = router

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # As `graphwing serve` does.
        collect_less()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._router is not None:
            print(encode_json(self._router.counts).decode(), flush=True)
            await self._router.close()


if __name__ == "__main__":
    import uvloop

    _kind, _port, *_ports = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(_kind, int(_port), dict(zip(NAMES, map(int, _ports), strict=True))))
