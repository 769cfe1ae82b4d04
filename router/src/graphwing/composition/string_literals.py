"""String literals of GraphQL as the text that they mean.

https://spec.graphql.org/October2021/#sec-String-Value
"""

from __future__ import annotations

import re

_BLOCK = '"""'
_BLANKS = " \t"
_LINE_END = re.compile(r"\r\n|\n|\r")
_ESCAPE = re.compile(
    r"\\(?: u\{ (\w+) \} | u ([Dd][89ABab]\w\w) \\u (\w{4}) | u (\w{4}) | (.) )", re.VERBOSE
)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def string_value(literal: str) -> str:
    """Return what `literal`, a string or block string token, means.

    >>> string_value('"in one line"')
    'in one line'
    """
    if literal.startswith(_BLOCK):
        return _block_value(literal[3:-3].replace(f"\\{_BLOCK}", _BLOCK))
    text = literal[1:-1]
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    braced, high, low, plain, letter = match.groups()
    if letter is not None:
        return _ESCAPED.get(letter, letter)
    if high is not None:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    return chr(int(braced or plain, 16))


def _block_value(text: str) -> str:
    """Return `text` without the indentation that its lines share, and blank lines around it."""
    lines = _LINE_END.split(text)
    # The first line begins after the quotes, so its indentation says nothing.
    indents = [_indent(line) for line in lines[1:] if line.strip(_BLANKS)]
    common = min(indents, default=0)
    lines[1:] = [line[common:] for line in lines[1:]]
    written = [index for index, line in enumerate(lines) if line.strip(_BLANKS)]
    return "\n".join(lines[written[0] : written[-1] + 1]) if written else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(_BLANKS))
