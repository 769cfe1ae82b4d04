"""Where directives can stand in a schema, and other things to find in its tree."""

# ruff: noqa: ANN401 - what a tree holds is of all kinds

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from mutants.tree import Tree, name_node

EXTENSION_OF: dict[type[Node], type[Node]] = {
    ObjectTypeDefinitionNode: ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode: InterfaceTypeExtensionNode,
    UnionTypeDefinitionNode: UnionTypeExtensionNode,
    EnumTypeDefinitionNode: EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode: InputObjectTypeExtensionNode,
    ScalarTypeDefinitionNode: ScalarTypeExtensionNode,
}
DEFINITION_OF = {extension: definition for definition, extension in EXTENSION_OF.items()}
OBJECTS = (ObjectTypeDefinitionNode, ObjectTypeExtensionNode)
INTERFACES = (InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode)
INPUTS = (InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode)
UNIONS = (UnionTypeDefinitionNode, UnionTypeExtensionNode)
ENUMS = (EnumTypeDefinitionNode, EnumTypeExtensionNode)
SCHEMAS = (SchemaDefinitionNode, SchemaExtensionNode)


@dataclass(slots=True)
class Site:
    """A node that can carry directives, and where it stands."""

    node: Any
    location: str
    owner: Any


def sites_in(node: Tree) -> Iterator[Site]:
    """Yield `node` and all in it that may carry directives."""
    if node.is_a(DirectiveDefinitionNode):
        yield from (Site(it, "ARGUMENT_DEFINITION", node) for it in node.arguments)
    elif node.is_a(*SCHEMAS):
        yield Site(node, "SCHEMA", None)
    elif node.is_a(*EXTENSION_OF, *DEFINITION_OF):
        kind = re.sub(r"(Type)?(Definition|Extension)Node", "", node.kind.__name__)
        yield Site(node, {"InputObject": "INPUT_OBJECT"}.get(kind, kind.upper()), None)
        for part in getattr(node, "fields", ()):
            yield from field_sites(part, node)
        yield from (Site(it, "ENUM_VALUE", node) for it in getattr(node, "values", ()))


def field_sites(part: Tree, owner: Tree) -> Iterator[Site]:
    if part.is_a(InputValueDefinitionNode):
        yield Site(part, "INPUT_FIELD_DEFINITION", owner)
        return
    yield Site(part, "FIELD_DEFINITION", owner)
    yield from (Site(it, "ARGUMENT_DEFINITION", part) for it in part.arguments)


def is_federation_site(site: Site) -> bool:
    name = site.node.text
    return name.startswith("_")


def is_same(first: Site, second: Site) -> bool:
    if first.location != second.location or first.location == "SCHEMA":
        return first.location == second.location
    same_owner = first.owner is None or (
        second.owner is not None and first.owner.text == second.owner.text
    )
    return same_owner and first.node.text == second.node.text


def federation_link(document: Tree) -> Tree | None:
    for node in document.definitions:
        if node.is_a(*SCHEMAS):
            for use in node.directives:
                url = argument_of(use, "url")
                if url is not None and "/federation/" in str(getattr(url.value, "value", "")):
                    return use
    return None


def argument_of(use: Tree, name: str) -> Any:
    return next((it for it in use.arguments if it.text == name), None)


def replace(document: Tree, old: Node, new: Any) -> None:
    document.definitions = tuple(new if it is old else it for it in document.definitions)


def rename_type(node: Tree, old: str, new: str) -> None:
    """Change all names of types in `node`."""
    is_type = node.is_a(NamedTypeNode, TypeDefinitionNode, *DEFINITION_OF)
    if is_type and node.text == old:
        node.name = name_node(new)
    for key in node.keys:
        value: Any = getattr(node, key)
        inner = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)
        for it in inner:
            if isinstance(it, Tree):
                rename_type(it, old, new)
