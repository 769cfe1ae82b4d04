"""Lines on their way to a file: none is mixed with another, and nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwing import SettingsError
from graphwing.server.telemetry import log_writer
from graphwing.server.telemetry.log_writer import LogWriter


async def test_what_waits_is_written_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    writer = LogWriter(path, delay=60)

    for number in range(10_000):
        writer.write(b"%d\n" % number)
    await writer.close()

    assert path.read_text().split() == [str(number) for number in range(10_000)]


async def test_lines_are_appended_and_readable_for_few(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    for line in (b"first\n", b"second\n"):
        writer = LogWriter(path)
        writer.write(line)
        await writer.close()

    assert path.read_text() == "first\nsecond\n"
    assert path.stat().st_mode & 0o007 == 0


async def test_lines_are_written_soon(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    writer = LogWriter(path, delay=0.001)

    writer.write(b"line\n")

    async with asyncio.timeout(20):
        while not path.stat().st_size:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.001)
    assert path.read_text() == "line\n"
    await writer.close()


async def test_a_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    writer = LogWriter(path, delay=0.001)
    writer.write(b"before\n")
    async with asyncio.timeout(20):
        while not path.stat().st_size:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.001)

    path.rename(tmp_path / "access.log.1")
    writer.write(b"after\n")
    await writer.close()

    assert (tmp_path / "access.log.1").read_text() == "before\n"
    assert path.read_text() == "after\n"


async def test_lines_that_nothing_takes_are_lost_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log_writer, "_MOST_WAITING", 3)
    path = tmp_path / "access.log"
    writer = LogWriter(path, delay=60)

    for number in range(5):
        writer.write(b"%d\n" % number)
    await writer.close()

    assert path.read_text() == "0\n1\n2\n"
    assert caplog.messages == ["2 lines of the access log are lost: nothing takes them"]


async def test_a_disk_that_takes_nothing_is_told_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    writer = LogWriter(tmp_path / "access.log", delay=60)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    writer.write(b"line\n")
    await writer.close()

    (told,) = caplog.messages
    assert told.startswith("the access log cannot be written: ")


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"telemetry\.access_log\.file: the access log"):
        LogWriter(tmp_path / "none" / "access.log")


@given(st.lists(st.integers(1, 9_000), max_size=30))
def test_lines_go_together_as_far_as_a_pipe_takes_them_at_once(lengths: list[int]) -> None:
    lines = [b"x" * (length - 1) + b"\n" for length in lengths]

    parts = [*log_writer.together(lines)]

    assert b"".join(parts) == b"".join(lines)
    assert all(part.endswith(b"\n") for part in parts)
    assert all(len(part) <= 4096 or part.count(b"\n") == 1 for part in parts)
