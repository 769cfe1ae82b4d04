"""The keys of one issuer, kept and renewed: nobody waits for keys that are only old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import jwt

from graphwing.errors import IdentityUnavailableError
from graphwing.server.identity.jwks import Keys, read_jwks
from graphwing.server.identity.key_source import KeysUnreadableError

_log = logging.getLogger("graphwing")


class KeySource(Protocol):
    """What keys are read from."""

    async def read(self) -> bytes | None:
        """Return a JWKS, nothing while it is the same; raise `KeysUnreadableError`."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """When keys are read again, in seconds."""

    max_age: float = 600.0
    """After that they are renewed, while the old ones go on to be used."""
    cooldown: float = 30.0
    """After that, a key that is not among them makes us look again."""
    retry: float = 5.0
    """After that, what could not be read is tried again."""


class KeySet:
    """Keys by id and algorithm. Whatever goes wrong, those that are known stay known."""

    def __init__(
        self,
        source: KeySource,
        algorithms: Collection[str],
        *,
        renewal: Renewal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.version = 0
        """Another number whenever the keys are others."""
        self._source = source
        self._algorithms = algorithms
        self._renewal = renewal
        self._clock = clock
        self._keys: Keys | None = None
        self._text: bytes | None = None
        self._is_failing = False
        self._tried = float("-inf")
        self._renewing: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """Return a key, reading them again when it is not among them.

        Raises `IdentityUnavailableError` while none could be read yet.
        """
        if self._keys is None:
            await self._renew_after(self._renewal.retry)
        elif self.is_outdated:
            await self._renew_after(0.0)
        self.renew_if_old()
        key = self._known(key_id, algorithm)
        if key is None:
            await self._renew_after(self._renewal.cooldown)
            key = self._known(key_id, algorithm)
        return key

    @property
    def is_outdated(self) -> bool:
        """Return whether nobody has asked for so long that the keys are no longer used unseen."""
        return self._clock() - self._tried >= 2 * self._renewal.max_age

    def renew_if_old(self) -> None:
        """Begin to read the keys again if that is due; nobody waits for it."""
        wait = self._renewal.retry if self._is_failing else self._renewal.max_age
        if self._renewing is None and self._clock() - self._tried >= wait:
            self._begin()

    async def open(self) -> None:
        """Read the keys; that they cannot be read is said in the log, and tried again later."""
        await self._renew_after(0.0)

    async def close(self) -> None:
        """End what is under way."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait((self._renewing,))

    def _known(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        if self._keys is None:
            raise IdentityUnavailableError
        key = self._keys.get((key_id, algorithm))
        if key is None and key_id is None:
            # https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4: the id is only a hint.
            those = [key for (_, of), key in self._keys.items() if of == algorithm]
            return those[0] if len(those) == 1 else None
        return key

    async def _renew_after(self, seconds: float) -> None:
        """Read the keys again, once for all who wait, unless that was tried just now."""
        if self._renewing is None:
            wait = self._renewal.retry if self._is_failing else seconds
            if self._clock() - self._tried < wait:
                return
            self._begin()
        if self._renewing is not None:
            # A client that leaves does not take the keys of the others with it.
            await asyncio.shield(self._renewing)

    def _begin(self) -> None:
        self._tried = self._clock()
        self._renewing = asyncio.get_running_loop().create_task(self._renew())
        self._renewing.add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[None]) -> None:
        self._renewing = None

    async def _renew(self) -> None:
        try:
            text = await self._source.read()
            keys = None
            if text is not None and text != self._text:
                keys = read_jwks(text, self._algorithms)
        except KeysUnreadableError as error:
            self._is_failing = True
            _log.warning("the keys in %s cannot be read: %s", self._source, error)
            return
        self._is_failing = False
        if keys is not None:
            self._keys, self._text = keys, text
            self.version += 1
            if not keys:
                _log.warning("among the keys in %s none verifies tokens", self._source)


class SecretKeys:
    """What an issuer shares with us as a secret: it never changes."""

    version = 0
    is_outdated = False

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def find(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:  # noqa: ARG002
        """Return the key; there is one for each algorithm, whatever it is called."""
        return self._keys.get((None, algorithm))

    def renew_if_old(self) -> None:
        """Do nothing."""

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
