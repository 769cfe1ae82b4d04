"""Errors of requests that HTTP carries in a way that the router does not take."""

from __future__ import annotations

from graphwing.errors.base import RequestError


class CrossSiteRequestError(RequestError):
    """Any page could have made a browser send the request."""

    code = "CSRF_ERROR"

    def __init__(self, required: str) -> None:
        super().__init__(
            "the request could be a cross-site request forgery; send it as POST with the content"
            f" type `application/json`, or with one of the headers {required}"
        )


class OriginRefusedError(RequestError):
    """The page that wants to ask is of an origin that may not."""

    code = "CORS_ORIGIN_REFUSED"
    status = 403

    def __init__(self) -> None:
        super().__init__("pages of this origin may not ask; `http.cors` says which may")


class BatchRefusedError(RequestError):
    """Several requests come in one, and are not taken so."""

    code = "BATCHING_NOT_ENABLED"

    def __init__(self) -> None:
        super().__init__("send one request at a time; batches of requests are not enabled")


class BatchTooLargeError(RequestError):
    """More requests come in one than may."""

    code = "BATCH_LIMIT_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a batch has at most {limit} requests")
        self.limit = limit


class ContentEncodingUnknownError(RequestError):
    """The body is compressed in a way that the router does not read."""

    code = "UNSUPPORTED_CONTENT_ENCODING"
    status = 415

    def __init__(self, encoding: str) -> None:
        super().__init__(f"the body cannot be `{encoding[:100]}`, only `gzip` or `deflate`")

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"accept-encoding": "gzip, deflate"}
