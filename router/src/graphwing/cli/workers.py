"""Several processes that accept on one socket: one for each core that the router may use."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from threading import Lock

import msgspec

from graphwing.server.telemetry.state import Reply

_CONTEXT = multiprocessing.get_context("spawn")
_ENDS = (signal.SIGINT, signal.SIGTERM)
# A worker that cannot start is tried again, without using up a core.
_RETRY_SECONDS = 1.0
# How long all workers together may take to say how they are.
_PATIENCE_SECONDS = 3.0


class Lifeline:
    """What ties a worker to the process that started it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def say_ready(self) -> None:
        """Tell the starting process that this worker accepts requests."""
        self._connection.send_bytes(b"ready")

    def follow(self, *, reply: Callable[[str], Reply], end: Callable[[], None]) -> None:
        """Answer what the starting process asks; call `end` when it is gone, however it went."""
        loop = asyncio.get_running_loop()
        descriptor = self._connection.fileno()

        def heard() -> None:
            try:
                number, _, target = self._connection.recv_bytes().partition(b" ")
                said = msgspec.msgpack.encode(reply(target.decode()))
                self._connection.send_bytes(b"%b %b" % (number, said))
            except (EOFError, OSError):
                loop.remove_reader(descriptor)
                end()

        loop.add_reader(descriptor, heard)


@dataclass(slots=True)
class _Worker:
    slot: int
    """Its place among the others; whoever replaces it has the same."""
    process: SpawnProcess
    connection: Connection
    is_ready: bool = False
    asked: int = 0
    asking: Lock = field(default_factory=Lock)
    """Held by a thread that asks it, which it may not be closed meanwhile."""

    def ask(self, target: str, until: float) -> Reply | None:
        """Return what it replies, or nothing if it does not in time, or is no longer there."""
        with self.asking:
            self.asked += 1
            try:
                self.connection.send_bytes(b"%d %b" % (self.asked, target.encode()))
                while self.connection.poll(max(0.0, until - time.monotonic())):
                    number, _, said = self.connection.recv_bytes().partition(b" ")
                    # What came too late for whoever asked before is nobody's answer.
                    if int(number) == self.asked:
                        return _decode_reply(said)
            except (EOFError, OSError):
                pass
            return None

    def close(self) -> None:
        """Release the connection."""
        with self.asking:
            self.connection.close()


_decode_reply = msgspec.msgpack.Decoder(Reply).decode


class Workers:
    """Keeps `count` processes working until told to end: each runs `work` with its `arguments`.

    `work` takes a `Lifeline` first and says on it when it is ready.
    """

    def __init__(self, count: int, work: Callable[..., None], arguments: Iterable[object]) -> None:
        self._count = count
        self._work = work
        self._arguments = tuple(arguments)
        self._workers: list[_Worker] = []
        self._is_ending = False
        self._noticed, self._notice = _CONTEXT.Pipe(duplex=False)
        """Readable once a signal came: it may be another thread that the signal interrupts."""
        os.set_blocking(self._notice.fileno(), False)

    def run(self, on_ready: Callable[[], None], on_end: Callable[[], None] = lambda: None) -> int:
        """Return 0 after SIGINT or SIGTERM, and 1 if the first cannot start.

        The first tells what is wrong with the settings, once and not by every worker. `on_end` is
        called when no other worker will be started.
        """
        before = {end: signal.signal(end, self._end) for end in _ENDS}
        signal.set_wakeup_fd(self._notice.fileno(), warn_on_full_buffer=False)
        try:
            first = self._start()
            while not first.is_ready and first in self._workers:
                self._look_after_workers()
            if not first.is_ready:
                return 0 if self._is_ending else 1
            while len(self._workers) < self._count and not self._is_ending:
                self._start()
            while self._workers and not all(one.is_ready for one in self._workers):
                self._look_after_workers(restart=True)
            if not self._is_ending:
                on_ready()
            while self._workers and not self._is_ending:
                self._look_after_workers(restart=True)
            on_end()
            while self._workers:
                self._look_after_workers()
            return 0
        finally:
            signal.set_wakeup_fd(-1)
            for end, handler in before.items():
                signal.signal(end, handler)

    def ask(self, target: str) -> dict[str, Reply | None]:
        """Return what the workers reply, each by its number, from any thread.

        Nothing stands for one that is not ready, or does not reply in time.
        """
        until = time.monotonic() + _PATIENCE_SECONDS
        return {
            str(worker.slot): worker.ask(target, until) if worker.is_ready else None
            for worker in [*self._workers]
        }

    def _start(self) -> _Worker:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(
            target=_run, args=(self._work, theirs, self._arguments), name="graphwing-worker"
        )
        process.start()
        theirs.close()
        taken = {one.slot for one in self._workers}
        slot = next(slot for slot in count(1) if slot not in taken)
        worker = _Worker(slot, process, ours)
        self._workers.append(worker)
        if self._is_ending:
            process.terminate()
        return worker

    def _end(self, _number: int, _frame: object) -> None:
        self._is_ending = True
        for worker in self._workers:
            worker.process.terminate()

    def _look_after_workers(self, *, restart: bool = False) -> None:
        """Wait until a worker gets ready or ends; start another in place of one that ended."""
        ends = [one.process.sentinel for one in self._workers]
        starts = [one.connection for one in self._workers if not one.is_ready]
        ending = [] if self._is_ending else [self._noticed]
        events = wait([*ends, *starts, *ending])
        for worker in [*self._workers]:
            if worker.connection in events and _said_ready(worker.connection):
                worker.is_ready = True
            elif worker.connection in events or worker.process.sentinel in events:
                worker.process.join()
                self._workers.remove(worker)
                worker.close()
                if restart and not self._is_ending:
                    self._replace(worker)

    def _replace(self, ended: _Worker) -> None:
        if not ended.is_ready:
            # Another that ends meanwhile is looked after when this has passed.
            wait([one.process.sentinel for one in self._workers], timeout=_RETRY_SECONDS)
        self._start()


def _said_ready(connection: Connection) -> bool:
    try:
        return bool(connection.recv_bytes())
    except EOFError:
        return False


def _run(work: Callable[..., None], connection: Connection, arguments: tuple[object, ...]) -> None:
    work(Lifeline(connection), *arguments)
