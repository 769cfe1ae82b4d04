"""What a router does with documents: take them as texts, by hash, or by the id in a manifest."""

from __future__ import annotations

import asyncio
from typing import Any

from graphwing.errors import (
    DocumentTooLargeError,
    DocumentUnknownError,
    PersistedQueryNotFoundError,
    PersistedQueryNotSupportedError,
    RequestError,
)
from graphwing.server.documents.automatic import AutomaticDocuments
from graphwing.server.documents.trusted import TrustedDocuments
from graphwing.server.http.request import GraphQLRequest
from graphwing.server.settings.documents import DocumentSettings

LONGEST_DOCUMENT = 256 * 1024
"""Characters that a document of a client may have, unless settings say otherwise."""

_HASHED = "sha256:"


class Documents:
    """Turns requests that name their document into those that have it.

    Documents that clients register by themselves are taken unless only trusted ones are.
    """

    def __init__(
        self, settings: DocumentSettings | None = None, *, longest: int = LONGEST_DOCUMENT
    ) -> None:
        """Raise `SettingsError` when a manifest cannot be read."""
        wanted = settings or DocumentSettings()
        trusted, automatic = wanted.trusted, wanted.automatic
        self._longest = longest
        self._trusted = (
            None
            if trusted.mode == "off"
            else TrustedDocuments(
                trusted.manifests,
                is_enforced=trusted.mode == "enforce",
                requires_id=trusted.require_id,
            )
        )
        is_automatic = automatic.enabled and trusted.mode != "enforce"
        self._automatic = AutomaticDocuments(automatic.size) if is_automatic else None
        self._reload_every = trusted.reload_every
        self._following: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to follow the manifests, if there are some."""
        if self._trusted is not None and self._following is None:
            self._following = asyncio.create_task(self._trusted.follow(self._reload_every))

    async def close(self) -> None:
        """Follow the manifests no longer."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
            self._following = None

    def resolved(self, request: GraphQLRequest) -> GraphQLRequest:
        """Return the request with its document; raise `RequestError` if it is not to be had."""
        text = request.query
        if text and request.extensions is None and self._trusted is None:
            # As nearly all requests are.
            if len(text) > self._longest:
                raise DocumentTooLargeError(self._longest)
            return request
        digest = _hash(request.extensions)
        asked = digest or _document_id(request)
        if text or asked is None:
            self._accept(text, digest, request.operation_name)
            return request
        found = self._found(asked)
        return GraphQLRequest(found, request.operation_name, request.variables, request.extensions)

    def _accept(self, text: str, digest: str | None, operation_name: str | None) -> None:
        """Take the text that a client sends, or raise `RequestError`."""
        if len(text) > self._longest:
            raise DocumentTooLargeError(self._longest)
        if self._trusted is not None:
            self._trusted.require(text, operation_name)
            if digest is not None and self._trusted.find(digest) == text:
                return
        if digest is not None and self._automatic is not None:
            self._automatic.add(digest.lower(), text)

    def _found(self, asked: str) -> str:
        """Return the document that a request names, or raise `RequestError`."""
        if self._trusted is not None:
            text = self._trusted.find(asked) or self._trusted.find(asked.removeprefix(_HASHED))
            if text is not None:
                return text
            if self._trusted.is_enforced:
                raise DocumentUnknownError(asked)
        if self._automatic is None:
            raise PersistedQueryNotSupportedError
        text = self._automatic.find(asked.removeprefix(_HASHED).lower())
        if text is None:
            raise PersistedQueryNotFoundError
        return text


def _hash(extensions: dict[str, Any] | None) -> str | None:
    """Return the hash of the document that a request asks for, or raise `RequestError`."""
    asked: object = extensions.get("persistedQuery") if extensions else None
    if asked is None:
        return None
    match asked:
        case {"version": 1, "sha256Hash": str(digest)} if digest:
            return digest
        case _:
            raise RequestError(
                "`extensions.persistedQuery` has to be an object with `version`, which is 1, and"
                " `sha256Hash`, a text"
            )


def _document_id(request: GraphQLRequest) -> str | None:
    """Return the id in a request, if there is one; Relay's clients have several names for it."""
    for asked in (request.document_id, request.doc_id, request.id):
        if isinstance(asked, str) and asked:
            return asked
    return None
