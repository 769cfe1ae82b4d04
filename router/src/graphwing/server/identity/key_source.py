"""Where the keys of an issuer come from: a file, or an address that it publishes them at."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

_OK = 200
_MOST_BYTES = 1024 * 1024
"""What a key set may weigh; real ones have a few kilobytes."""


class KeysUnreadableError(Exception):
    """The keys cannot be had just now: why, for the log."""


class KeyFile:
    """A file with a JWKS, read when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: int | None = None

    def __str__(self) -> str:
        """Return where it is."""
        return str(self._path)

    async def read(self) -> bytes | None:
        """Return the file, nothing while it is the same; raise `KeysUnreadableError`."""
        try:
            written = self._path.stat().st_mtime_ns
            if written == self._written:
                return None
            text = self._path.read_bytes()
        except (OSError, ValueError) as error:
            raise KeysUnreadableError(str(error)) from error
        self._written = written
        return text


class KeyAddress:
    """A URL with a JWKS. Only the settings say it, never a token."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout

    def __str__(self) -> str:
        """Return the address."""
        return self._url

    async def read(self) -> bytes | None:
        """Return what is there now, or raise `KeysUnreadableError`."""
        # Here, for aiohttp takes long to import, and most key sets are files or few.
        import aiohttp  # noqa: PLC0415

        headers = {
            "accept": "application/jwk-set+json, application/json",
            # A few compressed bytes could stand for gigabytes.
            "accept-encoding": "identity",
        }
        try:
            async with (
                asyncio.timeout(self._timeout),
                aiohttp.ClientSession(auto_decompress=False, trust_env=False) as session,
                # A redirect would lead to where nobody has configured.
                session.get(self._url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != _OK:
                    raise KeysUnreadableError(f"the answer has status {response.status}")
                return await _limited(response.content)
        except TimeoutError as error:
            raise KeysUnreadableError(f"no answer within {self._timeout:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise KeysUnreadableError(str(error) or type(error).__name__) from error


async def _limited(content: aiohttp.StreamReader) -> bytes:
    read = bytearray()
    async for part in content.iter_any():
        read += part
        if len(read) > _MOST_BYTES:
            raise KeysUnreadableError(f"the answer has more than {_MOST_BYTES} bytes")
    return bytes(read)
