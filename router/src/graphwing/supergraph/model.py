"""The supergraph as data: which subgraph defines, keys and resolves what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graphql import SelectionSetNode

TypeKind = Literal["object", "interface", "union", "enum", "input", "scalar"]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A service that answers a part of the graph."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Feature:
    """A specification that the supergraph document links, and the names it has here."""

    name: str
    """`join` of `https://specs.apollo.dev/join/v0.3`."""
    identity: str
    """The URL without its version."""
    version: tuple[int, int]
    prefix: str
    """What its elements are prefixed with: `join` in `@join__type`."""
    imports: Mapping[str, str]
    """Its elements that have a name of their own here, `@` included in both names."""
    purpose: str | None
    """`SECURITY` or `EXECUTION` when ignoring it would give wrong answers."""

    def directive(self, name: str) -> str:
        """Return what its directive `name` is called in the document."""
        imported = self.imports.get(f"@{name}")
        if imported is not None:
            return imported[1:]
        return self.prefix if name == self.name else f"{self.prefix}__{name}"


@dataclass(frozen=True, slots=True)
class FieldSet:
    """A selection that a directive names, as text and as parsed."""

    text: str
    selections: SelectionSetNode


@dataclass(frozen=True, slots=True)
class Key:
    """Fields by which a subgraph finds an entity; not `resolvable` means it only refers to it."""

    fields: FieldSet
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class TypeJoin:
    """What one subgraph says of a type."""

    subgraph: str
    keys: tuple[Key, ...] = ()
    is_interface_object: bool = False
    is_extension: bool = False
    implements: tuple[str, ...] = ()
    """Interfaces that the type implements in this subgraph."""
    members: tuple[str, ...] = ()
    """Members of a union in this subgraph."""
    values: tuple[str, ...] = ()
    """Values of an enum in this subgraph."""


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that is not the client's: the router reads it from an object further up."""

    name: str
    type: str
    """Its type in the subgraph."""
    context: str
    """What the types that it can be read from set."""
    selection: FieldSet
    """The one value to read there; it may be another one for each type."""


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """What one subgraph says of a field."""

    subgraph: str
    type: str | None = None
    """Its type there, where it differs from the supergraph's."""
    requires: FieldSet | None = None
    provides: FieldSet | None = None
    external: bool = False
    """Defined there but resolved elsewhere (also: overridden and still used in a key)."""
    override: str | None = None
    """The subgraph that this one takes the field from."""
    override_label: str | None = None
    """The condition under which the override holds."""
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A field of the supergraph and its joins, by subgraph."""

    name: str
    joins: Mapping[str, FieldJoin]


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type of the supergraph and its joins, by subgraph."""

    name: str
    kind: TypeKind
    joins: Mapping[str, TypeJoin]
    fields: Mapping[str, FieldDefinition]
    contexts: tuple[str, ...] = ()
    """Contexts that fields below objects of this type can read from them."""
