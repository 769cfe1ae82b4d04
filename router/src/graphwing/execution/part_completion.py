"""Complete one part of a response, and note what is to be sent later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from graphwing.execution.completion import Completion
from graphwing.execution.shape import DeferredFields, FieldShape, ObjectShape, ValueShape
from graphwing.execution.tree import Absent, Failure, Object, ResponsePath, Value


@dataclass(frozen=True, slots=True)
class Later:
    """An object of the response that has something to be sent later."""

    path: ResponsePath
    shape: ObjectShape
    runtime_type: str
    value: Object
    deferred: DeferredFields

    @property
    def is_typed(self) -> bool:
        """Return whether it is known what type the object has, not only an interface of it."""
        return self.runtime_type in self.shape.possible


class PartCompletion(Completion):
    """Completes the part of a response below one object."""

    def __init__(
        self, schema: GraphQLSchema, variables: Mapping[str, Any], path: ResponsePath = ()
    ) -> None:
        super().__init__(schema, variables)
        self.later: list[Later] = []
        """What is to be sent later of all objects that are in the response, in its order."""
        self.met: dict[int, Failure] = {}
        """Failures that explain what is missing, by identity."""
        self._path.extend(path)

    def part(
        self,
        shape: ObjectShape,
        runtime_type: str,
        fields: Sequence[FieldShape],
        value: Object,
    ) -> Object | None:
        """Return some fields of an object, or nothing if a null took it all."""
        completed = super()._fields(shape, runtime_type, fields, value)
        if completed is None:
            self.later.clear()
        return completed

    def _fields(
        self, shape: ObjectShape, runtime_type: str, fields: Sequence[FieldShape], value: Object
    ) -> Object | None:
        deferred = shape.deferred_of(runtime_type)
        if deferred is not None:
            path = tuple(self._path)
            self.later.append(Later(path, shape, runtime_type, value, deferred))
        return super()._fields(shape, runtime_type, fields, value)

    def _note_absence(self, absent: Absent) -> None:
        super()._note_absence(absent)
        if absent.failure is not None:
            self.met[id(absent.failure)] = absent.failure

    def _value(self, shape: ValueShape, value: Value, coordinate: str) -> Value:
        before = len(self.later)
        completed = super()._value(shape, value, coordinate)
        if completed is None:
            del self.later[before:]
        return completed
