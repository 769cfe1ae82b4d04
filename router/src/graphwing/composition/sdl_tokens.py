"""GraphQL text as tokens, all read by one regular expression.

https://spec.graphql.org/October2021/#sec-Language.Source-Text
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field

# Half of a character beyond the first 65,536 is none by itself, but text from JSON can hold both.
_PAIR = r"[\ud800-\udbff][\udc00-\udfff]"
_HEX = "[0-9A-Fa-f]"
# A code point in hexadecimal, without those that are only halves.
_BELOW_HALVES = rf"(?:[0-9A-CEFa-cef]{_HEX}{{3}}|[Dd][0-7]{_HEX}{{2}})"
_CODE_POINT = rf"0*(?:{_HEX}{{1,3}}|{_BELOW_HALVES}|[1-9A-Fa-f]{_HEX}{{4}}|10{_HEX}{{4}})"
_ESCAPE = rf"""\\(?:
    ["\\/bfnrt]
  | u {_BELOW_HALVES}
  | u [Dd][89ABab]{_HEX}{{2}} \\u [Dd][C-Fc-f]{_HEX}{{2}}
  | u \{{ (?={_HEX}{{1,8}}\}}) {_CODE_POINT} \}}
)"""
# Every repetition is possessive: what is read is never read again in another way.
_IGNORED = rf"""[ \t\n\r,\ufeff]*+ (?:
  \# [^\n\r\ud800-\udfff]*+ (?: {_PAIR} [^\n\r\ud800-\udfff]*+ )*+
  [ \t\n\r,\ufeff]*+
)*+"""
_ANY_TOKEN = rf"""
    [_A-Za-z] [_0-9A-Za-z]*+
  | [!$&()\[\]{{}}:=@|]
  | \.\.\.
  | "(?!"") [^"\\\n\r\ud800-\udfff]*+ (?: (?: {_ESCAPE} | {_PAIR} ) [^"\\\n\r\ud800-\udfff]*+ )*+ "
  | \"""
    [^"\\\ud800-\udfff]*+
    (?: (?: "(?!"") | \\\""" | \\(?!\""") | {_PAIR} ) [^"\\\ud800-\udfff]*+ )*+
    \"""
  | -?+ (?: 0 | [1-9] [0-9]*+ ) (?: \. [0-9]++ )?+ (?: [Ee] [+-]?+ [0-9]++ )?+ (?! [.0-9_A-Za-z] )
"""
# What is no token is read with all that follows it, as the last.
_TOKENS = re.compile(rf"{_IGNORED} ({_ANY_TOKEN} | \Z | [\s\S]++)", re.VERBOSE)
_TOKEN = re.compile(_ANY_TOKEN, re.VERBOSE)
_LINE_END = re.compile(r"\r\n|\n|\r")

END = ""
"""What stands for the end of the text."""
UNREADABLE = "\0"
"""What stands for something that is no token, and all that follows it."""


@dataclass(slots=True)
class Tokens:
    """The tokens of one text; where they stand in it is worked out once somebody asks."""

    text: str
    texts: list[str]
    _starts: array[int] | None = None
    _line_starts: list[int] = field(default_factory=list[int])

    def start(self, index: int) -> int:
        """Return where the token at `index` begins."""
        if self._starts is None:
            self._starts = array("L", (match.start(1) for match in _TOKENS.finditer(self.text)))
            # Line ends are looked for one by one: a pattern for whole lines would read a last line
            # that does not end, which may be all of the text, again from each of its characters.
            self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        return self._starts[index]

    def position(self, index: int) -> tuple[int, int]:
        """Return line and column, both from 1, of the token at `index`."""
        start = self.start(index)
        line = bisect_right(self._line_starts, start)
        return line, start - self._line_starts[line - 1] + 1


def tokenise(text: str) -> Tokens:
    """Return the tokens of `text`, of which the last is `END`.

    >>> tokenise('type Track { "Its name." name: String! }').texts
    ['type', 'Track', '{', '"Its name."', 'name', ':', 'String', '!', '}', '']
    """
    texts: list[str] = _TOKENS.findall(text)
    if len(texts) > 1 and texts[-2] and not _TOKEN.match(texts[-2]):
        texts[-2] = UNREADABLE
    return Tokens(text, texts)
