"""Cursors and pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date
from typing import NamedTuple
from uuid import UUID

import pytest

from kit.connections import Cursors, Page, Slice
from kit.errors import ArgumentError
from kit.pages import slices


class Place(NamedTuple):
    day: date
    id: UUID


class OtherPlace(NamedTuple):
    day: date
    id: UUID


CURSORS = Cursors(Place)
SOMEWHERE = Place(date(2026, 8, 30), UUID(int=7))


def test_a_cursor_says_where_it_was_written() -> None:
    assert CURSORS.read(CURSORS.write(SOMEWHERE)) == SOMEWHERE


def test_no_cursor_is_the_beginning() -> None:
    assert CURSORS.read(None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "한글",
        "x",
        "AAAA",
        urlsafe_b64encode(b"Place:").decode(),
        urlsafe_b64encode(b'Place:["2026-08-30"]').decode(),
        urlsafe_b64encode(b'Place:["2026-08-30", 5]').decode(),
        Cursors(OtherPlace).write(OtherPlace(*SOMEWHERE)),
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(cursor: str) -> None:
    with pytest.raises(ArgumentError, match="argument `after` is not a cursor of this list"):
        CURSORS.read(cursor)


@pytest.mark.parametrize("first", [-1, 0, 101])
def test_a_page_holds_one_to_a_hundred(first: int) -> None:
    with pytest.raises(ArgumentError, match=f"argument `first` must be from 1 to 100, not {first}"):
        Page(first)


def test_the_row_beyond_the_page_is_cut_off_and_tells_that_more_follow() -> None:
    rows = [("lead", "a", 1), ("lead", "b", 2), ("lead", "c", 3), ("other", "d", 4)]

    assert slices(Page(2), rows) == {
        "lead": Slice([("a", 1), ("b", 2)], more=True),
        "other": Slice([("d", 4)], more=False),
    }
