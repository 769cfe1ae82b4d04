"""Python source, written line by line."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Source:
    """Functions as text, and the objects that they refer to by name."""

    names: dict[str, Any] = field(default_factory=dict[str, Any])
    _lines: list[str] = field(default_factory=list[str])
    _depth: int = 0

    def line(self, text: str) -> None:
        """Write one line."""
        self._lines.append(f"{'    ' * self._depth}{text}")

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        """Write a line that ends with a colon, and what follows below it."""
        self.line(head)
        self._depth += 1
        before = len(self._lines)
        yield
        if len(self._lines) == before:
            self.line("pass")
        self._depth -= 1

    def name(self, stem: str, value: object) -> str:
        """Return a name for `value`, the same for the same object."""
        for known, named in self.names.items():
            if named is value:
                return known
        name = f"{stem}{len(self.names)}"
        self.names[name] = value
        return name

    @property
    def text(self) -> str:
        """Return what is written so far."""
        return "".join(f"{line}\n" for line in self._lines)

    def compiled(self) -> dict[str, Any]:
        """Return what the source defines, by name."""
        namespace = dict(self.names)
        exec(compile(self.text, "<plan>", "exec"), namespace)  # noqa: S102
        return namespace
