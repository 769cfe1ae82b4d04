"""What is refused or fails because there is too much to do, or too little time."""

from __future__ import annotations

from math import ceil
from typing import Any

from graphwing.errors.base import RequestError, SubgraphError, SubgraphTimeoutError


class RateLimitedError(RequestError):
    """The client has sent more requests than it may."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, ceil(seconds))
        super().__init__(f"too many requests; try again in {self.seconds} s")

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"retry-after": str(self.seconds)}

    def formatted(self) -> list[dict[str, Any]]:
        """Return what the response says under `errors`: over a WebSocket there are no headers."""
        extensions = {"code": self.code, "retryAfter": self.seconds}
        return [{"message": str(self), "extensions": extensions}]


class RouterBusyError(RequestError):
    """The router answers as many requests at once as it may, and as many wait as may."""

    code = "REQUEST_CONCURRENCY_LIMITED"
    status = 503

    def __init__(self, limit: int) -> None:
        super().__init__(f"the router answers {limit} requests, as many as it may; try again later")
        self.limit = limit

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"retry-after": "1"}


class RequestTimeoutError(RequestError):
    """The whole request takes longer than the router allows."""

    code = "GATEWAY_TIMEOUT"
    status = 504

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the request was not answered within {seconds:g} s; ask for less")
        self.seconds = seconds


class RequestTimeIsOverError(SubgraphTimeoutError):
    """A subgraph is not asked any more: nobody would wait for the answer."""

    def __init__(self, subgraph: str) -> None:
        SubgraphError.__init__(
            self, subgraph, "is not asked any more: the time of the whole request is over"
        )
        self.seconds = 0.0


class SubgraphConnectionError(SubgraphError):
    """A subgraph cannot be reached, or the connection breaks; asking again may help if it `passes`.

    It has the code of `SubgraphError`: to a client it is all the same.
    """

    def __init__(self, subgraph: str, reason: str, *, passes: bool = True) -> None:
        super().__init__(subgraph, reason)
        self.passes = passes


class SubgraphFailedError(SubgraphError):
    """A subgraph in this process raised an exception; over HTTP that is status 500.

    It has the code of `SubgraphError`: to a client it is all the same.
    """


class SubgraphAnswerTooLargeError(SubgraphError):
    """A subgraph sends more than the router reads."""

    code = "DOWNSTREAM_ANSWER_TOO_LARGE"

    def __init__(self, subgraph: str, limit: int) -> None:
        super().__init__(subgraph, f"sent more than {limit} bytes")
        self.limit = limit


class SubgraphNotAskedError(SubgraphError):
    """The router leaves a subgraph alone."""

    code = "DOWNSTREAM_SERVICE_NOT_ASKED"


class CircuitOpenError(SubgraphNotAskedError):
    """Too much of what a subgraph was asked lately has failed."""

    code = "DOWNSTREAM_CIRCUIT_OPEN"

    def __init__(self, subgraph: str) -> None:
        super().__init__(subgraph, "is not asked for a while: too many requests to it have failed")


class SubgraphBusyError(SubgraphNotAskedError):
    """A subgraph answers as many requests as it is to get at once, and as many wait as may."""

    code = "DOWNSTREAM_CONCURRENCY_LIMITED"

    def __init__(self, subgraph: str, limit: int) -> None:
        super().__init__(
            subgraph, f"is not asked: it answers {limit} requests, as many as it may get at once"
        )
        self.limit = limit
