"""What objects are represented by when a subgraph is asked about them."""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.planner.operation import Field, Selection
from graphwing.planner.places import Position
from graphwing.planner.plan import (
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)
from graphwing.planner.stops import Stop


def representations_of(stop: Stop) -> Iterator[Representation]:
    """Yield how objects of each type are represented at a stop."""
    assert stop.source is not None  # noqa: S101 - lookups have these two
    assert stop.entry is not None  # noqa: S101
    position = stop.spot.place.position
    key = stop.entry.key
    keyed = represented(position, key.selection) if key else ()
    required = stop.demand.requires if stop.demand else None
    requires = represented(position, required.selection) if required else ()
    for types, typename in _typenames(stop):
        yield Representation(types, typename, keyed, requires)


def _typenames(stop: Stop) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield runtime types of objects and what to call them to the subgraph."""
    assert stop.source is not None  # noqa: S101 - a lookup has one
    source, target = stop.source.node, stop.target
    possible = stop.source.possible
    types = possible if stop.spot.types is None else possible & stop.spot.types
    if source.kind == "interface object":
        # Its subgraph says `__typename: Interface`; another one may know better already.
        yield (source.type_name, *sorted(types)), target.type_name
    elif target.kind == "interface object":
        yield tuple(sorted(types)), target.type_name
    else:
        for name in sorted(types):
            yield (name,), name


def represented(position: Position, selection: Selection) -> tuple[RepresentationSelection, ...]:
    """Return how to read from an object what planning has added at its position."""
    return tuple(_represented(position.adapt(selection)))


def _represented(selection: Selection) -> Iterator[RepresentationSelection]:
    for scope in selection.scopes:
        fields = tuple(_represented_field(item) for item in scope.fields)
        if scope.types is None:
            yield from fields
        else:
            yield RepresentationFragment(tuple(sorted(scope.types)), fields)


def _represented_field(item: Field) -> RepresentationField:
    below = tuple(_represented(item.selection)) if item.selection is not None else ()
    return RepresentationField(item.name, item.response_key, below)
