"""Operations that were refused lately: the same is refused at once, and does not cost again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from hashlib import sha256
from typing import TypeVar

from graphwing.errors import OperationError, PlanningError

_KEPT = 1_000
_KEPT_CHARACTERS = 4_000_000
# Whether an operation can be planned in time depends on what else goes on: it may be tried again.
_SECONDS = 60.0

E = TypeVar("E", bound=Exception)

_Key = tuple[Hashable, ...]


class Refusals:
    """Errors by operation, of the last minute; those asked for last are forgotten last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[float, Exception, int]] = OrderedDict()
        self._characters = 0

    def add(self, key: _Key, error: BaseException | None, now: float) -> None:
        """Remember that an operation was refused with `error`, if it is the operation's fault."""
        if not isinstance(error, (OperationError, PlanningError)):
            return
        self._forget(key)
        size = len(repr(error.__dict__))
        self._kept[key] = (now + _SECONDS, _twin(error), size)
        self._characters += size
        while len(self._kept) > _KEPT or self._characters > _KEPT_CHARACTERS:
            self._forget(next(iter(self._kept)))

    def find(self, key: _Key, now: float) -> Exception | None:
        """Return the error that an operation was refused with, to be raised again."""
        found = self._kept.get(key)
        if found is None:
            return None
        until, error, _ = found
        if now >= until:
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return _twin(error)

    def _forget(self, key: _Key) -> None:
        _, _, size = self._kept.pop(key, (0.0, None, 0))
        self._characters -= size


def refusal_key(text: str, name: str | None, *how: Hashable) -> _Key:
    """Return what stands for an operation here; it is small, however large the text is."""
    digest = sha256(text.encode(errors="surrogatepass"))
    digest.update(b"\0" + (name or "").encode(errors="surrogatepass"))
    return digest.digest(), *how


def _twin(error: E) -> E:
    """Return the same error without the frames that it was raised through, which hold much."""
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin
