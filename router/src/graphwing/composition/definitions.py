"""Type system definitions as flat, mutable records: what reading an SDL gives and merging fills.

Records keep the position where they stand in their subgraph's SDL, not the syntax tree, so that
the trees of hundreds of subgraphs need not stay in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from graphwing.composition.type_reference import TypeReference
from graphwing.composition.values import ConstValue, print_value

Position: TypeAlias = "int | None"
"""The index of a token in the SDL of the subgraph; nothing for what no author wrote."""


class TypeKind(Enum):
    """The six kinds of named type, by the keyword that defines them."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"

    # The kind of a type is looked up in a set more often than anything else is.
    __hash__ = object.__hash__

    @property
    def location(self) -> str:
        """The directive location of a definition of this kind."""
        return "INPUT_OBJECT" if self is TypeKind.INPUT else self.name


COMPOSITE_KINDS = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION})
OUTPUT_KINDS = COMPOSITE_KINDS | {TypeKind.SCALAR, TypeKind.ENUM}
INPUT_KINDS = frozenset({TypeKind.SCALAR, TypeKind.ENUM, TypeKind.INPUT})
FIELD_KINDS = frozenset({TypeKind.OBJECT, TypeKind.INTERFACE})

BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


@dataclass(slots=True, eq=False)
class AppliedDirective:
    """One use of a directive. `spec` is its name in the specification behind it, if any."""

    name: str
    arguments: dict[str, ConstValue]
    position: Position = None
    spec: str | None = None
    in_extension: bool = False

    def __str__(self) -> str:
        """Return the use as GraphQL text."""
        if not self.arguments:
            return f"@{self.name}"
        arguments = ", ".join([f"{key}: {print_value(it)}" for key, it in self.arguments.items()])
        return f"@{self.name}({arguments})"


class Absent(Enum):
    """The default value of what has none, since null is a default value too."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(slots=True, eq=False)
class InputValue:
    """An argument, or a field of an input type."""

    name: str
    type: TypeReference
    default: ConstValue | Absent = ABSENT
    description: str | None = None
    directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    position: Position = None

    @property
    def is_required(self) -> bool:
        """Whether leaving it out is an error."""
        return self.type.endswith("!") and self.default is ABSENT


@dataclass(slots=True, eq=False)
class FieldDefinition:
    """A field of an object or interface type."""

    name: str
    type: TypeReference
    arguments: dict[str, InputValue] = field(default_factory=dict[str, InputValue])
    description: str | None = None
    directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    position: Position = None
    in_extension: bool = False


@dataclass(slots=True, eq=False)
class EnumValue:
    """One value of an enum."""

    name: str
    description: str | None = None
    directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    position: Position = None


@dataclass(slots=True, eq=False)
class TypeDefinition:
    """A named type with all its extensions. Only the containers of its own kind are ever filled."""

    kind: TypeKind
    name: str
    description: str | None = None
    directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    fields: dict[str, FieldDefinition] = field(default_factory=dict[str, FieldDefinition])
    input_fields: dict[str, InputValue] = field(default_factory=dict[str, InputValue])
    interfaces: dict[str, Position] = field(default_factory=dict[str, Position])
    members: dict[str, Position] = field(default_factory=dict[str, Position])
    values: dict[str, EnumValue] = field(default_factory=dict[str, EnumValue])
    position: Position = None
    has_definition: bool = False
    has_extension: bool = False

    @property
    def composed_kind(self) -> TypeKind:
        """What it is in a supergraph, where an `@interfaceObject` stands for its interface."""
        return TypeKind.INTERFACE if has_applied(self, "interfaceObject") else self.kind


@dataclass(slots=True, eq=False)
class DirectiveDefinition:
    """What may be written where, for one directive."""

    name: str
    arguments: dict[str, InputValue] = field(default_factory=dict[str, InputValue])
    locations: tuple[str, ...] = ()
    is_repeatable: bool = False
    description: str | None = None
    position: Position = None


Element: TypeAlias = TypeDefinition | FieldDefinition | InputValue | EnumValue


def applied(element: Element, spec: str) -> list[AppliedDirective]:
    """Return the uses on `element` of the directive that its specification names `spec`."""
    return [directive for directive in element.directives if directive.spec == spec]


def first_applied(element: Element, spec: str) -> AppliedDirective | None:
    """Return the first use on `element` of the directive that its specification names `spec`."""
    for directive in element.directives:
        if directive.spec == spec:
            return directive
    return None


def has_applied(element: Element, spec: str) -> bool:
    """Return whether `element` carries the directive that its specification names `spec`."""
    return bool(element.directives) and first_applied(element, spec) is not None


def remove_applied(element: Element, spec: str) -> None:
    """Take every use of the directive that its specification names `spec` off `element`."""
    element.directives = [it for it in element.directives if it.spec != spec]
