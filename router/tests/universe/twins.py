"""Types that all subgraphs treat alike, because each declares them as copies of another type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    print_ast,
)

_TWINS = 2
_OBJECTS = ObjectTypeDefinitionNode | ObjectTypeExtensionNode


def with_twins(random: Random, subgraphs: Mapping[str, str]) -> dict[str, str]:
    """Return subgraphs in which one object type of an interface or union has twins."""
    documents = {name: parse(sdl, no_location=True) for name, sdl in subgraphs.items()}
    members = sorted(
        name
        for name in {name for each in documents.values() for name in _members(each)}
        if all(_can_double(each, name) for each in documents.values())
    )
    if not members or any("@fromContext" in sdl for sdl in subgraphs.values()):
        return dict(subgraphs)
    chosen = random.choice(members)
    return {
        name: print_ast(DocumentNode(definitions=tuple(_doubled(document, chosen))))
        for name, document in documents.items()
    }


def _members(document: DocumentNode) -> Iterator[str]:
    for node in document.definitions:
        if isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode):
            yield from (member.name.value for member in node.types or ())
        elif isinstance(node, _OBJECTS) and node.interfaces:
            yield node.name.value


def _can_double(document: DocumentNode, name: str) -> bool:
    """Tell whether all that is external on a type is for itself, not for who provides it."""
    for node in document.definitions:
        if isinstance(node, _OBJECTS) and node.name.value == name:
            needed = re.findall(r"fields: \"([^\"]*)\"", _without_provides(print_ast(node)))
            words = set(re.findall(r"\w+", _without_nested(" ".join(needed))))
            for field in node.fields or ():
                if _is_external(field) and field.name.value not in words:
                    return False
    return True


def _without_provides(sdl: str) -> str:
    return re.sub(r"@provides\([^)]*\)", "", sdl)


def _without_nested(selections: str) -> str:
    """Return field sets without what they select of other objects."""
    outer = re.sub(r"\{[^{}]*\}", "", selections)
    return outer if outer == selections else _without_nested(outer)


def _is_external(field: FieldDefinitionNode) -> bool:
    return any(each.name.value == "external" for each in field.directives or ())


def _doubled(document: DocumentNode, name: str) -> Iterator[DefinitionNode]:
    for node in document.definitions:
        yield _with_members(node, name)
        if isinstance(node, _OBJECTS) and node.name.value == name:
            for twin in _twins_of(name):
                yield replace(node, name=NameNode(value=twin))


def _with_members(node: DefinitionNode, name: str) -> DefinitionNode:
    if not isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode):
        return node
    members = node.types or ()
    if name not in (member.name.value for member in members):
        return node
    twins = (NamedTypeNode(name=NameNode(value=twin)) for twin in _twins_of(name))
    return replace(node, types=(*members, *twins))


def _twins_of(name: str) -> list[str]:
    return [f"{name}{number}" for number in range(_TWINS)]
