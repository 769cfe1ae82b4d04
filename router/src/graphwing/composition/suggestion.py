"""What a name that does not exist was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return that of the `known` names which `name` is a misspelling of, if it looks like one.

    >>> closest("Tarck", ["Artist", "Track"])
    'Track'
    """
    found = get_close_matches(name, sorted(known), n=1)
    return found[0] if found else None
