"""One graph of all subgraphs: what can be asked where, and how to get from one to another.

A node is a type in a subgraph. Fields lead to nodes of the same subgraph; entries lead to nodes of
other subgraphs for whoever has the key. A node below a `@provides` knows more than its plain twin.
Nodes are made when they are first needed and never change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Literal

from graphwing.planner.alike import Alike
from graphwing.planner.budget import Budget
from graphwing.planner.defer import Deferral
from graphwing.planner.normalize import Normalizer
from graphwing.planner.operation import Selection
from graphwing.planner.provides import NOTHING, Provided, provided_by
from graphwing.planner.types import Types
from graphwing.supergraph import FieldJoin, FieldSet, Supergraph, TypeJoin, parse_field_set

NodeKind = Literal["object", "interface", "union", "interface object"]


@dataclass(frozen=True, slots=True)
class NodeId:
    """What makes a node the node it is."""

    type_name: str
    subgraph: str
    provided: Provided = NOTHING


@dataclass(slots=True, eq=False)
class Node:
    """A composite type as one subgraph knows it."""

    id: NodeId
    kind: NodeKind
    possible: frozenset[str]
    """Object types that its objects can have at run time."""
    fields: Mapping[str, FieldEdge] | None = None
    """What `QueryGraph.field` has found out; ask there."""

    @property
    def type_name(self) -> str:
        """The type."""
        return self.id.type_name

    @property
    def subgraph(self) -> str:
        """The subgraph."""
        return self.id.subgraph

    @property
    def is_abstract(self) -> bool:
        """Whether only `__typename` tells what its objects are, and the subgraph knows."""
        return self.kind in ("interface", "union")


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """Fields of a type that must be known before something else can be asked."""

    text: str
    selection: Selection
    size: int


@dataclass(frozen=True, slots=True)
class ContextRead:
    """A value that a field takes from the nearest object above that sets a context."""

    subgraph: str
    context: str
    type_text: str
    """The type of the argument it is for."""
    selection: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What a subgraph must be sent for a field, beside a key."""

    requires: Requirement | None
    reads: tuple[ContextRead, ...] = ()
    is_for_below: bool = False
    """Whether fields below the objects read the contexts, which the objects themselves may set."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldEdge:
    """A field that a subgraph resolves."""

    name: str
    type_text: str
    """Its type in the subgraph."""
    target: NodeId | None
    """Where it leads; a leaf leads nowhere."""
    demand: Demand | None = None
    """What it cannot be asked without; it is then asked of entities only."""
    contextual: tuple[tuple[str, ContextRead], ...] = ()
    """Its arguments that are not the client's."""

    @property
    def type_name(self) -> str:
        """Its named type in the subgraph."""
        return self.type_text.strip("[]!")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A way into a subgraph: by a key, or without any for a root type."""

    target: NodeId
    key: Requirement | None


@dataclass(slots=True)
class QueryGraph:
    """The graph for one set of active override labels."""

    supergraph: Supergraph
    types: Types
    labels: frozenset[str] = frozenset()
    alike: Alike = field(init=False)
    _nodes: dict[NodeId, Node] = field(default_factory=dict[NodeId, Node])
    _entries: dict[str, tuple[Entry, ...]] = field(default_factory=dict[str, tuple[Entry, ...]])
    _uniform: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])
    _setting: dict[ContextRead, frozenset[str]] = field(
        default_factory=dict[ContextRead, frozenset[str]]
    )
    _requirements: dict[tuple[str, str], Requirement] = field(
        default_factory=dict[tuple[str, str], Requirement]
    )

    def __post_init__(self) -> None:
        """Be ready to tell which types are alike."""
        self.alike = Alike(self.supergraph, self.types)

    def find(self, type_name: str, subgraph: str) -> Node | None:
        """Return the plain node of a type in a subgraph, if it is known there."""
        definition = self.supergraph.types.get(type_name)
        if definition is None or subgraph not in definition.joins:
            return None
        if definition.kind not in ("object", "interface", "union"):
            return None
        return self.node(NodeId(type_name, subgraph))

    def node(self, id_: NodeId) -> Node:
        """Return the node of that identity."""
        node = self._nodes.get(id_)
        return node if node is not None else self._nodes.setdefault(id_, self._make(id_))

    def field(self, node: Node, name: str) -> FieldEdge | None:
        """Return the field `name` if the node's subgraph resolves it for all of its objects."""
        fields = node.fields
        if fields is None:
            fields = node.fields = {edge.name: edge for edge in self._edges(node)}
        return fields.get(name)

    def narrowed(self, node: Node, type_name: str) -> Node | None:
        """Return the node for `... on type_name` at `node`, if the subgraph knows that type."""
        if type_name == node.type_name:
            return node
        plain = self.find(type_name, node.subgraph)
        if plain is None or not (plain.possible & node.possible):
            return None
        return self.node(self._narrowed_id(plain, node.id.provided))

    def _narrowed_id(self, plain: Node, provided: Provided) -> NodeId:
        """Return what identifies the objects of a plain node below which something is provided."""
        if not provided.on:
            return replace(plain.id, provided=provided)

        def applies(condition: str) -> bool:
            wider = self.find(condition, plain.subgraph)
            return wider is not None and plain.possible <= wider.possible

        narrowed = provided.narrowed(applies, to_object=plain.kind == "object")
        return replace(plain.id, provided=narrowed)

    def holds(
        self, node: Node, type_name: str, wanted: frozenset[str], possible: frozenset[str]
    ) -> bool:
        """Tell whether `... on type_name` leaves `wanted` of the `possible` types of objects."""
        if not wanted or not node.is_abstract:
            return True
        narrowed = self.narrowed(node, type_name)
        return narrowed is not None and narrowed.possible & possible == wanted

    def is_uniform(self, type_name: str, field_name: str) -> bool:
        """Tell whether all subgraphs agree on what a field's objects can be."""
        key = (type_name, field_name)
        known = self._uniform.get(key)
        if known is None:
            known = self._uniform[key] = len(set(self._possible_of(type_name, field_name))) <= 1
        return known

    def has_keys(self, type_name: str) -> bool:
        """Tell whether any subgraph can be entered with an object of that type."""
        return any(entry.key is not None for entry in self.entries(type_name))

    def is_key(self, type_name: str, field: str) -> bool:
        """Tell whether a field is, maybe with others, a key of that type."""
        keys = (entry.key for entry in self.entries(type_name) if entry.key is not None)
        return any(item.name == field for key in keys for item in key.selection.fields())

    def entries(self, type_name: str) -> tuple[Entry, ...]:
        """Return the ways into subgraphs for an object of that type, the simplest key first."""
        entries = self._entries.get(type_name)
        if entries is None:
            entries = self._entries.setdefault(type_name, tuple(self._entries_of(type_name)))
        return entries

    def requirement(self, type_name: str, fields: FieldSet) -> Requirement:
        """Return a directive's selection on a type, in the form that planning works on."""
        key = (type_name, fields.text)
        requirement = self._requirements.get(key)
        if requirement is None:
            selection = Normalizer(self.types, Budget(), {}, Deferral()).selection(
                type_name, [(fields.selections, None)]
            )
            made = Requirement(fields.text, selection, _size(selection))
            requirement = self._requirements.setdefault(key, made)
        return requirement

    def types_setting(self, read: ContextRead) -> frozenset[str]:
        """Return the object types that set the context of `read`."""
        types = self._setting.get(read)
        if types is None:
            nodes = [self.find(name, read.subgraph) for name in self._declared_to_set(read)]
            types = frozenset(name for node in nodes if node for name in node.possible)
            self._setting[read] = types
        return types

    def context_selection(self, type_name: str, read: ContextRead) -> Requirement:
        """Return what to know of a `type_name` that may set the context of `read`."""
        names = self._declared_to_set(read)
        text = " ".join(f"... on {name} {{ {read.selection} }}" for name in names)
        known = self._requirements.get((type_name, text))
        return known or self.requirement(type_name, parse_field_set(text, read.context))

    def _declared_to_set(self, read: ContextRead) -> list[str]:
        types = self.supergraph.types.values()
        return [each.name for each in types if read.context in each.contexts]

    def roots(self, type_name: str) -> Iterator[Node]:
        """Yield the nodes of a root type in all subgraphs."""
        for subgraph in self.supergraph.types[type_name].joins:
            yield self.node(NodeId(type_name, subgraph))

    def _possible_of(self, type_name: str, field_name: str) -> Iterator[frozenset[str]]:
        definition = self.supergraph.types.get(type_name)
        for subgraph in definition.joins if definition else ():
            node = self.node(NodeId(type_name, subgraph))
            edge = self.field(node, field_name)
            if edge is not None and edge.target is not None:
                target = self.node(edge.target)
                if target.kind != "interface object":
                    yield target.possible

    def _make(self, id_: NodeId) -> Node:
        definition = self.supergraph.types[id_.type_name]
        join = definition.joins[id_.subgraph]
        if definition.kind == "interface" and join.is_interface_object:
            return Node(id_, "interface object", self.types.possible(id_.type_name))
        if definition.kind == "interface":
            return Node(id_, "interface", frozenset(self._implementations(id_)))
        if definition.kind == "union":
            return Node(id_, "union", frozenset(join.members))
        return Node(id_, "object", frozenset((id_.type_name,)))

    def _implementations(self, id_: NodeId) -> Iterator[str]:
        for name in self.types.possible(id_.type_name):
            definition = self.supergraph.types.get(name)
            join = definition.joins.get(id_.subgraph) if definition else None
            if join is not None and id_.type_name in join.implements:
                yield name

    def _edges(self, node: Node) -> Iterator[FieldEdge]:
        definition = self.supergraph.types[node.type_name]
        for name, field_ in definition.fields.items():
            join = field_.joins.get(node.subgraph)
            provided = node.id.provided.field(name)
            if join is None or (provided is None and not self._resolves(node, name, join)):
                continue
            # An interface's field is asked for at once only if it can be of every implementation.
            if node.kind == "interface" and not self._is_implemented(node, name):
                continue
            edge = self._edge(node, join, name, provided or NOTHING)
            # A value type of Federation 1 may have fields of types that not everybody has.
            if edge.target is not None or not self.types.is_composite(edge.type_name):
                yield edge

    def _edge(self, node: Node, join: FieldJoin, name: str, provided: Provided) -> FieldEdge:
        type_text = join.type or self.types.field_type(node.type_name, name)
        type_name = type_text.strip("[]!")
        target = None
        plain = self.find(type_name, node.subgraph)
        if plain is not None:
            if join.provides is not None:
                provided = provided.merged(provided_by(join.provides.selections))
            if node.kind == "interface":
                provided = provided.merged(self._provided_by_all(node, name, plain))
            target = self._narrowed_id(plain, provided)
        contextual = tuple(
            (item.name, ContextRead(node.subgraph, item.context, item.type, item.selection.text))
            for item in join.context_arguments
        )
        return FieldEdge(name, type_text, target, self._demand(node, join, contextual), contextual)

    def _provided_by_all(self, node: Node, name: str, target: Node) -> Provided:
        """Return what an interface's field provides whatever type its object turns out to have."""
        parts = [self.narrowed(node, type_name) for type_name in sorted(node.possible)]
        edges = [self.field(part, name) for part in parts if part is not None]
        targets = [self.node(edge.target) for edge in edges if edge and edge.target]
        if all(each.id.provided == NOTHING for each in targets):
            return NOTHING
        on: list[tuple[str, Provided]] = []
        for type_name in sorted(target.possible):
            known = [inner for each in targets if (inner := self.narrowed(each, type_name))]
            if known:
                every = (inner.id.provided for inner in known)
                on.append((type_name, reduce(Provided.common, every)))
        return Provided(on=tuple(one for one in on if one[1] != NOTHING))

    def _demand(
        self, node: Node, join: FieldJoin, contextual: tuple[tuple[str, ContextRead], ...]
    ) -> Demand | None:
        requires = join.requires
        if requires is None and not contextual:
            return None
        reads = tuple(dict.fromkeys(read for _, read in contextual))
        return Demand(self.requirement(node.type_name, requires) if requires else None, reads)

    def _resolves(self, node: Node, name: str, join: FieldJoin) -> bool:
        return not join.external and self._is_active(node.type_name, name, join)

    def _is_implemented(self, node: Node, name: str) -> bool:
        implementations = (self.narrowed(node, type_name) for type_name in node.possible)
        edges = (self.field(each, name) if each else None for each in implementations)
        return all(edge is not None and edge.demand is None for edge in edges)

    def _is_active(self, type_name: str, name: str, join: FieldJoin) -> bool:
        """Tell whether the overrides of a field leave it to this subgraph."""
        if join.override is not None and join.override_label is not None:
            return join.override_label in self.labels
        for other in self.supergraph.types[type_name].fields[name].joins.values():
            if other.override == join.subgraph:
                label = other.override_label
                return label is not None and label not in self.labels
        return True

    def _entries_of(self, type_name: str) -> Iterator[Entry]:
        if type_name == self.types.root("query"):
            for node in self.roots(type_name):
                yield Entry(node.id, None)
            return
        found = [
            Entry(NodeId(name, join.subgraph), self.requirement(name, key.fields))
            for name, join in self._keyed(type_name)
            for key in join.keys
            if key.resolvable
        ]
        yield from sorted(found, key=lambda entry: entry.key.size if entry.key else 0)

    def _keyed(self, type_name: str) -> Iterator[tuple[str, TypeJoin]]:
        for join in self.supergraph.types[type_name].joins.values():
            yield type_name, join
        for name in sorted(self.types.supertypes(type_name) - {type_name}):
            definition = self.supergraph.types.get(name)
            for join in definition.joins.values() if definition else ():
                if join.is_interface_object:
                    yield name, join


def _size(selection: Selection) -> int:
    return sum(1 + (_size(f.selection) if f.selection else 0) for f in selection.fields())
