"""What a `@provides` adds to the objects below one field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode


@dataclass(frozen=True, slots=True)
class Provided:
    """Fields that are known at a place although the subgraph does not resolve them elsewhere."""

    fields: tuple[tuple[str, Provided], ...] = ()
    on: tuple[tuple[str, Provided], ...] = ()
    """More of them for objects of a certain type."""

    def field(self, name: str) -> Provided | None:
        """Return what is provided below a field, or `None` if the field is not provided."""
        for known, below in self.fields:
            if known == name:
                return below
        return None

    def narrowed(self, applies: Callable[[str], bool], *, to_object: bool) -> Provided:
        """Return what is provided for those objects for which a type condition `applies`.

        What holds for some of them only stays under its condition, unless they are of one type.
        """
        provided = Provided(self.fields, () if to_object else self.on)
        for known, more in self.on:
            if applies(known):
                provided = provided.merged(more)
        return provided

    def merged(self, other: Provided) -> Provided:
        """Return what both provide."""
        return Provided(_merged(self.fields, other.fields), _merged(self.on, other.on))

    def common(self, other: Provided) -> Provided:
        """Return what each of both provides."""
        return Provided(_common(self.fields, other.fields), _common(self.on, other.on))


NOTHING = Provided()


def provided_by(selections: SelectionSetNode) -> Provided:
    """Return what the selection of a `@provides` says."""
    fields: list[tuple[str, Provided]] = []
    on: list[tuple[str, Provided]] = []
    for node in selections.selections:
        if isinstance(node, FieldNode):
            below = provided_by(node.selection_set) if node.selection_set else NOTHING
            fields.append((node.name.value, below))
        elif isinstance(node, InlineFragmentNode) and node.type_condition is not None:
            on.append((node.type_condition.name.value, provided_by(node.selection_set)))
    return Provided(_merged((), tuple(fields)), _merged((), tuple(on)))


def _common(
    first: tuple[tuple[str, Provided], ...], second: tuple[tuple[str, Provided], ...]
) -> tuple[tuple[str, Provided], ...]:
    others = dict(second)
    return tuple((name, one.common(others[name])) for name, one in first if name in others)


def _merged(
    first: tuple[tuple[str, Provided], ...], second: tuple[tuple[str, Provided], ...]
) -> tuple[tuple[str, Provided], ...]:
    merged: dict[str, Provided] = {}
    for name, provided in (*first, *second):
        merged[name] = merged[name].merged(provided) if name in merged else provided
    return tuple(sorted(merged.items(), key=lambda item: item[0]))
