"""Complete the response: the merged answers as the API schema and the operation want them.

https://spec.graphql.org/October2021/#sec-Value-Completion
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLSchema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
)

from graphwing.errors import AccessRefusedError
from graphwing.execution.leaves import INVALID
from graphwing.execution.shape import (
    FieldShape,
    IntrospectionShape,
    LeafShape,
    ListShape,
    ObjectShape,
    TypenameShape,
    ValueShape,
    WithheldShape,
)
from graphwing.execution.tree import Absent, Object, Value

INVALID_ANSWER = "INVALID_SUBGRAPH_ANSWER"
"""The code of the errors that completion finds: a subgraph broke the promise of its schema."""


class Completion:
    """Completes one response; finds what the subgraphs' answers violate on the way."""

    def __init__(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self.errors: list[dict[str, Any]] = []
        self._schema = schema
        self._variables = variables
        self._path: list[str | int] = []

    def data(self, shape: ObjectShape, root: Object) -> Object | None:
        """Return `data` in the operation's order, or nothing if a null reached the root."""
        return self._object(shape, root, shape.type_name)

    def _object(self, shape: ObjectShape, value: Value, coordinate: str) -> Object | None:
        if not isinstance(value, dict):
            return self._report(f"`{coordinate}` is not an object")
        typename = value.get("__typename")
        runtime_type = shape.runtime_type(typename)
        if runtime_type is None:
            if isinstance(typename, Absent):
                return self._note_absence(typename)
            return self._report(f"`{coordinate}` is of a type that the schema does not have there")
        return self._fields(shape, runtime_type, shape.fields_of(runtime_type), value)

    def _fields(
        self, shape: ObjectShape, runtime_type: str, fields: Sequence[FieldShape], value: Object
    ) -> Object | None:
        completed: Object = {}
        for response_key, of_field, field_shape in fields:
            match field_shape:
                case TypenameShape() if runtime_type in shape.possible:
                    completed[response_key] = runtime_type
                case TypenameShape():
                    return self._report(f"the type of a `{shape.type_name}` is not known")
                case IntrospectionShape():
                    completed[response_key] = self._introspection(field_shape)
                case WithheldShape():
                    self._report_withheld(response_key, of_field)
                    if not field_shape.nullable:
                        return None
                    completed[response_key] = None
                case _:
                    self._path.append(response_key)
                    found = value[response_key] if response_key in value else _cause_in(value)
                    result = self._value(field_shape, found, of_field)
                    self._path.pop()
                    if result is None and not field_shape.nullable:
                        return None
                    completed[response_key] = result
        return completed

    def _value(
        self,
        shape: ValueShape,
        value: Value,
        coordinate: str,
    ) -> Value:
        """Complete one value; when it is null against its shape, the caller passes that on."""
        if value is None:
            if not shape.nullable:
                self._report(f"cannot return null for non-nullable `{coordinate}`")
            return None
        if isinstance(value, Absent):
            return self._note_absence(value)
        match shape:
            case LeafShape():
                return self._leaf(shape, value, coordinate)
            case ObjectShape():
                return self._object(shape, value, coordinate)
            case ListShape():
                return self._list(shape, value, coordinate)

    def _leaf(self, shape: LeafShape, value: Value, coordinate: str) -> Value:
        if shape.read is None:
            return value
        read = shape.read(value)
        if read is INVALID:
            return self._report(f"`{coordinate}` has a value that is no `{shape.type_name}`")
        return read

    def _list(self, shape: ListShape, value: Value, coordinate: str) -> list[Value] | None:
        if not isinstance(value, list):
            return self._report(f"`{coordinate}` is not a list")
        completed: list[Value] = []
        for index, item in enumerate(value):
            self._path.append(index)
            result = self._value(shape.item, item, coordinate)
            self._path.pop()
            if result is None and not shape.item.nullable:
                return None
            completed.append(result)
        return completed

    def _introspection(self, shape: IntrospectionShape) -> Value:
        result = execute_sync(self._schema, shape.document, variable_values=dict(self._variables))
        self.errors.extend({**error.formatted} for error in result.errors or ())
        return (result.data or {}).get(shape.response_key)

    def _note_absence(self, absent: Absent) -> None:
        """Tell the failure that its error belongs here."""
        if absent.failure is not None:
            absent.failure.missing.append(tuple(self._path))

    def _report_withheld(self, response_key: str, coordinate: str) -> None:
        self.errors.append(
            {
                "message": f"you may not read `{coordinate}`",
                "path": [*self._path, response_key],
                "extensions": {"code": AccessRefusedError.code},
            }
        )

    def _report(self, message: str) -> None:
        self.errors.append(
            {"message": message, "path": [*self._path], "extensions": {"code": INVALID_ANSWER}}
        )


def _cause_in(value: Object) -> Absent | None:
    """Return why a field was never asked for: a key of its object did not come, if one did not."""
    for sibling in value.values():
        if isinstance(sibling, Absent) and sibling.failure is not None:
            return sibling
    return None
