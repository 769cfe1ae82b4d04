"""Parse the parts of definitions: names, types, values, directives, arguments.

https://spec.graphql.org/October2021/#sec-Appendix-Grammar-Summary
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn, Protocol

from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind

from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    InputValue,
    Position,
)
from graphwing.composition.sdl_tokens import tokenise
from graphwing.composition.string_literals import string_value
from graphwing.composition.type_reference import TypeReference
from graphwing.composition.values import (
    ConstValue,
    EnumLiteral,
    NumberTooLongError,
    number_from_text,
)

# Reading, comparing and printing recurse into what is nested.
_DEEPEST = 200
_NUMBER_STARTS = frozenset("-0123456789")
_CONSTANTS: dict[str, ConstValue] = {"true": True, "false": False, "null": None}


class SdlSyntaxError(Exception):
    """The text is no GraphQL from `line` and `column` on, both from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Report(Protocol):
    """Takes a problem that does not end the reading."""

    def __call__(
        self, message: str, position: Position, coordinate: str | None = None, *, remedy: str = ...
    ) -> None:
        """Note `message`."""
        ...


class SdlParser:
    """A cursor over the tokens of one text. Methods read what they are named for, and pass it."""

    __slots__ = ("_report", "_source", "_texts", "_tokens", "at")

    def __init__(self, source: str, report: Report) -> None:
        self._source = source
        self._report = report
        self._tokens = tokenise(source)
        self._texts = self._tokens.texts
        self.at = 0
        """The index of the next token."""

    def location(self, index: int) -> tuple[int, int]:
        """Return line and column of the token at `index`."""
        return self._tokens.position(index)

    @property
    def next(self) -> str:
        """The text of the next token."""
        return self._texts[self.at]

    def skips(self, text: str) -> bool:
        """Pass the token `text`, and return whether it was there."""
        if self._texts[self.at] != text:
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        """Pass the token `text`, or raise `SdlSyntaxError`."""
        if self._texts[self.at] != text:
            self.refuse(f"'{text}'")
        self.at += 1

    def name(self) -> str:
        """Return the name that is next, or raise `SdlSyntaxError`."""
        text = self._texts[self.at]
        if not text.isidentifier():
            self.refuse("Name")
        self.at += 1
        return text

    def enum_value_name(self) -> str:
        """Return the name of an enum value that is next, or raise `SdlSyntaxError`."""
        if self.next in _CONSTANTS:
            found = self._describe(self.at)
            message = f"{found} is reserved and cannot be used for an enum value."
            self._raise(message)
        return self.name()

    def one_of(self, names: Collection[str]) -> str:
        """Return the name that is next and one of `names`, or raise `SdlSyntaxError`."""
        name = self.name()
        if name not in names:
            self._refuse_passed()
        return name

    def delimited_names(self, delimiter: str) -> list[tuple[str, Position]]:
        """Return names between which `delimiter` stands, which may also stand before them."""
        self.skips(delimiter)
        found: list[tuple[str, Position]] = []
        while True:
            position = self.at
            found.append((self.name(), position))
            if not self.skips(delimiter):
                return found

    def description(self) -> str | None:
        """Return the text of the description that is next, if one is."""
        text = self._texts[self.at]
        if not text.startswith('"'):
            return None
        self.at += 1
        return string_value(text)

    def type_reference(self) -> TypeReference:
        """Return the canonical text of the type that is next, or raise `SdlSyntaxError`."""
        depth = 0
        while self.skips("["):
            depth += 1
            self.check_depth(depth)
        reference = self.name()
        if self.skips("!"):
            reference += "!"
        for _ in range(depth):
            self.expect("]")
            reference = f"[{reference}]!" if self.skips("!") else f"[{reference}]"
        return reference

    def value(self, depth: int = 0) -> ConstValue:
        """Return the constant that is next, or raise `SdlSyntaxError`."""
        text = self._texts[self.at]
        if text.isidentifier():
            self.at += 1
            return _CONSTANTS[text] if text in _CONSTANTS else EnumLiteral(text)
        match text[:1]:
            case '"':
                self.at += 1
                return string_value(text)
            case "[":
                return self._list(depth + 1)
            case "{":
                return self._object(depth + 1)
            case first if first in _NUMBER_STARTS:
                return self._number(text)
            case _:
                return self._refuse_value()

    def directives(self, *, in_extension: bool = False) -> list[AppliedDirective]:
        """Return the uses of directives that are next."""
        found: list[AppliedDirective] = []
        while self._texts[self.at] == "@":
            position = self.at
            self.at += 1
            name = self.name()
            found.append(
                AppliedDirective(
                    name, self.arguments(f"@{name}"), position, in_extension=in_extension
                )
            )
        return found

    def input_values(
        self, brackets: str, owner: str, known: Collection[str] = ()
    ) -> dict[str, InputValue]:
        """Return the arguments or input fields of `owner` that are next between `brackets`."""
        values: dict[str, InputValue] = {}
        if not self.skips(brackets[0]):
            return values
        while True:
            value = self._input_value()
            name = value.name
            if name in values or name in known:
                self._report(f"`{name}` of `{owner}` is defined twice", value.position, owner)
            values[name] = value
            if self.skips(brackets[1]):
                return values

    def arguments(self, owner: str) -> dict[str, ConstValue]:
        """Return the arguments that are next, which the use of `owner` is given."""
        arguments: dict[str, ConstValue] = {}
        if not self.skips("("):
            return arguments
        while True:
            start = self.at
            name = self.name()
            self.expect(":")
            if name in arguments:
                message = f"argument `{name}` of `{owner}` is given twice"
                self._report(message, start)
            arguments[name] = self.value()
            if self.skips(")"):
                return arguments

    def refuse(self, expected: str | None = None) -> NoReturn:
        """Raise `SdlSyntaxError` because the next token is not `expected`, or does not fit."""
        found = self._describe(self.at)
        if expected is None:
            self._raise(f"Unexpected {found}.")
        self._raise(f"Expected {expected}, found {found}.")

    def _raise(self, message: str) -> NoReturn:
        raise SdlSyntaxError(message, *self.location(self.at))

    def check_depth(self, depth: int) -> None:
        """Raise `SdlSyntaxError` when `depth` lists, values or selections are too many."""
        if depth > _DEEPEST:
            self._raise("it is nested too deeply")

    def _input_value(self) -> InputValue:
        description = self.description()
        position = self.at
        name = self.name()
        self.expect(":")
        reference = self.type_reference()
        default = self.value() if self.skips("=") else ABSENT
        return InputValue(name, reference, default, description, self.directives(), position)

    def _list(self, depth: int) -> ConstValue:
        self.check_depth(depth)
        self.at += 1
        items: list[ConstValue] = []
        while not self.skips("]"):
            items.append(self.value(depth))
        return items

    def _object(self, depth: int) -> ConstValue:
        self.check_depth(depth)
        self.at += 1
        fields: dict[str, ConstValue] = {}
        while not self.skips("}"):
            name = self.name()
            self.expect(":")
            fields[name] = self.value(depth)
        return fields

    def _number(self, text: str) -> ConstValue:
        self.at += 1
        try:
            return number_from_text(text)
        except NumberTooLongError as error:
            message = f"the number {error}… is out of range"
            self._report(message, self.at - 1, remedy="write a smaller number")
            return None

    def _refuse_value(self) -> NoReturn:
        if self.next == "$":
            # Other parsers look at what follows first: it may not even be a token.
            self._describe(self.at + 1)
            name = self._texts[self.at + 1]
            if name.isidentifier():
                message = f"Unexpected variable '${name}' in constant value."
                self._raise(message)
        self.refuse()

    def _refuse_passed(self) -> NoReturn:
        # Other parsers look at what follows first: it may not even be a token.
        self._describe(self.at)
        self.at -= 1
        self.refuse()

    def _describe(self, index: int) -> str:
        """Return what messages call the token at `index`, or raise when it is none."""
        source = Source(self._source)
        try:
            token = Lexer(source).read_next_token(self._tokens.start(index))
        except GraphQLSyntaxError as error:
            message = error.message.removeprefix("Syntax Error: ")
            place = error.locations[0] if error.locations else None
            line, column = (place.line, place.column) if place else self.location(index)
            raise SdlSyntaxError(message, line, column) from error
        if token.value is not None:
            return f"{token.kind.value} '{token.value}'"
        return token.kind.value if token.kind is TokenKind.EOF else f"'{token.kind.value}'"
