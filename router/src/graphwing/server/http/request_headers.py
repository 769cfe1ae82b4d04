"""The headers of a request, decoded when they are asked for: most never are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar, overload

Default = TypeVar("Default")

_ENCODING = "latin-1"


class RequestHeaders(Mapping[str, str]):
    """Headers by lower-case name, as ASGI has them; repeated ones are joined.

    >>> headers = RequestHeaders([(b"accept", b"text/html"), (b"accept", b"*/*")])
    >>> headers["accept"]
    'text/html, */*'
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._raw = dict(raw)
        if len(self._raw) < len(raw):
            self._raw = _joined(raw)

    def __getitem__(self, name: str) -> str:
        """Return the value of a header, or raise `KeyError`."""
        return str(self._raw[name.encode(_ENCODING)], _ENCODING)

    @overload
    def get(self, key: str, default: None = None, /) -> str | None: ...

    @overload
    def get(self, key: str, /, default: str) -> str: ...

    @overload
    def get(self, key: str, /, default: Default) -> str | Default: ...

    def get(self, key: str, /, default: Default | None = None) -> str | Default | None:
        """Return the value of a header, or `default`."""
        value = self._raw.get(key.encode(_ENCODING))
        return default if value is None else str(value, _ENCODING)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return (str(name, _ENCODING) for name in self._raw)

    def __len__(self) -> int:
        """Return how many headers there are."""
        return len(self._raw)


def _joined(raw: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        headers[name] = b"%b, %b" % (headers[name], value) if name in headers else value
    return headers
