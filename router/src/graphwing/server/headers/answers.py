"""What clients get of the headers that subgraphs answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graphwing.execution.transport import AnswerHeaders
from graphwing.server.headers.names import TO_CLIENTS, is_value, named_in
from graphwing.server.headers.rules import Insert, Merge, Propagate, Remove, Rule

_SET_COOKIE = "set-cookie"


class MergedHeaders:
    """The headers of one response, merged of those of all answers that it is made of."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._cookies: list[str] = []

    def take(self, answer: AnswerHeaders, rules: Sequence[Rule]) -> None:
        """Add the headers of one answer, as far as the rules of its subgraph let them pass."""
        passed: dict[str, tuple[str, Merge]] = {}
        cookies: list[str] = []
        sent = _joined(answer)
        for rule in rules:
            match rule:
                case Propagate() if rule.names.name == _SET_COOKIE:
                    cookies = [value for name, value in answer if name == _SET_COOKIE]
                case Propagate():
                    passed.update(_passed(rule, sent))
                case Insert():
                    passed[rule.name] = rule.value, "last"
                case Remove():
                    cookies = [] if rule.names.mean(_SET_COOKIE, TO_CLIENTS) else cookies
                    for name in [one for one in passed if rule.names.mean(one, TO_CLIENTS)]:
                        del passed[name]
        for name, (value, merge) in passed.items():
            self._merge(name, value, merge)
        # They cannot be joined, and each is for the client.
        # https://www.rfc-editor.org/rfc/rfc6265#section-3
        self._cookies += filter(is_value, cookies)

    def finish(self, general: Iterable[Rule], own: Iterable[Rule]) -> list[tuple[str, str]]:
        """Return the headers.

        `general` are the rules for all subgraphs, `own` those of the ones that have answered.
        """
        for rule in (*general, *own):
            match rule:
                case Propagate(names, rename, str() as default) if names.name is not None:
                    self._values.setdefault(rename or names.name, default)
                case _:
                    pass
        for rule in general:
            if isinstance(rule, Insert):
                self._values[rule.name] = rule.value
        return [*self._values.items(), *((_SET_COOKIE, cookie) for cookie in self._cookies)]

    def _merge(self, name: str, value: str, merge: Merge) -> None:
        known = self._values.get(name)
        if known is None or merge == "last":
            self._values[name] = value
        elif merge == "append":
            self._values[name] = f"{known}, {value}"


def first_of_each(responses: Iterable[AnswerHeaders]) -> AnswerHeaders:
    """Return the headers of responses that are sent as one: the first of a name, and all cookies.

    >>> first_of_each([[("x", "1"), ("set-cookie", "a=1")], [("x", "2"), ("set-cookie", "b=2")]])
    [('x', '1'), ('set-cookie', 'a=1'), ('set-cookie', 'b=2')]
    """
    joined: list[tuple[str, str]] = []
    names: set[str] = set()
    for headers in responses:
        joined += [one for one in headers if one[0] not in names or one[0] == _SET_COOKIE]
        names.update(name for name, _ in headers)
    return joined


def _passed(rule: Propagate, sent: Mapping[str, str]) -> dict[str, tuple[str, Merge]]:
    return {
        rule.rename or name: (value, rule.merge)
        for name, value in sent.items()
        if rule.names.mean(name, TO_CLIENTS)
    }


def _joined(answer: AnswerHeaders) -> Mapping[str, str]:
    """Return the headers of one answer by name, without those for its connection only."""
    dropped = named_in(", ".join(value for name, value in answer if name == "connection"))
    joined: dict[str, str] = {}
    for name, value in answer:
        if name not in dropped and name != _SET_COOKIE and is_value(value):
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
