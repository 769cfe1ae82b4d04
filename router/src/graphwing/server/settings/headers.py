"""Settings: which headers pass the router."""

from __future__ import annotations

from typing import Literal

import msgspec


class HeaderRuleSettings(msgspec.Struct, frozen=True):
    """One rule: exactly one of `propagate`, `propagate_matching`, `insert`, `remove` and so on."""

    propagate: str | None = None
    """The name of a header that is passed on."""
    propagate_matching: str | None = None
    """A regular expression; headers whose whole name matches are passed on."""
    insert: str | None = None
    """The name of a header that is written, with `value`."""
    remove: str | None = None
    """The name of a header that rules before would pass on."""
    remove_matching: str | None = None
    """A regular expression for such names."""
    rename: str | None = None
    """What a propagated header is called from there on."""
    default: str | None = None
    """The value of a propagated header that is not there."""
    value: str | None = None
    """The value of an inserted header."""


class AnswerRuleSettings(HeaderRuleSettings, frozen=True):
    """One rule about the headers of answers."""

    merge: Literal["first", "last", "append"] | None = None
    """Which value counts where several answers have one; `set-cookie` is always appended."""


class RuleSettings(msgspec.Struct, frozen=True):
    """Rules, one after another."""

    request: list[HeaderRuleSettings] = []
    """About what subgraphs see of clients."""
    response: list[AnswerRuleSettings] = []
    """About what clients see of subgraphs."""


class HeaderSettings(RuleSettings, frozen=True):
    """Which headers pass, for all subgraphs; those of one come after these."""

    propagate: list[str] = []
    """Names, in any case: the same as a rule `propagate` for each."""
