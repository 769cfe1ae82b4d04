"""The quick lexer gives what the lexer of graphql-core gives, positions included."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind

from graphwing.composition.schema_lexer import SchemaLexer

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
ODD = (
    "",
    "type A { # a comment\r\n  a:\r[Int!]!\n\n,,, b: Float = -1.5e3 }",
    '"""block\n"string" """ type A\n@b(c: "d\\n\\u00e9", e: [1, ENUM, {f: null}])',
    "a ...b\ufeff c|d&e=$f",
    "\n\n  type 달",
    'a "unterminated',
    "a .. b",
    "\0",
)


def tokens(lexer: Lexer) -> list[tuple[object, ...]]:
    """Return what `lexer` reads, up to the end or what it stumbles over."""
    found: list[tuple[object, ...]] = []
    try:
        while True:
            token = lexer.advance()
            found.append(
                (token.kind, token.start, token.end, token.line, token.column, token.value)
            )
            if token.kind is TokenKind.EOF:
                return found
    except GraphQLSyntaxError as error:
        return [*found, (error.message, error.positions)]


@pytest.mark.parametrize("text", ODD)
def test_odd_text_gives_the_same_tokens(text: str) -> None:
    source = Source(text)

    assert tokens(SchemaLexer(source)) == tokens(Lexer(source))


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_schemas_give_the_same_tokens(path: Path) -> None:
    for part in path.read_text(encoding="utf-8").split("--- ")[1:]:
        source = Source(part)

        assert tokens(SchemaLexer(source)) == tokens(Lexer(source))
