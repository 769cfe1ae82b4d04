"""Errors of requests that name their document, or whose document is not taken."""

from __future__ import annotations

from typing import ClassVar

from graphwing.errors.base import OperationError, RequestError

_LONGEST_SHOWN = 100
"""Characters of what a client sent that a message repeats."""


class _PersistedQueryError(OperationError):
    """The document is not here; whether it is may change, so nobody may keep this answer."""

    message: ClassVar[str]

    def __init__(self) -> None:
        super().__init__([{"message": self.message}])

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"cache-control": "private, no-store"}


class PersistedQueryNotFoundError(_PersistedQueryError):
    """No document with this hash is known; the client is to send it once."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    # The texts of this one and the next are what clients look for.
    message = "PersistedQueryNotFound"


class PersistedQueryNotSupportedError(_PersistedQueryError):
    """Documents cannot be named; the client is to send them as they are."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    message = "PersistedQueryNotSupported"


class DocumentUnknownError(OperationError):
    """The id is in no manifest of trusted documents."""

    code = "PERSISTED_QUERY_NOT_IN_LIST"

    def __init__(self, document_id: str) -> None:
        shown = document_id[:_LONGEST_SHOWN]
        super().__init__([{"message": f"no trusted document has the id `{shown}`"}])


class DocumentNotTrustedError(OperationError):
    """The text is in no manifest of trusted documents."""

    code = "QUERY_NOT_IN_SAFELIST"

    def __init__(self) -> None:
        message = "the document is not one of those that are trusted, word for word"
        super().__init__([{"message": message}])


class DocumentIdRequiredError(OperationError):
    """The document is trusted and has to be asked for by its id."""

    code = "PERSISTED_QUERY_ID_REQUIRED"

    def __init__(self) -> None:
        super().__init__([{"message": "send the id of the document, not its text"}])


class PersistedQueryMismatchError(RequestError):
    """The hash that comes with a document is not its hash."""

    code = "PERSISTED_QUERY_HASH_MISMATCH"

    def __init__(self) -> None:
        super().__init__("provided sha does not match query: `sha256Hash` is not of this `query`")


class DocumentTooLargeError(RequestError):
    """The document is larger than the router reads."""

    code = "DOCUMENT_TOO_LARGE"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the document has more than {limit} characters")
        self.limit = limit


class TokenLimitError(OperationError):
    """The document has more tokens than the router reads."""

    code = "MAX_TOKENS_LIMIT"

    def __init__(self, limit: int) -> None:
        super().__init__([{"message": f"the document has more than {limit} tokens"}])
        self.limit = limit
