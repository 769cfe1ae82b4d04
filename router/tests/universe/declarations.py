"""What each subgraph's SDL declares, in the words of federation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    FieldNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    value_from_ast_untyped,
)

_OBJECTS = ObjectTypeDefinitionNode | ObjectTypeExtensionNode
_INTERFACES = InterfaceTypeDefinitionNode | InterfaceTypeExtensionNode
_UNIONS = UnionTypeDefinitionNode | UnionTypeExtensionNode
_ENUMS = EnumTypeDefinitionNode | EnumTypeExtensionNode


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that reads a value from an object above."""

    name: str
    context: str
    selections: SelectionSetNode


@dataclass(frozen=True, slots=True)
class FieldDeclaration:
    """A field as one subgraph declares it."""

    node: FieldDefinitionNode
    external: bool
    override_from: str | None
    override_label: str | None
    requires: SelectionSetNode | None
    provides: SelectionSetNode | None
    contextual: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One `@key` of a type in one subgraph."""

    selections: SelectionSetNode
    resolvable: bool


@dataclass(slots=True)
class TypeDeclaration:
    """A type as one subgraph declares it, extensions included."""

    name: str
    abstract: bool = False
    interface_object: bool = False
    fields: dict[str, FieldDeclaration] = field(default_factory=dict[str, FieldDeclaration])
    keys: list[Key] = field(default_factory=list[Key])
    interfaces: set[str] = field(default_factory=set[str])
    members: set[str] = field(default_factory=set[str])
    values: list[str] = field(default_factory=list[str])
    hidden_values: set[str] = field(default_factory=set[str])
    hidden: bool = False
    contexts: set[str] = field(default_factory=set[str])
    """What objects of this type set."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """One subgraph: its name, its document, and its types by name."""

    subgraph: str
    document: DocumentNode
    types: Mapping[str, TypeDeclaration]


def read_declarations(subgraph: str, sdl: str) -> Declarations:
    """Return what `sdl` declares."""
    document = parse(sdl, no_location=True)
    types: dict[str, TypeDeclaration] = {}
    for node in document.definitions:
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            name = node.name.value
            _add(types.setdefault(name, TypeDeclaration(name)), node)
            if isinstance(node, ObjectTypeExtensionNode):
                _resolve_keys(types[name])
    return Declarations(subgraph, document, types)


def field_set(text: str) -> SelectionSetNode:
    """Return the selections of a field set such as `id owner { id }`."""
    operation = parse(f"{{ {text} }}", no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.selection_set


def _add(declared: TypeDeclaration, node: TypeDefinitionNode | TypeExtensionNode) -> None:
    declared.contexts |= {each["name"] for each in _arguments(node.directives, "context")}
    declared.hidden |= bool(_arguments(node.directives, "inaccessible"))
    if isinstance(node, _OBJECTS | _INTERFACES):
        declared.abstract = isinstance(node, _INTERFACES)
        declared.interface_object |= bool(_arguments(node.directives, "interfaceObject"))
        declared.interfaces |= {interface.name.value for interface in node.interfaces or ()}
        type_is_external = bool(_arguments(node.directives, "external"))
        for each in node.fields or ():
            declared.fields[each.name.value] = _field(each, type_is_external=type_is_external)
        for key in _arguments(node.directives, "key"):
            declared.keys.append(Key(field_set(key["fields"]), key.get("resolvable", True)))
    elif isinstance(node, _UNIONS):
        declared.abstract = True
        declared.members |= {member.name.value for member in node.types or ()}
    elif isinstance(node, _ENUMS):
        for value in node.values or ():
            declared.values.append(value.name.value)
            if _arguments(value.directives, "inaccessible"):
                declared.hidden_values.add(value.name.value)


def _resolve_keys(declared: TypeDeclaration) -> None:
    """Take keys of an extension for what they are: external in name only."""
    for key in declared.keys:
        for each in key.selections.selections:
            if isinstance(each, FieldNode):
                name = each.name.value
                declared.fields[name] = replace(declared.fields[name], external=False)


def _field(node: FieldDefinitionNode, *, type_is_external: bool) -> FieldDeclaration:
    overrides = _arguments(node.directives, "override")
    requires = [field_set(each["fields"]) for each in _arguments(node.directives, "requires")]
    provides = [field_set(each["fields"]) for each in _arguments(node.directives, "provides")]
    return FieldDeclaration(
        node,
        external=type_is_external or bool(_arguments(node.directives, "external")),
        override_from=next((each["from"] for each in overrides), None),
        override_label=next((each.get("label") for each in overrides), None),
        requires=next(iter(requires), None),
        provides=next(iter(provides), None),
        contextual=tuple(
            _contextual(argument.name.value, each["field"])
            for argument in node.arguments or ()
            for each in _arguments(argument.directives, "fromContext")
        ),
    )


def _contextual(argument: str, text: str) -> ContextArgument:
    """Return what `$context { field }` says."""
    name = text.removeprefix("$").replace("{", " ").split()[0]
    selection = text.removeprefix(f"${name}").strip()
    inside = selection[1:-1] if selection.startswith("{") else selection
    return ContextArgument(argument, name, field_set(inside))


def _arguments(directives: Iterable[DirectiveNode] | None, name: str) -> list[dict[str, Any]]:
    """Return the arguments of each use of the directive `name`."""
    return list(_uses(directives or (), name))


def _uses(directives: Iterable[DirectiveNode], name: str) -> Iterator[dict[str, Any]]:
    for directive in directives:
        if directive.name.value == name:
            arguments = directive.arguments or ()
            yield {each.name.value: value_from_ast_untyped(each.value) for each in arguments} | {
                "directive": name
            }
