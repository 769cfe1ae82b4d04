"""Did you mean …: the known name that a wrong one is closest to."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return what to do about a name that does not exist.

    >>> suggestion("musci", ["music", "community"])
    'did you mean `music`?'
    """
    names = sorted(known)
    close = get_close_matches(wrong, names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known are {', '.join(f'`{name}`' for name in names)}" if names else "remove it"
