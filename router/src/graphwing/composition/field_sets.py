"""Field sets: the selections inside `@key`, `@requires` and `@provides`, as flat tuples.

https://www.apollographql.com/docs/graphos/reference/federation/directives#fieldset
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from graphwing.composition.definitions import COMPOSITE_KINDS, FieldDefinition, TypeDefinition
from graphwing.composition.sdl_parser import SdlParser, SdlSyntaxError
from graphwing.composition.sdl_tokens import END
from graphwing.composition.type_reference import named_type
from graphwing.composition.values import ConstValue, print_value


class FieldSetError(Exception):
    """A field set that is no selection, or selects what does not exist."""


@dataclass(frozen=True, slots=True)
class SelectedField:
    """One field of a field set."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    selections: FieldSet = ()
    alias: str | None = None
    directives: tuple[str, ...] = ()
    values: tuple[tuple[str, ConstValue], ...] = ()

    def __hash__(self) -> int:
        """Hash what the field selects; how it is written does not matter."""
        return hash((self.name, self.arguments, self.selections))

    def __eq__(self, other: object) -> bool:
        """Compare what the field selects; how it is written does not matter."""
        if not isinstance(other, SelectedField):
            return NotImplemented
        mine = (self.name, self.arguments, self.selections)
        return mine == (other.name, other.arguments, other.selections)


@dataclass(frozen=True, slots=True)
class SelectedType:
    """A part of a field set for the type `condition` only, or for all without one."""

    condition: str | None
    selections: FieldSet
    directives: tuple[str, ...] = ()


FieldSet: TypeAlias = "tuple[SelectedField | SelectedType, ...]"


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> FieldSet:
    """Return the selections in `text`, or raise `FieldSetError` when it is no field set.

    >>> print_field_set(parse_field_set("{ id, org { id } }"))
    'id org { id }'
    """
    source = text.strip()
    if not source.startswith("{"):
        source = f"{{{source}}}"
    parser = SdlParser(source, _refuse)
    try:
        selections = _selections(parser)
        if parser.next != END:
            raise FieldSetError("is more than one selection of fields")
    except SdlSyntaxError as error:
        raise FieldSetError(f"is not a selection of fields: {error.message}") from error
    return selections


def _refuse(message: str, *_: object, **__: object) -> NoReturn:
    raise FieldSetError(f"cannot be read: {message}")


def _selections(parser: SdlParser, depth: int = 1) -> FieldSet:
    parser.check_depth(depth)
    parser.expect("{")
    found: list[SelectedField | SelectedType] = []
    while not parser.skips("}"):
        is_type = parser.skips("...")
        found.append(_selected_type(parser, depth) if is_type else _selected_field(parser, depth))
    # At the end they are not empty but unclosed, which is told by whoever reads on.
    if not found and depth > 1 and parser.next != END:
        raise FieldSetError("has braces with nothing in them")
    return tuple(found)


def _selected_field(parser: SdlParser, depth: int) -> SelectedField:
    name, alias = parser.name(), None
    if parser.skips(":"):
        name, alias = parser.name(), name
    values = tuple(parser.arguments(name).items())
    directives = tuple(directive.name for directive in parser.directives())
    return SelectedField(
        name,
        tuple((argument, print_value(value)) for argument, value in values),
        _selections(parser, depth + 1) if parser.next == "{" else (),
        alias,
        directives,
        values,
    )


def _selected_type(parser: SdlParser, depth: int) -> SelectedType:
    condition = parser.name() if parser.skips("on") else None
    if condition is None and parser.next.isidentifier():
        raise FieldSetError("uses a named fragment")
    directives = tuple(directive.name for directive in parser.directives())
    return SelectedType(condition, _selections(parser, depth + 1), directives)


def print_field_set(selections: FieldSet) -> str:
    """Return `selections` as text in one line, without outer braces."""
    parts: list[str] = []
    for selection in selections:
        match selection:
            case SelectedField():
                text = f"{selection.alias}: {selection.name}" if selection.alias else selection.name
                if selection.arguments:
                    pairs = ", ".join(f"{name}: {value}" for name, value in selection.arguments)
                    text += f"({pairs})"
            case SelectedType():
                text = f"... on {selection.condition}" if selection.condition else "..."
        if selection.selections:
            text += f" {{ {print_field_set(selection.selections)} }}"
        parts.append(text)
    return " ".join(parts)


def normalised(text: str) -> str:
    """Return the field set `text` in its standard spelling, or as it is when it does not parse."""
    try:
        return print_field_set(parse_field_set(text))
    except FieldSetError:
        return text


_CONTEXT_FIELD = re.compile(r"\s*\$\s*([_A-Za-z][_0-9A-Za-z]*)([\s\S]*)")


def split_context_field(text: str) -> tuple[str | None, str]:
    """Return context name and selection of a `ContextFieldValue`; no name when it is none.

    The selection is all text after the name, as it is written.

    >>> split_context_field("$user { name }")
    ('user', ' { name }')
    """
    match = _CONTEXT_FIELD.fullmatch(text)
    return (None, text) if match is None else (match[1], match[2])


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field that a field set reaches: the type it was reached on, and its definition there."""

    parent: TypeDefinition
    field: FieldDefinition
    selection: SelectedField
    is_nested: bool


def target_fields(
    selections: FieldSet, parent: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> Iterator[TargetField]:
    """Yield the fields that `selections` on `parent` reach, up to the first that does not exist.

    `__typename` is none of them, for no subgraph defines it.
    """
    for target in _targets(selections, parent, types):
        if target is None:
            return
        yield target


def selects_what_exists(
    text: ConstValue | None, parent: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> bool:
    """Return whether `text` is a field set of which `parent` has all fields."""
    if not isinstance(text, str):
        return False
    try:
        selections = parse_field_set(text)
    except FieldSetError:
        return False
    return bool(selections) and all(_targets(selections, parent, types))


def _targets(
    selections: FieldSet, parent: TypeDefinition, types: Mapping[str, TypeDefinition]
) -> Iterator[TargetField | None]:
    """Yield the fields that `selections` reach, and nothing for one that does not exist."""
    open_sets = [(iter(selections), parent, False)]
    while open_sets:
        rest, owner, nested = open_sets[-1]
        match next(rest, None):
            case None:
                open_sets.pop()
            case SelectedType() as selection:
                # A type that is not there narrows nothing down.
                target = types.get(selection.condition or "", owner)
                open_sets.append((iter(selection.selections), target, nested))
            case SelectedField() as selection:
                if selection.name == "__typename":
                    continue
                definition = owner.fields.get(selection.name)
                if definition is None:
                    yield None
                    continue
                yield TargetField(owner, definition, selection, nested)
                target = types.get(named_type(definition.type))
                if selection.selections and target is not None:
                    open_sets.append((iter(selection.selections), target, True))


def is_composite(definition: TypeDefinition | None) -> bool:
    """Return whether a selection on `definition` needs a sub-selection."""
    return definition is not None and definition.kind in COMPOSITE_KINDS
