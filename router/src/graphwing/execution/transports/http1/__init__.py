"""A client for HTTP/1.1: small requests, whole answers, kept connections, strict deadlines.

Talking to subgraphs is what a router does all day, so this is written for it and for nothing else:
no redirects, no cookies, no proxies, no streaming.
"""

from graphwing.execution.transports.http1.connection import (
    AnswerTooLargeError,
    ConnectionBrokenError,
    HttpAnswer,
    NotHttpError,
)
from graphwing.execution.transports.http1.origin import AddressError, Origin, read_address
from graphwing.execution.transports.http1.pool import Pool, PoolLimits

__all__ = [
    "AddressError",
    "AnswerTooLargeError",
    "ConnectionBrokenError",
    "HttpAnswer",
    "NotHttpError",
    "Origin",
    "Pool",
    "PoolLimits",
    "read_address",
]
