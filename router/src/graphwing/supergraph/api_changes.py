"""What clients notice of a change of the API schema, and which of it breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    is_required_argument,
    is_required_input_field,
)
from graphql.utilities import (
    BreakingChange,
    BreakingChangeType,
    DangerousChange,
    DangerousChangeType,
    ResolvedDirectiveArgument,
    ResolvedFieldArgument,
    ResolvedInputField,
    find_schema_changes,
    resolve_schema_coordinate,
)


class Severity(Enum):
    """What a change does to clients."""

    BREAKING = "breaking"
    """Operations that were valid are not, or are answered with what clients cannot expect."""
    DANGEROUS = "dangerous"
    """Operations stay valid, and a client that is not prepared may still stumble."""


@dataclass(frozen=True, slots=True)
class ApiChange:
    """One change between two API schemas."""

    code: str
    severity: Severity
    message: str
    coordinate: str
    remedy: str


def api_changes(old: GraphQLSchema, new: GraphQLSchema) -> tuple[ApiChange, ...]:
    """Return the changes from `old` to `new` that clients may notice, breaking ones first."""
    found = [
        _api_change(change, new)
        for change in find_schema_changes(old, new)
        if isinstance(change, BreakingChange | DangerousChange)
        # A standard scalar goes when its last use does, and that is a change by itself.
        and not change.description.startswith("Standard scalar ")
    ]
    found += _now_one_of(old, new)
    return tuple(sorted(found, key=lambda it: it.severity is not Severity.BREAKING))


def _now_one_of(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[ApiChange]:
    """Yield the inputs of which clients may give only one field from now on."""
    for name, after in new.type_map.items():
        before = old.get_type(name)
        if (
            isinstance(before, GraphQLInputObjectType)
            and isinstance(after, GraphQLInputObjectType)
            and after.is_one_of
            and not before.is_one_of
        ):
            yield ApiChange(
                "ONE_OF_ADDED",
                Severity.BREAKING,
                f"`{name}` became `@oneOf`: exactly one of its fields can be given",
                name,
                "add an input of another name that is `@oneOf`",
            )


def _api_change(change: BreakingChange | DangerousChange, new: GraphQLSchema) -> ApiChange:
    coordinate = _coordinate(change)
    is_breaking = isinstance(change, BreakingChange)
    remedy = _REMEDIES[change.type]
    # What loses its default is required from now on, unless it is nullable.
    if change.type in _DEFAULT_CHANGES and _is_required(coordinate, new):
        is_breaking, remedy = True, _OPTIONAL
    return ApiChange(
        change.type.name,
        Severity.BREAKING if is_breaking else Severity.DANGEROUS,
        _sentence(change.description),
        coordinate,
        remedy,
    )


def _is_required(coordinate: str, schema: GraphQLSchema) -> bool:
    match resolve_schema_coordinate(schema, coordinate):
        case (
            ResolvedFieldArgument(field_argument=argument)
            | ResolvedDirectiveArgument(directive_argument=argument)
        ):
            return is_required_argument(argument)
        case ResolvedInputField(input_field=item):
            return is_required_input_field(item)
        case _:
            return False


# A directive, a member of a type, or an argument of one of them. Types stand by themselves.
_MEMBER = re.compile(r"@\w+(?:\(\w+:\))?|\w+\.\w+(?:\(\w+:\))?")
_TYPE = {
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: re.compile(r"union type (\w+)"),
    DangerousChangeType.TYPE_ADDED_TO_UNION: re.compile(r"union type (\w+)"),
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED: re.compile(r"implemented by (\w+)"),
}
_DEFAULT_CHANGES = frozenset(
    {
        DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
        DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
    }
)
_FIRST_WORD = re.compile(r"(\w+)")


def _coordinate(change: BreakingChange | DangerousChange) -> str:
    """Return the coordinate that the description is about; the library gives it in prose only."""
    member = _MEMBER.search(change.description)
    if member is not None:
        return member[0]
    named = _TYPE.get(change.type, _FIRST_WORD).search(change.description)
    return named[1] if named is not None else ""


_NAME = re.compile(r"(@\w+(?:\(\w+:\))?|\w+\.\w+(?:\(\w+:\))?)")


def _sentence(description: str) -> str:
    """Return `description` as messages are written here: names in backticks, no full stop."""
    text = _NAME.sub(r"`\1`", description.removesuffix("."))
    first, _, rest = text.partition(" ")
    if first in _PROSE:
        return f"{first.lower()} {rest}"
    return text if first.startswith("`") else f"`{first}` {rest}"


_PROSE = frozenset({"A", "An", "Argument", "Directive", "Enum", "Field", "Repeatable"})

_DEPRECATE = "keep it, marked `@deprecated`, until no client uses it"
_OPTIONAL = "make it nullable, or give it a default"
_KEEP_TYPE = "keep the type, and add a field of the new type under another name"
_KEEP = "keep it until no client uses it"
_PREPARE = "make sure that clients take what they do not know"
_SAME_MEANING = "make sure that leaving it out means what it did"
_REMEDIES: dict[BreakingChangeType | DangerousChangeType, str] = {
    BreakingChangeType.TYPE_REMOVED: "keep the type until no client uses it",
    BreakingChangeType.TYPE_CHANGED_KIND: "give the new type another name",
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: "keep the member until no client asks for it",
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM: _DEPRECATE,
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: _OPTIONAL,
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED: "keep the interface on the type",
    BreakingChangeType.FIELD_REMOVED: _DEPRECATE,
    BreakingChangeType.FIELD_CHANGED_KIND: _KEEP_TYPE,
    BreakingChangeType.REQUIRED_ARG_ADDED: _OPTIONAL,
    BreakingChangeType.ARG_REMOVED: "keep the argument until no client gives it",
    BreakingChangeType.ARG_CHANGED_KIND: "keep the type, and add an argument under another name",
    BreakingChangeType.DIRECTIVE_REMOVED: _KEEP,
    BreakingChangeType.DIRECTIVE_ARG_REMOVED: _KEEP,
    BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED: _OPTIONAL,
    BreakingChangeType.DIRECTIVE_REPEATABLE_REMOVED: "keep it repeatable",
    BreakingChangeType.DIRECTIVE_LOCATION_REMOVED: "keep the location",
    DangerousChangeType.VALUE_ADDED_TO_ENUM: _PREPARE,
    DangerousChangeType.TYPE_ADDED_TO_UNION: _PREPARE,
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED: _SAME_MEANING,
    DangerousChangeType.OPTIONAL_ARG_ADDED: _SAME_MEANING,
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED: _PREPARE,
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE: _SAME_MEANING,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE: _SAME_MEANING,
}
