"""Write lines to a file without waiting for it: a reader that is slow must hold up no request."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from graphwing.errors import SettingsError

_DELAY_SECONDS = 0.2
_MOST_WAITING = 50_000
"""Lines that wait for a file that takes none; then some are lost, and not the memory."""
# A pipe takes so much at once without mixing it with what other processes write.
_AT_ONCE = 4096

_log = logging.getLogger("graphwing")


class LogWriter:
    """Appends lines to a file, or to standard output, in a thread.

    A file that was moved away, as log rotation does, is made anew. To be used in one event loop.
    """

    def __init__(self, path: Path | None, *, delay: float = _DELAY_SECONDS) -> None:
        """Raise `SettingsError` for a file that cannot be written."""
        self._path = path
        self._delay = delay
        self._waiting: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, "graphwing-access-log")
        self._lost = 0
        self._file = _opened(path)

    def write(self, line: bytes) -> None:
        """Take one line; it is written soon."""
        if len(self._waiting) >= _MOST_WAITING:
            self._lost += 1
            return
        self._waiting.append(line)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._delay, self._flush, loop)

    async def close(self, patience: float = 5.0) -> None:
        """Write what waits, and release the file; lines that nobody takes in time are lost."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            async with asyncio.timeout(patience):
                while self._writing is not None or self._waiting:
                    self._flush(asyncio.get_running_loop())
                    if self._writing is not None:
                        await asyncio.wait((self._writing,))
        except TimeoutError:
            self._lost += len(self._waiting)
        self._tell_losses()
        self._thread.shutdown(wait=self._writing is None, cancel_futures=True)
        if self._writing is None and self._path is not None:
            os.close(self._file)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._writing is not None or not self._waiting:
            # What comes meanwhile is written when that is done.
            return
        lines, self._waiting = self._waiting, []
        self._writing = loop.run_in_executor(self._thread, self._append, lines)
        self._writing.add_done_callback(self._written)

    def _written(self, writing: asyncio.Future[None]) -> None:
        self._writing = None
        if not writing.cancelled() and (error := writing.exception()) is not None:
            _log.error("the access log cannot be written: %s", error)
        self._tell_losses()
        if self._waiting and self._timer is None:
            loop = writing.get_loop()
            self._timer = loop.call_later(self._delay, self._flush, loop)

    def _tell_losses(self) -> None:
        if self._lost:
            _log.warning("%d lines of the access log are lost: nothing takes them", self._lost)
            self._lost = 0

    def _append(self, lines: Iterable[bytes]) -> None:
        """Write lines, in the thread."""
        if self._path is not None and _was_moved(self._path, self._file):
            os.close(self._file)
            self._file = _opened(self._path)
        for part in together(lines):
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(self._file, rest) :]


def together(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Yield whole lines, together as far as they can be written at once."""
    part = b""
    for line in lines:
        if part and len(part) + len(line) > _AT_ONCE:
            yield part
            part = b""
        part += line
    if part:
        yield part


def _opened(path: Path | None) -> int:
    if path is None:
        return sys.stdout.fileno()
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise SettingsError(
            f"the access log `{path}` cannot be written: {error.strerror}",
            place="telemetry.access_log.file",
            remedy="check the path and who may write there",
        ) from error


def _was_moved(path: Path, file: int) -> bool:
    try:
        return not os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return True
