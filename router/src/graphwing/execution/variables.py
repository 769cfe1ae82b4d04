"""Read the variables of a request: plain scalars at once, all others as graphql-core does.

https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import (
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    VariableDefinitionNode,
    get_variable_values,
)

from graphwing.errors import VariablesInvalidError

_FAULTS_SHOWN = 50
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_PLAIN: Mapping[str, type] = {"Boolean": bool, "ID": str, "Int": int, "String": str}
_MISSING = object()


class _Plain(NamedTuple):
    """A variable whose value, if it is of this type, is what JSON has it to be."""

    name: str
    type: type
    nullable: bool
    has_default: bool


class Variables:
    """The variables that one operation defines; made once."""

    __slots__ = ("_definitions", "_hides_suggestions", "_plain", "_require", "_schema")

    def __init__(
        self,
        schema: GraphQLSchema,
        definitions: Sequence[VariableDefinitionNode],
        *,
        hides_suggestions: bool = False,
        require: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """Take the definitions; what may have been meant is not told if it `hides_suggestions`.

        `require` raises an error for what is not worth coercing; plain scalars are at once.
        """
        self._hides_suggestions = hides_suggestions
        self._require = require
        self._schema = schema
        self._definitions = definitions
        plain = [_plain(definition) for definition in definitions]
        known = [one for one in plain if one is not None]
        self._plain = known if len(known) == len(plain) else None

    def read(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return `raw` coerced, with defaults.

        Raises `VariablesInvalidError`, and what is required beside that.
        """
        if not self._definitions:
            return {}
        values = self._read_plain(raw)
        if values is not None:
            return values
        if self._require is not None:
            self._require(raw)
        coerced = get_variable_values(
            self._schema, self._definitions, dict(raw), _FAULTS_SHOWN, self._hides_suggestions
        )
        if isinstance(coerced, list):
            raise VariablesInvalidError([{**error.formatted} for error in coerced])
        return coerced.coerced

    def _read_plain(self, raw: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the values if all are plain: of their types, or allowed to be missing or null."""
        if self._plain is None:
            return None
        values: dict[str, Any] = {}
        for name, of_type, nullable, has_default in self._plain:
            value = raw.get(name, _MISSING)
            if type(value) is of_type:
                if of_type is int and not _INT_MIN <= value <= _INT_MAX:
                    return None
                values[name] = value
            elif value is None and nullable:
                values[name] = None
            elif value is not _MISSING or has_default or not nullable:
                return None
        return values


def _plain(definition: VariableDefinitionNode) -> _Plain | None:
    node = definition.type
    nullable = not isinstance(node, NonNullTypeNode)
    if isinstance(node, NonNullTypeNode):
        node = node.type
    of_type = _PLAIN.get(node.name.value) if isinstance(node, NamedTypeNode) else None
    if of_type is None:
        return None
    has_default = definition.default_value is not None
    return _Plain(definition.variable.name.value, of_type, nullable, has_default)
