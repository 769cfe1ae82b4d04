"""Break the text of subgraphs: cut, swapped, repeated, nested, and full of odd characters."""

from __future__ import annotations

import random
from typing import TypeAlias

Given: TypeAlias = list[tuple[str, str]]
"""Name and SDL of each subgraph."""

SCRAPS = (
    "!",
    "]",
    "}",
    "{",
    "(",
    ")",
    "{ id }",
    '"',
    '"""',
    "&",
    "|",
    "=",
    "@",
    ":",
    "...",
    "$",
    "#",
    ",",
    "\0",
    "\\",
    "\ufeff",
    "\u2028",
    "\N{HANGUL SYLLABLE HAN}",
    "\U0001f600",
    "\ud800",
    "\u202e",
    '"\\u{110000}"',
    '"\\ud83d"',
    "99999999999999999999999999",
    "-0",
    "1e999",
    "0x10",
    "1.2.3",
    "extend ",
    "schema ",
    "type ",
    " implements Node",
    "repeatable",
    "on",
    "true",
    "null",
    '@key(fields: "id")',
    "@shareable @external @inaccessible",
    "query { a }",
    "fragment F on A { a }",
)


def damaged(given: Given, chance: random.Random) -> Given:
    """Return `given` with the text of one subgraph broken."""
    at = chance.randrange(len(given))
    name, sdl = given[at]
    for _ in range(chance.randint(1, 3)):
        sdl = damage(sdl, chance)
    return [*given[:at], (name, sdl), *given[at + 1 :]]


def damage(sdl: str, chance: random.Random) -> str:  # noqa: PLR0911 - one per kind of damage
    at = chance.randrange(len(sdl) + 1)
    words = sdl.split(" ")
    word = chance.randrange(len(words))
    match chance.randrange(9):
        case 0 | 1:
            return sdl[:at] + chance.choice(SCRAPS) + sdl[at:]
        case 2:
            return " ".join([*words[:word], chance.choice(words), *words[word:]])
        case 3:
            return " ".join([*words[:word], *words[word + 1 :]])
        case 4:
            return sdl[:at]
        case 5:
            other = chance.randrange(len(words))
            words[word], words[other] = words[other], words[word]
            return " ".join(words)
        case 6:
            noise = "".join(
                chr(chance.choice((chance.randrange(256), chance.randrange(0x3000))))
                for _ in range(3)
            )
            return sdl[:at] + noise + sdl[at + 3 :]
        case 7:
            depth = chance.choice((10, 200, 3_000))
            deep = chance.choice(
                ("[" * depth + "Int" + "]" * depth, "{a: " * depth + "1" + "}" * depth)
            )
            return sdl[:at] + deep + sdl[at:]
        case _:
            return sdl + "\n" + sdl
