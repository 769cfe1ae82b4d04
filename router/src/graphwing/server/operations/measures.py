"""How large an operation is once its fragments are expanded, found without expanding them.

A few fragments that spread one another twice each make millions of fields. So each fragment is
measured once, and what is found is multiplied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
)

MOST_COUNTED = 1_000_000_000
"""No measure is larger: numbers beyond it say nothing more, and would grow without end."""

_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Measures:
    """The measures of an operation, a fragment or a document."""

    depth: int = 0
    """Fields in fields."""
    height: int = 0
    """Fields altogether."""
    aliases: int = 0
    root_fields: int = 0
    """Fields that stand in nothing but the definition itself, and in fragments there."""
    directives: int = 0
    fragments: int = 0
    """Spreads and inline fragments."""
    values: int = 0
    """Arguments, and values in their lists and objects."""
    recursion: int = 0
    """Selection sets, lists, objects and list types in one another."""
    is_introspective: bool = False
    """Whether it asks for the schema."""

    def add(self, other: Measures, times: int = 1) -> None:
        """Count `other` so many times with this one, beside it."""
        for name in _ADDED:
            more: int = getattr(self, name) + times * getattr(other, name)
            setattr(self, name, min(more, MOST_COUNTED))
        self.enlarge(other, (*_NESTED, "root_fields"))
        self.is_introspective |= other.is_introspective

    def enlarge(self, other: Measures, names: Iterable[str]) -> None:
        """Be at least as large as `other`, by these measures."""
        for name in names:
            setattr(self, name, max(getattr(self, name), getattr(other, name)))


_ADDED = ("height", "aliases", "directives", "fragments", "values")
_NESTED = ("depth", "recursion")


def measures_of(document: DocumentNode) -> Measures:
    """Return the measures of `document`, which may be invalid.

    Numbers are those of all its operations together, for all are validated; so are fragments that
    nobody spreads, and one that is larger than all operations counts in their place. A fragment
    that spreads itself counts as if it did not, and one that is not there as nothing: validation
    refuses both.
    """
    parts = [
        (node, _Part.of(node))
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    fragments = {
        node.name.value: part for node, part in parts if isinstance(node, FragmentDefinitionNode)
    }
    known: dict[str, Measures] = {}
    for name in fragments:
        _measure(name, fragments, known)
    whole = Measures()
    for node, part in parts:
        if isinstance(node, OperationDefinitionNode):
            whole.add(part.total(known))
    for measures in known.values():
        whole.enlarge(measures, _ADDED)
        whole.enlarge(measures, _NESTED)
    return whole


@dataclass(slots=True)
class _Spread:
    """How often a fragment is spread in a definition, and how deep at most."""

    count: int = 0
    at_root: int = 0
    depth: int = 0
    nesting: int = 0


@dataclass(slots=True)
class _Part:
    """What a definition writes out itself, and the fragments that it spreads."""

    own: Measures = field(default_factory=Measures)
    spreads: dict[str, _Spread] = field(default_factory=dict[str, _Spread])

    @classmethod
    def of(cls, definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Part:
        part = cls()
        part._directives(definition.directives, 0)
        for variable in definition.variable_definitions or ():
            part._variable(variable)
        pending = [(definition.selection_set, 0, 1)]
        while pending:
            selection_set, depth, nesting = pending.pop()
            own = part.own
            own.recursion = max(own.recursion, nesting)
            for selection in selection_set.selections:
                below = part._selection(selection, depth, nesting)
                if below is not None:
                    pending.append((below, depth + isinstance(selection, FieldNode), nesting + 1))
        return part

    def _selection(
        self, selection: SelectionNode, depth: int, nesting: int
    ) -> SelectionSetNode | None:
        """Count a selection at this place, and return what is selected below it."""
        self._directives(selection.directives, nesting)
        match selection:
            case FieldNode():
                self._field(selection, depth, nesting)
                return selection.selection_set
            case InlineFragmentNode():
                self.own.fragments += 1
                return selection.selection_set
            case FragmentSpreadNode():
                spread = self.spreads.setdefault(selection.name.value, _Spread())
                spread.count += 1
                spread.at_root += not depth
                spread.depth = max(spread.depth, depth)
                spread.nesting = max(spread.nesting, nesting)
                self.own.fragments += 1
            case _:
                pass
        return None

    def _field(self, node: FieldNode, depth: int, nesting: int) -> None:
        own = self.own
        own.height += 1
        own.aliases += node.alias is not None
        own.root_fields += not depth
        own.depth = max(own.depth, depth + 1)
        own.is_introspective |= node.name.value in _INTROSPECTION
        self._values((argument.value for argument in node.arguments or ()), nesting)

    def _variable(self, node: VariableDefinitionNode) -> None:
        self._directives(node.directives, 0)
        if node.default_value is not None:
            self._values((node.default_value,), 0)
        of_type: TypeNode = node.type
        lists = 0
        while isinstance(of_type, ListTypeNode | NonNullTypeNode):
            lists += isinstance(of_type, ListTypeNode)
            of_type = of_type.type
        self.own.recursion = max(self.own.recursion, lists)

    def _directives(self, nodes: Iterable[DirectiveNode] | None, nesting: int) -> None:
        for node in nodes or ():
            self.own.directives += 1
            self._values((argument.value for argument in node.arguments or ()), nesting)

    def _values(self, nodes: Iterable[ValueNode], nesting: int) -> None:
        pending = [(node, nesting + 1) for node in nodes]
        while pending:
            node, level = pending.pop()
            self.own.values += 1
            match node:
                case ListValueNode():
                    pending += [(each, level + 1) for each in node.values]
                case ObjectValueNode():
                    pending += [(each.value, level + 1) for each in node.fields]
                case _:
                    continue
            self.own.recursion = max(self.own.recursion, level)

    def total(self, known: dict[str, Measures]) -> Measures:
        """Return the measures with those of the fragments that are `known`."""
        total = replace(self.own)
        root_fields = total.root_fields
        for name, spread in self.spreads.items():
            fragment = known.get(name)
            if fragment is None:
                continue
            root_fields += spread.at_root * fragment.root_fields
            depth = spread.depth + fragment.depth
            recursion = spread.nesting + fragment.recursion
            total.add(replace(fragment, depth=depth, recursion=recursion), spread.count)
        total.root_fields = min(root_fields, MOST_COUNTED)
        return total


def _measure(name: str, fragments: dict[str, _Part], known: dict[str, Measures]) -> None:
    """Measure a fragment after those in it; chains may be long, and lead back."""
    pending = [name]
    begun: set[str] = set()
    while pending:
        current = pending[-1]
        if current in known:
            pending.pop()
            continue
        part = fragments[current]
        missing: list[str] = []
        if current not in begun:
            begun.add(current)
            missing = [
                each
                for each in part.spreads
                if each in fragments and each not in known and each not in begun
            ]
        if missing:
            pending += missing
        else:
            known[pending.pop()] = part.total(known)
