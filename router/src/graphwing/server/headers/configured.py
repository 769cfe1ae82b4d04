"""Make rules about headers of their settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from graphwing.errors import SettingsError
from graphwing.server.headers.header_rules import HeaderRules, RuleSet
from graphwing.server.headers.names import TO_CLIENTS, TO_SUBGRAPHS, checked_name, checked_value
from graphwing.server.headers.rules import Insert, Names, Propagate, Remove, Rule
from graphwing.server.settings.headers import (
    AnswerRuleSettings,
    HeaderRuleSettings,
    HeaderSettings,
    RuleSettings,
)

_ACTIONS = ("propagate", "propagate_matching", "insert", "remove", "remove_matching")


def propagated(names: Iterable[str]) -> HeaderRules | None:
    """Return rules that pass headers of these names to all subgraphs; raise `SettingsError`."""
    rules = _propagated(names)
    return HeaderRules(RuleSet(rules)) if rules else None


def headers_from_settings(
    settings: HeaderSettings, subgraphs: Mapping[str, RuleSettings]
) -> HeaderRules | None:
    """Return the rules that `settings` describe, if there are any, or raise `SettingsError`."""
    general = _rule_set(settings, "headers")
    general = RuleSet((*_propagated(settings.propagate), *general.request), general.response)
    own = {
        name: _rule_set(one, f"subgraphs.{name}.headers")
        for name, one in subgraphs.items()
        if one.request or one.response
    }
    if not (general.request or general.response or own):
        return None
    return HeaderRules(general, own)


def _propagated(names: Iterable[str]) -> Sequence[Rule]:
    checked = [checked_name(name, TO_SUBGRAPHS, "headers.propagate") for name in names]
    return [Propagate(Names(name)) for name in checked]


def _rule_set(settings: RuleSettings, place: str) -> RuleSet:
    return RuleSet(
        [
            _rule(one, TO_SUBGRAPHS, f"{place}.request[{index}]")
            for index, one in enumerate(settings.request)
        ],
        [
            _rule(one, TO_CLIENTS, f"{place}.response[{index}]")
            for index, one in enumerate(settings.response)
        ],
    )


def _rule(settings: HeaderRuleSettings, reserved: frozenset[str], place: str) -> Rule:
    actions = [name for name in _ACTIONS if getattr(settings, name) is not None]
    if len(actions) != 1:
        raise SettingsError(
            f"it says {' and '.join(f'`{one}`' for one in actions) or 'not what to do'}",
            place=place,
            remedy=f"write one of {', '.join(f'`{one}`' for one in _ACTIONS)}",
        )
    (action,) = actions
    _require_options(settings, action, place)
    written: str = getattr(settings, action)
    if action == "insert":
        name = checked_name(written, reserved, f"{place}.insert")
        return Insert(name, checked_value(settings.value or "", f"{place}.value"))
    if action.endswith("_matching"):
        names = Names(pattern=_pattern(written, f"{place}.{action}"))
    else:
        names = Names(checked_name(written, reserved, f"{place}.{action}"))
    if action.startswith("remove"):
        return Remove(names)
    rename, default = settings.rename, settings.default
    return Propagate(
        names,
        None if rename is None else checked_name(rename, reserved, f"{place}.rename"),
        None if default is None else checked_value(default, f"{place}.default"),
        (settings.merge if isinstance(settings, AnswerRuleSettings) else None) or "first",
    )


def _require_options(settings: HeaderRuleSettings, action: str, place: str) -> None:
    """Raise `SettingsError` for what means nothing beside an action."""
    allowed = {"propagate": {"rename", "default", "merge"}, "propagate_matching": {"merge"}}.get(
        action, {"value"} if action == "insert" else set[str]()
    )
    for option in ("rename", "default", "value", "merge"):
        if getattr(settings, option, None) is not None and option not in allowed:
            raise SettingsError(
                f"it means nothing beside `{action}`",
                place=f"{place}.{option}",
                remedy="remove it",
            )
    if action == "insert" and settings.value is None:
        raise SettingsError("it is missing", place=f"{place}.value", remedy="set it")
    if settings.propagate is not None and settings.propagate.lower() == "set-cookie":
        for option in ("rename", "default", "merge"):
            if getattr(settings, option, None) is not None:
                raise SettingsError(
                    "cookies are passed on as they are, all of them",
                    place=f"{place}.{option}",
                    remedy="remove it",
                )


def _pattern(text: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise SettingsError(
            f"`{text}` is no regular expression: {error}",
            place=place,
            remedy="write one such as `x-acme-.*`",
        ) from error
