"""What a process answers when it is asked how it is: its figures, and its health."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from graphwing.server.app import RouterApp
from graphwing.server.router import Router
from graphwing.server.telemetry.figures import Family, figures
from graphwing.server.telemetry.metrics import Metrics

METRICS = "/metrics"

_OK, _NOT_FOUND = 200, 404
_NOWHERE = b'{"errors":[{"message":"here are /metrics, /livez and /readyz"}]}'

decode_families = msgspec.json.Decoder(list[Family]).decode
"""Return the figures in the reply to `METRICS`."""


class Reply(msgspec.Struct, frozen=True):
    """What a process says when it is asked: for `METRICS` its figures, else a body of JSON."""

    status: int
    body: bytes


Ask = Callable[[str], Mapping[str, Reply | None]]
"""Returns what the processes reply, each by its name, or nothing for one that does not in time."""


class ProcessState:
    """Answers for one process; to be asked in its event loop."""

    def __init__(self, router: Router, app: RouterApp, metrics: Metrics) -> None:
        self._router = router
        self._app = app
        self._metrics = metrics

    def reply(self, target: str) -> Reply:
        """Return what is at `target`, a path that may have a query string."""
        path, _, query = target.partition("?")
        if path == METRICS:
            families = figures(self._router, self._app, self._metrics)
            return Reply(_OK, msgspec.json.encode(families))
        response = self._app.health.response(path, query.encode("latin-1"), is_trusted=True)
        if response is None:
            return Reply(_NOT_FOUND, _NOWHERE)
        return Reply(response.status, response.body)
