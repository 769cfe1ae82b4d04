"""Says what a benchmark is doing, on standard error."""

from __future__ import annotations

import sys
import time

_EVERY_SECONDS = 1.0


class Progress:
    """One line that is written anew; without a terminal a line now and then."""

    def __init__(self) -> None:
        self._said_at = 0.0

    def __call__(self, text: str) -> None:
        """Say what is under way."""
        if sys.stderr.isatty():
            print(f"\r\x1b[K{text} …", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._said_at >= _EVERY_SECONDS:
            print(f"{text} …", file=sys.stderr, flush=True)
            self._said_at = time.monotonic()

    def clear(self) -> None:
        """Leave the terminal's line to results."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


progress = Progress()
