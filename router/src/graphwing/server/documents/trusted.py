"""Documents that are trusted: those that the builds of clients have written into manifests."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from graphwing.errors import (
    DocumentIdRequiredError,
    DocumentNotTrustedError,
    SettingsError,
)
from graphwing.server.documents.manifest import documents_in_manifest
from graphwing.server.settings.files import read_text

_MOST_TOLD = 1_000

_log = logging.getLogger("graphwing")

_Stamp = tuple[int, int, int]


class TrustedDocuments:
    """The documents in some manifests, by id, as the files are now.

    Without `is_enforced` other documents are only told in the log, each once.
    """

    def __init__(
        self, manifests: Sequence[Path], *, is_enforced: bool, requires_id: bool = False
    ) -> None:
        """Raise `SettingsError` when a manifest cannot be read."""
        self.is_enforced = is_enforced
        self._requires_id = requires_id
        self._manifests = tuple(manifests)
        self._stamps = self._found_stamps()
        self._by_id = _documents(self._manifests)
        self._texts = frozenset(self._by_id.values())
        self._told: OrderedDict[str, None] = OrderedDict()

    def find(self, document_id: str) -> str | None:
        """Return the document with an id, if there is one."""
        return self._by_id.get(document_id)

    def require(self, text: str, operation_name: str | None) -> None:
        """Raise `OperationError` if a text that a client sends is not to be answered."""
        is_known = text in self._texts
        if is_known and not self._requires_id:
            return
        if not self.is_enforced:
            self._tell(text, operation_name)
        elif is_known:
            raise DocumentIdRequiredError
        else:
            raise DocumentNotTrustedError

    async def follow(self, every: float) -> None:
        """Read the manifests again whenever they change, until cancelled."""
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self.refresh)

    def refresh(self) -> bool:
        """Read the manifests if they have changed; return whether there are other documents.

        What cannot be read is told in the log and changes nothing.
        """
        stamps = self._found_stamps()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            by_id = _documents(self._manifests)
        except SettingsError as error:
            _log.error("the trusted documents stay as they were: %s", error)
            return False
        self._by_id, self._texts = by_id, frozenset(by_id.values())
        _log.info("%s documents are trusted now", len(by_id))
        return True

    def _found_stamps(self) -> list[_Stamp | None]:
        """Return what differs when a file has been written again."""
        return [_stamp(path) for path in self._manifests]

    def _tell(self, text: str, operation_name: str | None) -> None:
        digest = sha256(text.encode(errors="surrogatepass")).hexdigest()
        if digest in self._told:
            self._told.move_to_end(digest)
            return
        self._told[digest] = None
        if len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)
        fault = "is sent as a text" if text in self._texts else "is in no manifest"
        _log.warning("the document with SHA-256 %s (%r) %s", digest, operation_name, fault)


def _documents(manifests: Sequence[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in manifests:
        if path.exists() and not path.is_file():
            # To open a pipe would wait until somebody writes into it.
            raise SettingsError("it is not a file", place=str(path), remedy="check the path")
        text = read_text(path, what="manifest")
        for document_id, document in documents_in_manifest(text, str(path)):
            if found.setdefault(document_id, document) != document:
                raise SettingsError(
                    f"the id `{document_id}` stands for two different documents",
                    place=str(path),
                    remedy="keep one of them",
                )
    return found


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
