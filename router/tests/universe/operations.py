"""Random operations on an API schema: valid by construction, with variables and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_abstract_type,
)

from universe.input_values import InputWriter, type_text
from universe.monolith import named
from universe.values import Value

_Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class RandomOperation:
    """A document with one operation, and values for its variables."""

    text: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class _Signature:
    """What decides whether fields may share a response key."""

    name: str
    arguments: str
    shape: str
    """The type, without the names of composite types."""
    parent: str | None
    """The object type it is selected on, if it is one."""

    def mergeable(self, other: _Signature) -> bool:
        """The same field, or of one shape on objects that exclude each other."""
        same = (self.name, self.arguments) == (other.name, other.arguments)
        exclusive = self.parent and other.parent and self.parent != other.parent
        return self.shape == other.shape and bool(same or exclusive)


@dataclass(slots=True)
class _Scope:
    """What the response keys of one object stand for; fragments of one object share it."""

    fields: dict[str, list[_Signature]] = field(default_factory=dict[str, list[_Signature]])
    inner: dict[str, _Scope] = field(default_factory=dict[str, "_Scope"])

    def take(self, wanted: str, name: str, signature: _Signature) -> tuple[str, _Scope]:
        """Return a key under which a field may stand beside the others, and the scope below."""
        for key in (wanted, *(f"{name.strip('_')}_{number}" for number in range(50))):
            known = self.fields.setdefault(key, [])
            if all(signature.mergeable(each) for each in known):
                known.append(signature)
                return key, self.inner.setdefault(key, _Scope())
        raise AssertionError("50 aliases of one field are taken")


def random_operation(random: Random, schema: GraphQLSchema, size: int = 24) -> RandomOperation:
    """Return an operation of about `size` fields at most."""
    return _Writer(random, schema, size).operation()


class _Writer:
    """Writes one operation; everything random comes from `random`."""

    def __init__(self, random: Random, schema: GraphQLSchema, size: int) -> None:
        self._random = random
        self._schema = schema
        self._left = random.randint(3, size)
        self._inputs = InputWriter(random, schema)
        self._fragments: list[str] = []

    def operation(self) -> RandomOperation:
        kind, root = self._root()
        body = self._event(root) if kind == "subscription" else self._selections(root, _Scope(), 0)
        variables = self._inputs.variables
        heads = [
            f"${name}: {each.type}" + ("" if each.default is None else f" = {each.default}")
            for name, each in variables.items()
        ]
        head = f"({', '.join(heads)})" if heads else ""
        text = f"{kind} Random{head} {body}"
        given = {name: each.value for name, each in variables.items() if each.given}
        return RandomOperation("\n".join([text, *self._fragments]), given)

    def _root(self) -> tuple[str, GraphQLObjectType]:
        schema, roll = self._schema, self._random.random()
        assert schema.query_type
        if schema.subscription_type and roll < 0.15:
            return "subscription", schema.subscription_type
        if schema.mutation_type and roll < 0.4:
            return "mutation", schema.mutation_type
        return "query", schema.query_type

    def _event(self, root: GraphQLObjectType) -> str:
        """Return the braces of a subscription: one field that is always there."""
        name = self._random.choice(list(root.fields))
        definition = root.fields[name]
        arguments = self._inputs.arguments(definition)
        target = self._schema.type_map[named(type_text(definition))]
        below = self._selections(target, _Scope(), 1) if isinstance(target, _Composite) else ""
        return f"{{\n  {name}{arguments} {below}\n}}"

    def _introspection(self, scope: _Scope) -> str:
        """Ask about the schema itself, beside data."""
        name = self._random.choice(list(self._schema.type_map))
        asked, below = self._random.choice(
            (
                ("__schema", "queryType { name fields { name isDeprecated } }"),
                (f'__type(name: "{name}")', "kind name fields { name args { name } }"),
            )
        )
        signature = _Signature(asked.partition("(")[0], asked, asked, "Query")
        key, _ = scope.take("meta", "meta", signature)
        return f"{key}: {asked} {{ {below} }}"

    def _selections(self, parent: _Composite, scope: _Scope, depth: int) -> str:
        """Return the braces of a selection set with at least one selection."""
        count = self._random.randint(1, 4)
        found = [self._selection(parent, scope, depth) for _ in range(count)]
        texts = [each for each in found if each] or [self._typename(scope)]
        if len(texts) > 1 and self._random.random() < 0.04:
            texts.append(texts[0])
        indent = "  " * depth
        lines = "".join(f"{indent}  {each}\n" for each in texts)
        return f"{{\n{lines}{indent}}}"

    def _selection(self, parent: _Composite, scope: _Scope, depth: int) -> str | None:
        roll = self._random.random()
        if parent is self._schema.query_type and depth == 0 and roll < 0.02:
            return self._introspection(scope)
        if roll < 0.06:
            return self._typename(scope)
        if roll < (0.55 if is_abstract_type(parent) else 0.16) and depth <= _DEPTH:
            return self._fragment(parent, scope, depth)
        if isinstance(parent, GraphQLUnionType):
            return None
        name = self._random.choice(list(parent.fields))
        return self._field(parent, name, parent.fields[name], scope, depth)

    def _typename(self, scope: _Scope) -> str:
        wanted = self._random.choice(("__typename", "__typename", "kind"))
        signature = _Signature("__typename", "", "String!", None)
        key, _ = scope.take(wanted, "__typename", signature)
        return "__typename" if key == "__typename" else f"{key}: __typename"

    def _field(
        self, parent: _Composite, name: str, definition: GraphQLField, scope: _Scope, depth: int
    ) -> str | None:
        random = self._random
        shape = type_text(definition)
        target = self._schema.type_map[named(shape)]
        composite = isinstance(target, _Composite)
        if self._left <= 0 or (composite and depth >= _DEPTH):
            return None
        self._left -= 1
        arguments = self._inputs.arguments(definition)
        if composite:
            shape = shape.replace(target.name, "*")
        on = parent.name if isinstance(parent, GraphQLObjectType) else None
        wanted = name if random.random() < 0.75 else random.choice(("a", "b", "id", "name", "__a"))
        key, inner = scope.take(wanted, name, _Signature(name, arguments, shape, on))
        text = (name if key == name else f"{key}: {name}") + arguments + self._conditions()
        return f"{text} {self._selections(target, inner, depth + 1)}" if composite else text

    def _fragment(self, parent: _Composite, scope: _Scope, depth: int) -> str:
        """Return an inline fragment or a spread, on the type itself or one that overlaps it."""
        random = self._random
        possible = self._possible(parent)
        overlapping = [
            each
            for each in self._schema.type_map.values()
            if isinstance(each, _Composite) and possible & self._possible(each)
        ]
        condition = random.choice([*overlapping, parent])
        body = self._selections(condition, scope, depth + 1)
        on = "" if condition is parent and random.random() < 0.4 else f" on {condition.name}"
        if on and random.random() < 0.25:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name}{on} {body}")
            return f"...{name}{self._conditions()}"
        return f"...{on}{self._conditions()} {body}"

    def _possible(self, each: _Composite) -> set[str]:
        if isinstance(each, GraphQLObjectType):
            return {each.name}
        return {found.name for found in self._schema.get_possible_types(each)}

    def _conditions(self) -> str:
        return "".join(
            f" @{directive}(if: {self._inputs.condition(directive)})"
            for directive in ("skip", "include")
            if self._random.random() < 0.07
        )
