"""Random input values, as GraphQL literals and as the variables of an operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    is_required_argument,
    is_required_input_field,
)

from universe.monolith import named
from universe.values import Value

_SAMPLES: Mapping[str, tuple[Value, ...]] = {
    "Int": (0, 1, -7, 2**31 - 1),
    "Float": (0.5, 3, -1.25, 1e21),
    "String": ("", "x", 'a "b" \\ c', "달빛\n공장"),
    "Boolean": (True, False),
    "ID": ("1", "x-1", 7),
}
_CUSTOM: tuple[Value, ...] = (1, "x", [1, {"a": None}], {"b": {"c": 2.5}}, 2**60)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation, and the value it is given."""

    type: str
    default: str | None
    value: Value
    given: bool


@dataclass(slots=True)
class InputWriter:
    """Writes arguments and conditions; collects the variables that they use."""

    random: Random
    schema: GraphQLSchema
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])

    def arguments(self, definition: GraphQLField) -> str:
        """Return what to write behind a field's name."""
        given: list[str] = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self.random.random() < 0.6:
                given.append(f"{name}: {self._argument(argument)}")
        return f"({', '.join(given)})" if given else ""

    def condition(self, directive: str) -> str:
        """Return what to write behind `if:`."""
        random = self.random
        if random.random() < 0.2:
            return random.choice(("true", "false"))
        # Few names, so that conditions meet: on one field, nested, and on siblings.
        name = f"{random.choice('xyz')}{random.choice(('', directive[0]))}"
        if name not in self.variables:
            default = random.choice((None, None, "true", "false"))
            value = random.choice((True, False))
            given = default is None or random.random() < 0.5
            self.variables[name] = Variable("Boolean!", default, value, given)
        return f"${name}"

    def _argument(self, argument: GraphQLArgument) -> str:
        """Return a literal or a variable; a default makes a nullable variable good enough."""
        type_ = type_text(argument)
        if self.random.random() < 0.5:
            return self._written(self._value(type_), type_, inside=True)
        if type_.endswith("!") and argument.default is not None and self.random.random() < 0.5:
            return self._new_variable(type_.removesuffix("!"), may_be_null=False)
        return self._variable(type_)

    def _variable(self, type_: str) -> str:
        for name, each in self.variables.items():
            if each.type == type_ and self.random.random() < 0.3:
                return f"${name}"
        return self._new_variable(type_, may_be_null=not type_.endswith("!"))

    def _new_variable(self, type_: str, *, may_be_null: bool) -> str:
        random = self.random
        wanted = type_ if may_be_null or type_.endswith("!") else f"{type_}!"
        default = None
        if random.random() < 0.25:
            default = self._written(self._value(wanted), wanted, inside=False)
        optional = default is not None or not type_.endswith("!")
        given = not optional or random.random() < 0.7
        name = f"v{len(self.variables)}"
        self.variables[name] = Variable(type_, default, self._value(wanted), given)
        return f"${name}"

    def _value(self, type_: str) -> Value:
        """Return a JSON value of an input type."""
        random = self.random
        if not type_.endswith("!") and random.random() < 0.15:
            return None
        type_ = type_.removesuffix("!")
        if type_.startswith("["):
            item = type_[1:-1]
            if random.random() < 0.1:
                # One value stands for a list of one, but null for no list at all.
                return self._value(item if item.endswith("!") else f"{item}!")
            return [self._value(item) for _ in range(random.randint(0, 2))]
        of_type = self.schema.type_map[type_]
        if isinstance(of_type, GraphQLInputObjectType):
            return {
                name: self._value(type_text(each))
                for name, each in of_type.fields.items()
                if is_required_input_field(each) or random.random() < 0.5
            }
        if isinstance(of_type, GraphQLEnumType):
            return random.choice(list(of_type.values))
        return random.choice(_SAMPLES.get(type_, _CUSTOM))

    def _written(self, value: Value, type_: str, *, inside: bool) -> str:
        """Return a value as a literal; `inside` an input object a variable may stand."""
        type_ = type_.removesuffix("!")
        if type_.startswith("[") and isinstance(value, list):
            texts = [self._written(each, type_[1:-1], inside=inside) for each in value]
            return f"[{', '.join(texts)}]"
        of_type = self.schema.type_map[named(type_)]
        if isinstance(of_type, GraphQLInputObjectType) and isinstance(value, Mapping):
            pairs = [
                f"{name}: {self._inner(each, of_type.fields[name], inside=inside)}"
                for name, each in value.items()
            ]
            return f"{{{', '.join(pairs)}}}"
        if isinstance(of_type, GraphQLEnumType) and isinstance(value, str):
            return value
        return _literal(value)

    def _inner(self, value: Value, definition: GraphQLInputField, *, inside: bool) -> str:
        type_ = type_text(definition)
        if inside and self.random.random() < 0.2:
            return self._variable(type_)
        return self._written(value, type_, inside=inside)


def type_text(definition: GraphQLField | GraphQLArgument | GraphQLInputField) -> str:
    """Return a type reference as text, which is easier to take apart than as types."""
    return str(definition.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _literal(value: Value) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_literal(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return json.dumps(value, ensure_ascii=False)
