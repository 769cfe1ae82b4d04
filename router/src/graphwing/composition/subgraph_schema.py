"""One subgraph as the rest of composition sees it: links resolved, root types renamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    FIELD_KINDS,
    AppliedDirective,
    DirectiveDefinition,
    Element,
    Position,
    TypeDefinition,
    TypeKind,
    first_applied,
    has_applied,
)
from graphwing.composition.federation_directives import UPGRADED_FEDERATION, implied_federation
from graphwing.composition.links import Links, Version
from graphwing.composition.problems import Place

ROOT_NAMES = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
ROOT_TYPES = frozenset(ROOT_NAMES.values())


@dataclass(slots=True, eq=False)
class SubgraphSchema:
    """A subgraph's definitions. Federation's own types and fields are no longer among them."""

    name: str
    url: str
    links: Links
    used_directives: frozenset[str]
    """The directives that stand anywhere in it, by their names in their specifications."""
    types: dict[str, TypeDefinition] = field(default_factory=dict[str, TypeDefinition])
    directives: dict[str, DirectiveDefinition] = field(
        default_factory=dict[str, DirectiveDefinition]
    )
    schema_directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    schema_description: str | None = None
    schema_position: Position = None
    implementations: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def is_federation_1(self) -> bool:
        """Whether the author wrote this for Federation 1."""
        return self.links.federation is None

    @property
    def federation_version(self) -> Version:
        """The federation version that this subgraph counts as."""
        link = self.links.federation
        written = UPGRADED_FEDERATION if link is None else link.url.version
        return max([written, *self.implied_versions()])

    def implied_versions(self) -> list[Version]:
        """Return the federation versions that its other links ask for."""
        found = (implied_federation(link) for link in self.links.all)
        return [version for version in found if version is not None]

    def at(self, position: Position) -> Place:
        """Return `position` as a place in this subgraph."""
        return (self.name, position)

    def objects_and_interfaces(self) -> Iterator[TypeDefinition]:
        """Yield the types that have fields with resolvers."""
        for definition in self.types.values():
            if definition.kind in FIELD_KINDS:
                yield definition

    def possible_types(self, name: str) -> list[str]:
        """Return the object types that a value of type `name` can have in this subgraph."""
        definition = self.types.get(name)
        if definition is None:
            return []
        if definition.kind is TypeKind.INTERFACE:
            return self.implementations.get(name, [])
        if definition.kind is TypeKind.UNION:
            return list(definition.members)
        return [name]

    def index_implementations(self) -> None:
        """Remember which object types implement each interface; call after changing types."""
        self.implementations = {}
        for definition in self.types.values():
            if definition.kind is TypeKind.OBJECT:
                for interface in definition.interfaces:
                    self.implementations.setdefault(interface, []).append(definition.name)

    def is_interface_object(self, name: str) -> bool:
        """Return whether `name` is an object type here that stands for an interface elsewhere."""
        definition = self.types.get(name)
        return definition is not None and has_applied(definition, "interfaceObject")


def keys_of(definition: TypeDefinition) -> list[AppliedDirective]:
    """Return the `@key` uses on `definition`."""
    return [directive for directive in definition.directives if directive.spec == "key"]


def is_resolvable(key: AppliedDirective) -> bool:
    """Return whether the subgraph can look entities up by `key`."""
    return key.arguments.get("resolvable", True) is not False


def is_type_extension(definition: TypeDefinition) -> bool:
    """Return whether a subgraph only extends `definition`, by keyword or by `@extends`."""
    only_extends = definition.has_extension and not definition.has_definition
    return only_extends or first_applied(definition, "extends") is not None


def string_argument(directive: AppliedDirective, name: str) -> str | None:
    """Return the string that argument `name` of `directive` holds, if it holds one."""
    value = directive.arguments.get(name)
    return value if isinstance(value, str) else None


def elements_of(definition: TypeDefinition) -> Iterator[tuple[str, Element, str]]:
    """Yield coordinate, record and location of what carries directives in `definition`."""
    # Most elements carry none, so a coordinate is made only for those that do.
    name = definition.name
    if definition.directives:
        yield name, definition, definition.kind.location
    for item in definition.fields.values():
        if item.directives:
            yield f"{name}.{item.name}", item, "FIELD_DEFINITION"
        for argument in item.arguments.values():
            if argument.directives:
                yield f"{name}.{item.name}({argument.name}:)", argument, "ARGUMENT_DEFINITION"
    for input_field in definition.input_fields.values():
        if input_field.directives:
            yield f"{name}.{input_field.name}", input_field, "INPUT_FIELD_DEFINITION"
    for value in definition.values.values():
        if value.directives:
            yield f"{name}.{value.name}", value, "ENUM_VALUE"
