"""Ids: opaque, and one for each object."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

import pytest

from kit.nodes import opaque_id, parse_id

KEY = UUID("9b2f3c64-0f1e-4c1e-9d0a-1f6d0f0b7a11")


def encode(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_an_id_holds_type_and_key() -> None:
    assert opaque_id("Artist", KEY) == encode(f"Artist:{KEY}")
    assert parse_id(opaque_id("Artist", KEY)) == ("Artist", KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "달빛공장",
        "Artist",
        str(KEY),
        f"Artist:{KEY}",
        encode("Artist"),
        encode("Artist:"),
        encode("Artist:1"),
        encode(f"{KEY}"),
        # The same object under a second name would be a second object to every cache.
        encode(f"Artist:{KEY}".upper()),
        encode(f"Artist:{{{KEY}}}"),
        encode(f"Artist:{KEY.hex}"),
        encode(f"Artist:{KEY}") + "\n",
        encode(f"Artist:{KEY}").rstrip("="),
    ],
)
def test_no_other_text_is_an_id(text: str) -> None:
    assert parse_id(text) is None
