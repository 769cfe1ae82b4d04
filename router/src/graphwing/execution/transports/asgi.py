"""The part of ASGI that calling an application in this process needs.

https://asgi.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from graphwing.errors import SubgraphStartError

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ASGI_VERSION = {"version": "3.0", "spec_version": "2.4"}
HOST = "localhost"
POST = {"type": "http", "method": "POST", "scheme": "http"}
"""What a scope of a request over HTTP has beside the rest."""


def asgi_scope(path: str, state: Mapping[str, Any]) -> Scope:
    """Return what an application is told about any request, of whichever type."""
    return {
        "asgi": ASGI_VERSION,
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "client": ("127.0.0.1", 0),
        "server": (HOST, 80),
        "state": dict(state),
    }


def asgi_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI has them."""
    return [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
    ]


class Lifespan:
    """The life of one application: its start-up and shutdown. One that has neither is fine."""

    def __init__(self, subgraph: str, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        """What the application keeps for its requests; each gets a shallow copy."""
        self._subgraph = subgraph
        self._app = app
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._started = asyncio.Event()
        self._stopped = asyncio.Event()
        self._has_asked = False
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run the application's start-up, or raise `SubgraphStartError`."""
        self._incoming.put_nowait({"type": "lifespan.startup"})
        # The protocol wants start-up and shutdown in one call, and applications open task groups
        # there, so that call gets a task of its own, which `stop` ends.
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._started.wait()
        if self._failure is not None:
            raise SubgraphStartError(self._subgraph, f"does not start: {self._failure}")

    async def stop(self) -> None:
        """Run the application's shutdown and wait for its end."""
        if self._task is None:
            return
        self._incoming.put_nowait({"type": "lifespan.shutdown"})
        await self._stopped.wait()
        await self._task
        self._task = None

    async def _run(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": ASGI_VERSION, "state": self.state}
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - an application may raise what it likes
            # One that never asked for a message does not know the protocol.
            if self._has_asked and not self._started.is_set():
                self._failure = str(error) or type(error).__name__
        finally:
            self._started.set()
            self._stopped.set()

    async def _receive(self) -> Message:
        self._has_asked = True
        return await self._incoming.get()

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self._started.set()
            case "lifespan.startup.failed":
                # Frameworks put a whole traceback here and raise the exception right after, whose
                # own text is better: so `_run` tells that it has ended.
                said: str = message.get("message") or "its start-up failed"
                self._failure = said.strip().splitlines()[-1]
                self._incoming.put_nowait({"type": "lifespan.shutdown"})
            case _:
                self._stopped.set()


class Exchange:
    """One request and its response, as the two callables that an application is given."""

    def __init__(self, body: bytes, wanted: Callable[[str], bool] | None = None) -> None:
        """Take the request's body, and which headers of the response are wanted, if any."""
        self._wanted = wanted
        self.headers: list[tuple[str, str]] = []
        self.status = 0
        self.content_type: str | None = None
        self.retry_after: str | None = None
        self.is_complete = False
        self._request: Message | None = {
            "type": "http.request",
            "body": body,
            "more_body": False,
        }
        self._parts: list[bytes] = []
        self._answered = asyncio.Event()

    @property
    def body(self) -> bytes:
        """Return what the application has sent so far."""
        return b"".join(self._parts)

    async def receive(self) -> Message:
        """Give the request once; after that the client stays until it has its answer."""
        if self._request is not None:
            request, self._request = self._request, None
            return request
        await self._answered.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take one part of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message.get("headers", ()):
                if self._wanted is not None and self._wanted(name.lower().decode("latin-1")):
                    header = (name.lower().decode("latin-1"), value.decode("latin-1"))
                    self.headers.append(header)
                match name.lower():
                    case b"content-type":
                        self.content_type = value.decode("latin-1")
                    case b"retry-after":
                        self.retry_after = value.decode("latin-1")
                    case _:
                        pass
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.is_complete = True
                self._answered.set()
