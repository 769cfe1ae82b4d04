"""What orchestrators and load balancers ask: whether the router lives, and whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs

from graphwing.server.http.response import HttpResponse, json_response

_OK, _NOT_READY = 200, 503


class Checked(Protocol):
    """What there is to know of a router's health."""

    @property
    def is_ready(self) -> bool:
        """Return whether requests can be answered."""
        ...

    def checks(self) -> Mapping[str, Any]:
        """Return what it finds when it looks at itself, by name."""
        ...


class Health:
    """Answers `/health`, `/livez` and `/readyz`.

    A router is ready from when it is open until it is told to leave. That a reload failed is no
    reason not to be: the graph before is served.
    """

    def __init__(self, router: Checked, *, is_verbose: bool) -> None:
        """Have what is checked told to who asks for it, if it `is_verbose`."""
        self._router = router
        self._is_verbose = is_verbose
        self.is_leaving = False

    @property
    def is_ready(self) -> bool:
        """Return whether clients may send requests, and will be answered."""
        return self._router.is_ready and not self.is_leaving

    def response(self, path: str, query: bytes, *, is_trusted: bool = False) -> HttpResponse | None:
        """Return the response at `path`, or nothing if that is none of these.

        One who `is_trusted` may see everything.
        """
        match path:
            case "/health" | "/livez":
                return json_response(_OK, {"status": "alive"})
            case "/readyz":
                wants_all = "verbose" in parse_qs(query.decode("latin-1"), keep_blank_values=True)
                return self._readiness(tells_all=wants_all and (is_trusted or self._is_verbose))
            case _:
                return None

    def _readiness(self, *, tells_all: bool) -> HttpResponse:
        body: dict[str, Any] = {"status": "ready" if self.is_ready else "not ready"}
        if tells_all:
            leaving = {"leaving": {"ok": False}} if self.is_leaving else {}
            body["checks"] = {**leaving, **self._router.checks()}
        return json_response(_OK if self.is_ready else _NOT_READY, body)
