"""One rule about headers: what it means, in order, for those that one message has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from graphwing.errors import HeaderInvalidError
from graphwing.server.headers.names import BY_NAME_ONLY, is_name, is_value, named_in

Merge = Literal["first", "last", "append"]
"""Which value counts where several subgraphs send the same header."""


@dataclass(frozen=True, slots=True)
class Names:
    """One name, or all that match a pattern as a whole."""

    name: str | None = None
    pattern: re.Pattern[str] | None = None

    def mean(self, name: str, reserved: frozenset[str]) -> bool:
        """Return whether the header `name` is one of them.

        A pattern means none that is reserved, no credentials, and no name with an underscore: some
        servers take that for another one with a hyphen.
        """
        if self.pattern is None:
            return name == self.name
        return (
            name not in reserved
            and name not in BY_NAME_ONLY
            and "_" not in name
            and self.pattern.fullmatch(name) is not None
        )


@dataclass(frozen=True, slots=True)
class Propagate:
    """Pass headers on, by another name if one is given; without any, a default if one is given."""

    names: Names
    rename: str | None = None
    default: str | None = None
    merge: Merge = "first"


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a header, whatever else would be there."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Pass headers on no longer."""

    names: Names


Rule: TypeAlias = Propagate | Insert | Remove


def apply_rules(
    rules: Iterable[Rule],
    client: Mapping[str, str],
    told: dict[str, str],
    reserved: frozenset[str],
) -> None:
    """Change what a subgraph is `told`, rule by rule, for a client with these headers.

    What the client's Connection header names is not passed on. Raises `HeaderInvalidError` for a
    value that would not be one on the way.
    """
    dropped = named_in(client.get("connection"))
    for rule in rules:
        match rule:
            case Propagate():
                _propagate(rule, client, told, lambda name: name in dropped, reserved)
            case Insert():
                told[rule.name] = rule.value
            case Remove():
                for name in [name for name in told if rule.names.mean(name, reserved)]:
                    del told[name]


def _propagate(
    rule: Propagate,
    client: Mapping[str, str],
    told: dict[str, str],
    is_dropped: Callable[[str], bool],
    reserved: frozenset[str],
) -> None:
    if rule.names.pattern is not None:
        for name in client:
            if rule.names.mean(name, reserved) and not is_dropped(name):
                told[name] = _checked(name, client[name])
        return
    name = rule.names.name or ""
    value = None if is_dropped(name) else client.get(name)
    if value is not None:
        told[rule.rename or name] = _checked(name, value)
    elif rule.default is not None:
        told[rule.rename or name] = rule.default


def _checked(name: str, value: str) -> str:
    if not is_value(value) or not is_name(name):
        raise HeaderInvalidError(name)
    return value
