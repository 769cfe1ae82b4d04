"""Reach a subgraph over HTTP/1.1: pooled connections, deadlines, no shared cookies."""

from __future__ import annotations

import aiohttp

from graphwing.errors import NotReadyError, SubgraphError, SubgraphTimeoutError
from graphwing.execution.answer import read_http_answer
from graphwing.execution.transport import SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.request_body import REQUEST_HEADERS, request_body

_CONNECTIONS = 100
# Below the five seconds after which uvicorn closes an idle connection: a subgraph that hangs up
# just as a request leaves is the most common failure behind a router.
_IDLE_SECONDS = 4.0


class HttpTransport:
    """Sends requests to a subgraph's URL."""

    def __init__(self, subgraph: str, url: str) -> None:
        self._subgraph = subgraph
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool; connections are opened when they are needed."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE_SECONDS),
            # Requests of different people share the pool and must not share cookies.
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=REQUEST_HEADERS,
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: SubgraphRequest, *, timeout: float) -> SubgraphAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        session = self._session
        if session is None:
            raise NotReadyError
        body = request_body(request)
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            try:
                return await self._post(session, request, body, limit)
            except (aiohttp.ServerDisconnectedError, ConnectionResetError):
                # A kept connection that the subgraph had just closed. Asking twice is safe only
                # for queries.
                if request.kind != "query":
                    raise
                return await self._post(session, request, body, limit)
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, timeout) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SubgraphError(self._subgraph, _reason(error)) from error

    async def _post(
        self,
        session: aiohttp.ClientSession,
        request: SubgraphRequest,
        body: bytes,
        limit: aiohttp.ClientTimeout,
    ) -> SubgraphAnswer:
        async with session.post(
            self._url, data=body, headers=request.headers, timeout=limit, allow_redirects=False
        ) as response:
            return read_http_answer(
                self._subgraph,
                response.status,
                response.headers.get("content-type"),
                await response.read(),
            )


# In order: the first that fits. Without the address, which is no business of clients.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.InvalidURL, "has an address that is no URL"),
    (aiohttp.ClientConnectorDNSError, "cannot be reached: its host name is unknown"),
    (aiohttp.ClientSSLError, "cannot be reached: its TLS certificate or handshake is refused"),
    (aiohttp.ClientConnectorError, "cannot be reached"),
    (aiohttp.ServerDisconnectedError, "broke off its answer"),
    (aiohttp.ClientPayloadError, "broke off its answer"),
    (aiohttp.ClientResponseError, "sent something that is not HTTP"),
)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(
        error.os_error, ConnectionRefusedError
    ):
        return "cannot be reached: connection refused"
    return next(
        (reason for kind, reason in _REASONS if isinstance(error, kind)),
        "cannot be reached: the connection broke",
    )
