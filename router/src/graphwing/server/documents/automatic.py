"""Automatic persisted queries: a client sends a document once, and its hash from then on.

https://www.apollographql.com/docs/apollo-server/performance/apq
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256

from graphwing.errors import PersistedQueryMismatchError

_MOST_CHARACTERS = 16_000_000


class AutomaticDocuments:
    """Documents that clients have sent, by hash; those that were asked for last stay."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def find(self, digest: str) -> str | None:
        """Return the document with the SHA-256 `digest`, in lower case, if it is kept."""
        text = self._kept.get(digest)
        if text is not None:
            self._kept.move_to_end(digest)
        return text

    def add(self, digest: str, text: str) -> None:
        """Keep a document; raise `PersistedQueryMismatchError` if its hash is another."""
        if self.find(digest) == text:
            return
        if sha256(text.encode(errors="surrogatepass")).hexdigest() != digest:
            raise PersistedQueryMismatchError
        self._kept[digest] = text
        self._characters += len(text)
        while len(self._kept) > self._size or self._characters > _MOST_CHARACTERS:
            _, oldest = self._kept.popitem(last=False)
            self._characters -= len(oldest)
