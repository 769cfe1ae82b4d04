"""Syntax trees that can be changed, since those of graphql-core cannot."""

# ruff: noqa: ANN401 - what a tree holds is of all kinds

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from graphql import (
    DocumentNode,
    NamedTypeNode,
    NameNode,
    Node,
    StringValueNode,
    parse,
    parse_const_value,
    print_ast,
)


class Tree:
    """A syntax node that can be changed; what it lacks is an empty tuple or nothing."""

    # A tree has those that its kind has; which, `keys` tells.
    name: Any
    type: Any
    value: Any
    default_value: Any
    description: Any
    arguments: tuple[Any, ...]
    definitions: tuple[Any, ...]
    directives: tuple[Any, ...]
    fields: tuple[Any, ...]
    interfaces: tuple[Any, ...]
    types: tuple[Any, ...]
    values: tuple[Any, ...]

    def __init__(self, kind: type[Node], **parts: Any) -> None:
        self.kind = kind
        self.keys = [key for key in kind.keys if key != "loc"]
        for key in self.keys:
            setattr(self, key, parts.get(key, () if key in _LISTS else None))

    def is_a(self, *kinds: type[Node]) -> bool:
        return issubclass(self.kind, kinds)

    @property
    def text(self) -> str:
        """Return the name of what has one, and an empty text for others."""
        name = getattr(self, "name", None)
        return "" if name is None else name.value


_LISTS = frozenset(
    (
        "arguments",
        "definitions",
        "directives",
        "fields",
        "interfaces",
        "operation_types",
        "types",
        "values",
    )
)


def thawed(value: Any) -> Any:
    match value:
        case tuple():
            return tuple(map(thawed, cast("tuple[Any, ...]", value)))
        case Node():
            parts = {key: thawed(getattr(value, key)) for key in value.keys if key != "loc"}
            return Tree(type(value), **{key: it for key, it in parts.items() if it is not None})
        case _:
            return value


def frozen(value: Any) -> Any:
    match value:
        case tuple():
            return tuple(map(frozen, cast("tuple[Any, ...]", value)))
        case Tree():
            return value.kind(**{key: frozen(getattr(value, key)) for key in value.keys})
        case _:
            return value


def copy(value: Tree) -> Tree:
    return thawed(frozen(value))


def tree(sdl: str) -> Tree:
    return thawed(_parsed(sdl))


@lru_cache(maxsize=4096)
def _parsed(sdl: str) -> DocumentNode:
    return parse(sdl, no_location=True)


def constant(text: str) -> Tree:
    return thawed(parse_const_value(text, no_location=True))


def name_node(text: str) -> Tree:
    return Tree(NameNode, value=text)


def named(text: str) -> Tree:
    return Tree(NamedTypeNode, name=name_node(text))


def string(text: str, *, block: bool = False) -> Tree:
    return Tree(StringValueNode, value=text, block=block)


def text_of(document: Tree) -> str:
    return print_ast(frozen(document))
