"""All responses that an API can give to an operation, and whether a client can read them.

Responses come of running the operation with graphql-core, once for every choice of the types that
objects can have, and once more for each place that can be null. A client reads what the API that it
was written for promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, cast

import graphql
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
    is_leaf_type,
)

_Path = tuple[str | int, ...]
_execute = cast("Any", graphql).execute_sync
_MOST_RUNS = 60
_VALUES: dict[str, object] = {"Int": 1, "Float": 1.5, "String": "s", "ID": "i", "E": "X"}


class TooManyError(Exception):
    """There are too many responses to look at all."""


@dataclass(slots=True)
class Response:
    """What came, and which types the objects in it have."""

    data: dict[str, Any]
    types: dict[_Path, str]
    variables: dict[str, bool]


def responses(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Response]:
    """Yield the responses, or raise `TooManyError`."""
    runs = 0
    for p, q in product((True, False), repeat=2):
        choices: dict[_Path, int] | None = {}
        while choices is not None:
            run = _Run(schema, choices)
            yield run.response(document, {"p": p, "q": q})
            for path in run.nullable:
                alone = _Run(schema, choices, null_at=path)
                yield alone.response(document, {"p": p, "q": q})
            runs += 1 + len(run.nullable)
            if runs > _MOST_RUNS:
                raise TooManyError
            choices = run.next_choices()


@dataclass(slots=True)
class _Run:
    """Answers with values of the types that are wanted, and types of objects as they are chosen."""

    schema: GraphQLSchema
    choices: dict[_Path, int]
    null_at: _Path | None = None
    options: dict[_Path, int] = field(default_factory=dict[_Path, int])
    nullable: list[_Path] = field(default_factory=list[_Path])
    types: dict[_Path, str] = field(default_factory=dict[_Path, str])

    def response(self, document: DocumentNode, variables: dict[str, bool]) -> Response:
        self.types[()] = "Query"
        result = _execute(
            self.schema,
            document,
            variable_values=variables,
            field_resolver=self._resolve,
            type_resolver=self._type,
        )
        assert result.errors is None
        assert result.data is not None
        return Response(result.data, self.types, variables)

    def next_choices(self) -> dict[_Path, int] | None:
        """Return the choices of the run that comes next, or nothing after the last."""
        chosen = {path: self.choices.get(path, 0) for path in self.options}
        for path in reversed(list(self.options)):
            if chosen[path] + 1 < self.options[path]:
                chosen[path] += 1
                return chosen
            del chosen[path]
        return None

    def _resolve(self, _: object, info: object) -> object:
        known = cast("Any", info)
        return self._value(known.return_type, tuple(known.path.as_list()))

    def _type(self, path: _Path, *_: object) -> str:
        return self.types[path]

    def _value(self, of_type: object, path: _Path) -> object:
        if isinstance(of_type, GraphQLNonNull):
            of_type = cast("Any", of_type).of_type
        else:
            self.nullable.append(path)
            if path == self.null_at:
                return None
        if isinstance(of_type, GraphQLList):
            return [self._value(cast("Any", of_type).of_type, (*path, 0))]
        named = cast("Any", of_type).name
        if is_leaf_type(of_type):
            return _VALUES[named]
        possible = [named]
        if is_abstract_type(of_type):
            possible = sorted(it.name for it in self.schema.get_possible_types(of_type))
            self.options[path] = len(possible)
        self.types[path] = possible[self.choices.get(path, 0)]
        return path


@dataclass(slots=True)
class Client:
    """Reads a response as the API promised it that the client was written for."""

    schema: GraphQLSchema
    document: DocumentNode
    response: Response

    def can_read(self) -> bool:
        """Return whether all is there that was promised, and of the type that was promised."""
        [operation] = [
            it for it in self.document.definitions if isinstance(it, OperationDefinitionNode)
        ]
        return self._object((), "Query", "Query", operation.selection_set, self.response.data)

    def _value(
        self, path: _Path, of_type: object, selected: SelectionSetNode | None, value: object
    ) -> bool:
        if isinstance(of_type, GraphQLNonNull):
            inside = cast("Any", of_type).of_type
            return value is not None and self._value(path, inside, selected, value)
        if value is None:
            return True
        if isinstance(of_type, GraphQLList):
            inside = cast("Any", of_type).of_type
            return isinstance(value, list) and self._value(
                (*path, 0), inside, selected, cast("Any", value)[0]
            )
        if selected is None:
            return value == _VALUES[cast("Any", of_type).name]
        named = cast("Any", of_type).name
        return isinstance(value, dict) and self._object(
            path, named, named, selected, cast("Any", value)
        )

    def _object(
        self,
        path: _Path,
        expected: str,
        parent: str,
        selected: SelectionSetNode,
        value: dict[str, Any],
    ) -> bool:
        for selection in cast("Any", selected.selections):
            if not _is_asked_for(selection, self.response.variables):
                continue
            if isinstance(selection, FieldNode):
                if not self._field(path, parent, selection, value):
                    return False
                continue
            is_inline = isinstance(selection, InlineFragmentNode)
            fragment = selection if is_inline else self._fragments()[selection.name.value]
            condition = cast("Any", fragment).type_condition.name.value
            if self._counts_on(condition, expected, self.response.types[path]) and not self._object(
                path, expected, condition, fragment.selection_set, value
            ):
                return False
        return True

    def _field(self, path: _Path, parent: str, node: FieldNode, value: dict[str, Any]) -> bool:
        key = node.alias.value if node.alias else node.name.value
        if key not in value or node.name.value == "__typename":
            return key in value
        of_type = cast("Any", self.schema.get_type(parent)).fields[node.name.value].type
        return self._value((*path, key), of_type, node.selection_set, value[key])

    def _fragments(self) -> dict[str, FragmentDefinitionNode]:
        definitions = self.document.definitions
        fragments = [it for it in definitions if isinstance(it, FragmentDefinitionNode)]
        return {it.name.value: it for it in fragments}

    def _counts_on(self, condition: str, expected: str, actual: str) -> bool:
        """Return whether a fragment selects of an object that is there as `expected`."""
        if actual in self._possible(expected):
            return actual in self._possible(condition)
        if condition == expected or self._possible(expected) == {expected}:
            return expected in (condition, *self._possible(condition))
        return condition in {
            it.name for it in getattr(self.schema.get_type(expected), "interfaces", ())
        }

    def _possible(self, name: str) -> set[str]:
        named = self.schema.get_type(name)
        if is_abstract_type(named):
            return {it.name for it in self.schema.get_possible_types(named)}
        return {name}


def _is_asked_for(selection: SelectionNode, variables: dict[str, bool]) -> bool:
    for directive in cast("Any", selection).directives or ():
        if variables[directive.arguments[0].value.name.value] is (directive.name.value == "skip"):
            return False
    return True
