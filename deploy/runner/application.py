"""The platform's front door: router and web app behind one port, as one ASGI application."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROUTER_PATHS = frozenset({"/graphql", "/health", "/livez", "/readyz"})
NOT_FOUND = 404

# Everything a page needs comes from this origin, and nothing runs that is not a file of it.
_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
# GraphiQL's editor writes style elements and carries an icon font.
_GRAPHIQL_POLICY = f"{_POLICY}; style-src 'self' 'unsafe-inline'; font-src 'self' data:"


class WebFiles(StaticFiles):
    """The built web app: files as they are, its own pages for all other addresses."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at `path`, or the page that shows what `path` names."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as error:
            # A missing script or picture is missing; a missing page is an address of the app.
            if error.status_code != NOT_FOUND or "." in path.rpartition("/")[2]:
                return PlainTextResponse(error.detail, status_code=error.status_code)
            page = "graphiql.html" if path == "graphiql" else "index.html"
            return await super().get_response(page, scope)


class Platform:
    """Sends an operation to the router and everything else to the web app."""

    def __init__(self, router: ASGIApp, web: Path) -> None:
        self._router = router
        self._web = WebFiles(directory=web, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in start-up and shutdown."""
        if scope["type"] == "lifespan" or scope["path"] in ROUTER_PATHS:
            await self._router(scope, receive, send)
        elif scope["type"] == "http":
            is_graphiql = scope["path"].startswith("/graphiql")
            policy = _GRAPHIQL_POLICY if is_graphiql else _POLICY
            await self._web(scope, receive, _with_security_headers(send, policy))


def _with_security_headers(send: Send, policy: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"content-security-policy", policy.encode()),
                (b"referrer-policy", b"same-origin"),
                (b"x-content-type-options", b"nosniff"),
            ]
        await send(message)

    return send_with_headers
