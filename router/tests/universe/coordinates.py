"""Which fields of the schema stand behind each response key of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    is_object_type,
)

from universe.input_values import type_text
from universe.joined import Coordinate
from universe.monolith import named

_Keys = tuple[str, ...]


def coordinates_by_path(
    schema: GraphQLSchema, document: DocumentNode
) -> Mapping[_Keys, set[Coordinate]]:
    """Return, by path of response keys, the fields of object types that may be found there."""
    collector = _Collector(schema, document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root
            collector.collect(definition.selection_set, {root.name}, ())
    return collector.found


class _Collector:
    """Walks an operation with the object types that are possible at each place."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.found: dict[_Keys, set[Coordinate]] = {}
        self._schema = schema
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def collect(self, selections: SelectionSetNode, types: set[str], path: _Keys) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                self._field(selection, types, path)
                continue
            fragment = (
                self._fragments[selection.name.value]
                if isinstance(selection, FragmentSpreadNode)
                else cast("InlineFragmentNode", selection)
            )
            on = fragment.type_condition
            narrowed = types & self._possible(on.name.value) if on else types
            self.collect(fragment.selection_set, narrowed, path)

    def _field(self, selection: FieldNode, types: set[str], path: _Keys) -> None:
        name = selection.name.value
        keys = (*path, selection.alias.value if selection.alias else name)
        self.found.setdefault(keys, set())
        for typename in types:
            parent = cast("GraphQLObjectType", self._schema.type_map[typename])
            definition = parent.fields.get(name)
            if definition is not None:
                self.found[keys].add((typename, name))
                if selection.selection_set:
                    target = named(type_text(definition))
                    self.collect(selection.selection_set, self._possible(target), keys)

    def _possible(self, name: str) -> set[str]:
        of_type = self._schema.type_map[name]
        if is_object_type(of_type):
            return {name}
        abstract = cast("GraphQLAbstractType", of_type)
        return {each.name for each in self._schema.get_possible_types(abstract)}
