"""The port on which operators ask for metrics and health, in a thread of the first process.

What is asked is passed on to the processes that answer clients: there may be several, and one
whose event loop is held up does not answer here either.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import msgspec

from graphwing.server.telemetry.exposition import exposition
from graphwing.server.telemetry.state import METRICS, Ask, Reply, decode_families

_OK, _FAILED, _NOT_READY = 200, 500, 503
_PATIENCE_SECONDS = 5.0
_JSON = "application/json; charset=utf-8"


class OperatorsPort:
    """Serves what processes say of themselves, from `open` to `close`."""

    def __init__(self, listener: socket.socket, ask: Ask) -> None:
        self._server = _Server(listener, ask)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def open(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Serve no longer."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, ask: Ask) -> None:
        super().__init__(("", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.ask = ask

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        """Answer what is asked."""
        assert isinstance(self.server, _Server)  # noqa: S101 - it is what makes these
        try:
            status, content_type, body = _answer(
                self.path, self.headers.get("accept"), self.server.ask(self.path)
            )
        except Exception:
            self._send(_FAILED, _JSON, b'{"errors":[{"message":"the figures cannot be had"}]}')
            raise
        self._send(status, content_type, body)

    def version_string(self) -> str:
        """Return what the server calls itself, in the refusals that the library writes."""
        return "graphwing"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing of each request: nobody reads who has asked."""

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def _answer(
    target: str, accept: str | None, replies: Mapping[str, Reply | None]
) -> tuple[int, str, bytes]:
    """Return status, content type and body."""
    given = {name: reply for name, reply in replies.items() if reply is not None}
    if target.partition("?")[0] == METRICS:
        if not given:
            return _NOT_READY, _JSON, b'{"errors":[{"message":"no process answers"}]}'
        body, content_type = exposition(
            {name: decode_families(reply.body) for name, reply in given.items()}, accept
        )
        return _OK, content_type, body
    status = max((reply.status for reply in given.values()), default=_NOT_READY)
    if len(given) < len(replies):
        status = _NOT_READY
    if len(replies) == 1 and len(given) == 1:
        (reply,) = given.values()
        return status, _JSON, reply.body
    bodies = {
        name: msgspec.Raw(reply.body) if reply else {"status": "no answer"}
        for name, reply in replies.items()
    }
    summary = "ok" if status == _OK else "not ok"
    return status, _JSON, msgspec.json.encode({"status": summary, "workers": bodies})
