"""What all parts of merging share: the subgraphs, the result so far, and where to report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from graphwing.composition.definitions import (
    AppliedDirective,
    DirectiveDefinition,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.field_facts import FieldFacts, FieldKey
from graphwing.composition.hints import Hints
from graphwing.composition.problems import Place, Problems
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.values import EnumLiteral

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Subgraph:
    """A valid subgraph, ready to be merged. `graph` is its value of `join__Graph`."""

    schema: SubgraphSchema
    facts: FieldFacts
    graph: EnumLiteral

    @property
    def name(self) -> str:
        """The name that its owner gave it."""
        return self.schema.name


@dataclass(slots=True)
class Overrides:
    """What `@override` does to one field, by subgraph name."""

    used: set[str] = field(default_factory=set[str])
    """Overridden, but still named in a directive of that subgraph."""
    unused: set[str] = field(default_factory=set[str])
    """Overridden, and gone."""
    labels: dict[str, str] = field(default_factory=dict[str, str])
    replaced_by_label: set[str] = field(default_factory=set[str])

    def is_overridden(self, subgraph: str) -> bool:
        """Return whether the field moves away from `subgraph`, now or step by step."""
        return subgraph in self.used | self.unused | self.replaced_by_label


Sources: TypeAlias = list[tuple[Subgraph, T]]
"""The definitions of one element, each with the subgraph that it comes from, by subgraph name."""


@dataclass(frozen=True, slots=True)
class LinkedFeature:
    """A specification that the supergraph links, because a directive of it is carried over."""

    url: str
    purpose: str | None = None
    imports: tuple[tuple[str, str], ...] = ()
    alias: str | None = None
    """What it is called in the supergraph, where that is not the name in its URL."""


@dataclass(slots=True, eq=False)
class Merge:
    """The state of one merge."""

    subgraphs: list[Subgraph]
    problems: Problems
    hints: Hints
    types: dict[str, TypeDefinition] = field(default_factory=dict[str, TypeDefinition])
    sources: dict[str, Sources[TypeDefinition]] = field(
        default_factory=dict[str, Sources[TypeDefinition]]
    )
    """For each type the definitions that are merged, all of one kind."""
    of_other_kinds: dict[str, Sources[TypeDefinition]] = field(
        default_factory=dict[str, Sources[TypeDefinition]]
    )
    """For types that are of several kinds, which is reported, the definitions that are left out."""
    directives: dict[str, DirectiveDefinition] = field(
        default_factory=dict[str, DirectiveDefinition]
    )
    schema_directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    schema_description: str | None = None
    carried: dict[str, str] = field(default_factory=dict[str, str])
    """Directives that the result keeps: name in the specification → name in the result."""
    composed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Directives of the authors' own that are kept: name → subgraphs that want it."""
    used_directives: set[str] = field(default_factory=set[str])
    joined_directives: set[str] = field(default_factory=set[str])
    features: list[LinkedFeature] = field(default_factory=list[LinkedFeature])
    interface_objects: dict[str, list[Subgraph]] = field(default_factory=dict[str, list[Subgraph]])
    """For each interface, the subgraphs that know it as an `@interfaceObject`."""
    left_out_input_types: set[str] = field(default_factory=set[str])
    """The types of input fields that the result lacks; being written there counts as a use."""
    usage: dict[str, tuple[bool, bool]] | None = None
    """For each type whether it is read and whether it is written, once all fields are merged."""
    overrides: dict[FieldKey, Overrides] = field(default_factory=dict[FieldKey, Overrides])
    reported: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Code and coordinate of what would otherwise be reported again and again."""
    used_in_subgraphs: frozenset[str] = field(init=False)
    """The directives that stand anywhere in a subgraph, by their names in their specifications."""
    _implementations: dict[str, list[str]] | None = None

    def __post_init__(self) -> None:
        """Note which directives there are."""
        used = (subgraph.schema.used_directives for subgraph in self.subgraphs)
        self.used_in_subgraphs = frozenset[str]().union(*used)

    def implementations(self) -> dict[str, list[str]]:
        """Return the object types that implement each interface; call once all are merged."""
        if self._implementations is None:
            found: dict[str, list[str]] = {}
            for definition in self.types.values():
                if definition.kind is TypeKind.OBJECT:
                    for interface in definition.interfaces:
                        found.setdefault(interface, []).append(definition.name)
            self._implementations = found
        return self._implementations

    def subgraph_named(self, name: str) -> Subgraph | None:
        """Return the subgraph called `name`, if there is one."""
        return next((it for it in self.subgraphs if it.name == name), None)


def places(sources: Sources[T]) -> list[Place]:
    """Return where the definitions in `sources` stand."""
    return [(subgraph.name, getattr(item, "position", None)) for subgraph, item in sources]


def names_of(subgraphs: list[Subgraph]) -> str:
    """Return the names of `subgraphs` for a message: all of few, the first of many."""
    return quoted([subgraph.name for subgraph in subgraphs])


def quoted(names: list[str]) -> str:
    """Return `names` for a message: all of few, the first of many."""
    shown = ", ".join(f"`{name}`" for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"  # noqa: PLR2004
