"""Reach a subgraph over HTTP/1.1: pooled connections, deadlines, no shared cookies."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from graphwing.errors import (
    NotReadyError,
    SubgraphAnswerTooLargeError,
    SubgraphConnectionError,
    SubgraphError,
    SubgraphTimeoutError,
)
from graphwing.execution.transport import RawAnswer, SubgraphAnswer, SubgraphRequest
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.execution.transports.http1 import (
    AddressError,
    AnswerTooLargeError,
    ConnectionBrokenError,
    NotHttpError,
    Pool,
    PoolLimits,
    read_address,
)
from graphwing.execution.transports.request_headers import REQUEST_HEADERS

if TYPE_CHECKING:
    from graphwing.execution.transports.http_streams import HttpEventStreams


class HttpTransport:
    """Sends requests to a subgraph's URL: `http:`, `https:`, or `unix:` and a socket's path."""

    def __init__(
        self,
        subgraph: str,
        url: str,
        *,
        streams: EventStreams | None = None,
        limits: PoolLimits | None = None,
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Take which headers of answers are wanted, if any."""
        self._wanted = wanted
        self._subgraph = subgraph
        self._limits = limits
        self._url = url
        self._streams = streams or EventStreams()
        self._event_streams: HttpEventStreams | None = None
        self._is_open = False
        self._pool: Pool | None = None

    async def open(self) -> None:
        """Make the connection pool; connections are opened when they are needed."""
        self._is_open = True
        # What is no address fails like a server that is not there: the other subgraphs go on.
        with suppress(AddressError):
            self._pool = Pool(
                read_address(self._url), REQUEST_HEADERS, limits=self._limits, wanted=self._wanted
            )

    async def close(self) -> None:
        """Close all connections."""
        self._is_open = False
        if self._event_streams is not None:
            await self._event_streams.close()
            self._event_streams = None
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def subscribe(
        self, request: SubgraphRequest, *, timeout: float
    ) -> AsyncGenerator[SubgraphAnswer]:
        """Yield the events of `request`, or raise `SubgraphError`."""
        return self._opened_streams().subscribe(request, timeout=timeout)

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        """Answer `request`, or raise `SubgraphError`; it takes at most `timeout` seconds."""
        if not self._is_open:
            raise NotReadyError
        if self._pool is None:
            raise SubgraphError(self._subgraph, "has an address that is no URL")
        try:
            answer = await self._pool.post(
                request.body(),
                request.headers,
                seconds=timeout,
                # Asking twice is safe only for queries.
                may_repeat=request.kind == "query",
            )
        except TimeoutError as error:
            raise SubgraphTimeoutError(self._subgraph, timeout) from error
        except OSError as error:
            raise _failure(self._subgraph, error) from error
        return RawAnswer(
            self._subgraph,
            answer.body,
            answer.content_type,
            answer.status,
            answer.retry_after,
            answer.headers,
        )

    def _opened_streams(self) -> HttpEventStreams:
        if self._event_streams is not None:
            return self._event_streams
        # Here, for aiohttp takes long to import and few subgraphs have events.
        from graphwing.execution.transports.http_streams import HttpEventStreams  # noqa: PLC0415

        streams = HttpEventStreams(self._subgraph, self._url, self._streams)
        if self._is_open:
            streams.open()
            self._event_streams = streams
        return streams


# In order: the first that fits. Without the address, which is no business of clients.
_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (ConnectionBrokenError, "broke off its answer"),
    (socket.gaierror, "cannot be reached: its host name is unknown"),
    (ssl.SSLError, "cannot be reached: its TLS certificate or handshake is refused"),
    (ConnectionRefusedError, "cannot be reached: connection refused"),
    (FileNotFoundError, "cannot be reached: its socket does not exist"),
    (OSError, "cannot be reached"),
)


def _failure(subgraph: str, error: OSError) -> SubgraphError:
    match error:
        case AnswerTooLargeError():
            return SubgraphAnswerTooLargeError(subgraph, error.limit)
        case NotHttpError():
            return SubgraphError(subgraph, str(error))
        case _:
            reason = next(text for kind, text in _REASONS if isinstance(error, kind))
            # A certificate that is refused now is refused again.
            passes = not isinstance(error, ssl.SSLError)
            return SubgraphConnectionError(subgraph, reason, passes=passes)
