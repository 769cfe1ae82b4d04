"""Passwords, hashed with argon2id: slow on purpose, so never on the event loop."""

import asyncio
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each check takes 64 MiB and a core for a while; more at a time only takes memory.
CHECKS_AT_A_TIME = 2

# Longer ones are nobody's password, and cost time to hash.
LONGEST_PASSWORD = 1024


class PasswordChecker:
    """Checks passwords, with as much work for an account that does not exist."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._decoy = self._hasher.hash(token_urlsafe())
        self._slots = asyncio.Semaphore(CHECKS_AT_A_TIME)

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Return whether `password` has this hash; False without one, after the same time."""
        async with self._slots:
            checked = await asyncio.to_thread(
                self._matches, password[:LONGEST_PASSWORD], password_hash or self._decoy
            )
        return checked and password_hash is not None and len(password) <= LONGEST_PASSWORD

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
