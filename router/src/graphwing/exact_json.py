"""JSON as it crosses the router: a number leaves with the digits that it came with.

Python reads `1.10` as 1.1 and `1e400` as infinity. A custom scalar may mean money or physics, and
belongs to the subgraphs and their clients.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class SentFloat(float):
    """A number that Python would write differently, with the text that was sent."""

    __slots__ = ("text",)

    text: str


def _read_float(text: str) -> float:
    value = float(text)
    if repr(value) == text:
        return value
    sent = SentFloat(value)
    sent.text = text
    return sent


def _write_float(value: object) -> msgspec.Raw:
    if isinstance(value, SentFloat):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


encode_json = msgspec.json.Encoder(enc_hook=_write_float).encode
"""Return a value as JSON, compact."""


def json_decoder(wanted: type[T]) -> msgspec.json.Decoder[T]:
    """Return a decoder of JSON into `wanted`, whose untyped parts keep their numbers."""
    return msgspec.json.Decoder(wanted, float_hook=_read_float)


decode_json = msgspec.json.Decoder[Any](float_hook=_read_float).decode
"""Return the value of a JSON text."""
