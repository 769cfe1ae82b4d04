"""Make a failing case small: take away whatever it fails without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    SchemaExtensionNode,
    SelectionSetNode,
    StringValueNode,
    parse,
    print_ast,
)

from universe.case import Case

_Edit = Callable[[], None]


def shrink(case: Case, fails: Callable[[Case], bool], *, attempts: int = 1500) -> Case:
    """Return a part of `case` for which `fails` still holds; tries so many times at most."""
    left = attempts
    changed = True
    while changed and left > 0:
        changed = False
        for part in ("operation", *case.subgraphs):
            index = 0
            while left > 0:
                candidate = _candidate(case, part, index)
                if candidate is None:
                    break
                left -= 1
                if candidate != case and fails(candidate):
                    case, changed = candidate, True
                else:
                    index += 1
    return _tidy(case, fails)


def _tidy(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Leave out variables that the operation no longer has."""
    named = {name: value for name, value in case.variables.items() if f"${name}" in case.operation}
    tidied = replace(case, variables=named)
    return tidied if fails(tidied) else case


def _candidate(case: Case, part: str, index: int) -> Case | None:
    """Return `case` after the edit of this index to its operation or a subgraph."""
    if part == "operation":
        text = _edited(case.operation, index)
        return None if text is None else replace(case, operation=text)
    if index == 0:
        return replace(case, subgraphs=_without(case.subgraphs, part))
    text = _edited(case.subgraphs[part], index - 1) if part in case.subgraphs else None
    return None if text is None else replace(case, subgraphs={**case.subgraphs, part: text})


def _without(subgraphs: Mapping[str, str], name: str) -> dict[str, str]:
    return {each: sdl for each, sdl in subgraphs.items() if each != name}


def _edited(text: str, index: int) -> str | None:
    """Return a document after its edit of this index, or nothing if it has fewer."""
    if not text.strip():
        return None
    document = parse(text, no_location=True)
    for position, edit in enumerate(_edits(document)):
        if position == index:
            edit()
            return print_ast(_pruned(document))
    return None


def _pruned(document: DocumentNode) -> DocumentNode:
    """Return a document without what nothing uses: fragments, variables, external fields."""
    text = print_ast(document)
    _prune_external_fields(document, text)
    definitions = [
        each
        for each in document.definitions
        if not isinstance(each, FragmentDefinitionNode)
        or re.search(rf"\.\.\.{each.name.value}\b", text)
    ]
    for each in definitions:
        if isinstance(each, OperationDefinitionNode):
            variables = tuple(
                variable
                for variable in each.variable_definitions or ()
                if len(re.findall(rf"\${variable.variable.name.value}\b", text)) > 1
            )
            _setter(each, "variable_definitions", variables)()
    if len(definitions) == len(document.definitions):
        return document
    return _pruned(DocumentNode(definitions=tuple(definitions)))


def _prune_external_fields(document: DocumentNode, text: str) -> None:
    named = set(re.findall(r"\w+", " ".join(re.findall(r'fields: "(.*?)"', text))))
    for each in document.definitions:
        if isinstance(each, ObjectTypeDefinitionNode):
            kept = tuple(
                field
                for field in each.fields or ()
                if field.name.value in named
                or all(directive.name.value != "external" for directive in field.directives or ())
            )
            _setter(each, "fields", kept)()


def _edits(document: DocumentNode) -> Iterator[_Edit]:
    """Yield the edits of a document, those that take most away first."""
    levels: list[list[_Edit]] = []
    pending: list[tuple[Node, int]] = [(document, 0)]
    while pending:
        node, depth = pending.pop()
        levels += [[] for _ in range(depth + 2 - len(levels))]
        levels[depth] += _removals(node)
        levels[depth + 1] += _simplifications(node, document)
        for name in node.keys:
            pending += [(each, depth + 1) for each in _nodes(getattr(node, name, None))]
    for level in levels:
        yield from level


def _removals(node: Node) -> Iterator[_Edit]:
    """Yield edits that take one item out of a list of a node."""
    if isinstance(node, SchemaExtensionNode):
        # Its links say which federation the subgraph is written for.
        return
    for name in node.keys:
        items = _nodes(getattr(node, name, None))
        for index in range(len(items) if isinstance(getattr(node, name), tuple) else 0):
            if isinstance(items[index], SchemaExtensionNode):
                continue
            rest = items[:index] + items[index + 1 :]
            if rest or name in {"directives", "arguments", "variable_definitions", "interfaces"}:
                yield _setter(node, name, rest)


def _simplifications(node: Node, document: DocumentNode) -> Iterator[_Edit]:
    if isinstance(node, FieldNode) and node.alias:
        yield _setter(node, "alias", None)
    if isinstance(node, SelectionSetNode):
        yield from _hoistings(node, document)
    if isinstance(node, ArgumentNode) and node.name.value == "fields":
        yield from _field_set_edits(node)
    if getattr(node, "default_value", None):
        yield _setter(node, "default_value", None)
    of_type = getattr(node, "type", None)
    if isinstance(of_type, NonNullTypeNode):
        yield _setter(node, "type", of_type.type)


def _hoistings(node: SelectionSetNode, document: DocumentNode) -> Iterator[_Edit]:
    """Yield edits that put a fragment's or a field's selections in its own place."""
    for index, selection in enumerate(node.selections):
        inner = selection.selection_set if isinstance(selection, InlineFragmentNode) else None
        if isinstance(selection, FragmentSpreadNode):
            inner = next(
                each.selection_set
                for each in document.definitions
                if isinstance(each, FragmentDefinitionNode)
                and each.name.value == selection.name.value
            )
        if inner:
            before, after = node.selections[:index], node.selections[index + 1 :]
            yield _setter(node, "selections", (*before, *deepcopy(inner.selections), *after))


def _field_set_edits(argument: ArgumentNode) -> Iterator[_Edit]:
    """Yield edits that make the field set of a directive smaller."""
    if not isinstance(argument.value, StringValueNode):
        return
    inside = f"{{ {argument.value.value} }}"
    index = 0
    while True:
        text = _edited(inside, index)
        if text is None:
            return
        operation = parse(text).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        fields = " ".join(print_ast(each) for each in operation.selection_set.selections)
        yield _setter(argument.value, "value", " ".join(fields.split()))
        index += 1


def _nodes(value: object) -> tuple[Node, ...]:
    """Return the nodes in an attribute of a node, which holds one, several or something else."""
    items = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return tuple(each for each in items if isinstance(each, Node))


def _setter(node: Node, name: str, value: object) -> _Edit:
    # Nodes are frozen for those who share them; this document was parsed for this one edit.
    return lambda: object.__setattr__(node, name, value)
