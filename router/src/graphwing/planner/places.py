"""Places in the response: where objects are, and which response keys their fields have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from graphwing.planner.operation import ALWAYS, Arguments, Conditions, Field, Scope, Selection
from graphwing.planner.plan import PRIMARY, Items, Key, OnTypes, Path


class Position:
    """A position in the response, whatever the types of its objects: it owns the response keys."""

    def __init__(self, selections: tuple[Selection, ...]) -> None:
        self._client: dict[str, set[tuple[str, Arguments]]] = {}
        self.asked = frozenset(item.name for each in selections for item in each.fields())
        """The fields that the client asks for here, of whatever type."""
        self._internal: dict[tuple[str, Arguments], str] = {}
        self._below: dict[str, list[Selection]] = {}
        self._children: dict[str, Position] = {}
        self._adapted: dict[int, Selection] = {}
        for selection in selections:
            for item in selection.fields():
                self._client.setdefault(item.response_key, set()).add((item.name, item.arguments))
                if item.selection is not None:
                    self._below.setdefault(item.response_key, []).append(item.selection)

    def child(self, response_key: str) -> Position:
        """Return the position below a response key."""
        child = self._children.get(response_key)
        if child is None:
            below = self._below.get(response_key, ())
            child = self._children[response_key] = Position(tuple(below))
        return child

    def adapt(self, selection: Selection) -> Selection:
        """Return `selection`, which planning adds, under response keys that are free here."""
        adapted = self._adapted.get(id(selection))
        if adapted is None:
            adapted = self._adapted[id(selection)] = Selection(
                tuple(
                    Scope(scope.type_name, scope.types, tuple(map(self._adapt, scope.fields)))
                    for scope in selection.scopes
                )
            )
        return adapted

    def _adapt(self, item: Field) -> Field:
        key = self._key(item.name, item.arguments)
        below = self.child(key).adapt(item.selection) if item.selection else None
        return replace(item, response_key=key, selection=below)

    def _key(self, name: str, arguments: Arguments) -> str:
        meaning = (name, arguments)
        key = self._internal.get(meaning)
        if key is None:
            key = next(key for key in self._candidates(meaning) if self._is_free(key, meaning))
            self._internal[meaning] = key
        return key

    def _candidates(self, meaning: tuple[str, Arguments]) -> Iterator[str]:
        yield meaning[0]
        for key, meanings in self._client.items():
            if meaning in meanings:
                yield key
        number = 1
        while True:
            yield f"_{meaning[0]}_{number}"
            number += 1

    def _is_free(self, key: str, meaning: tuple[str, Arguments]) -> bool:
        if self._client.get(key, {meaning}) != {meaning}:
            return False
        return all(known == meaning for known, used in self._internal.items() if used == key)


@dataclass(slots=True, eq=False)
class Place:
    """Objects that a field of other objects leads to."""

    parent: Spot | None
    via: Field | None
    """The field that leads here; none leads to the root."""
    type_name: str
    position: Position
    conditions: Conditions = ALWAYS
    """All that must hold for the place to be in the response."""
    _spots: dict[tuple[str, frozenset[str] | None], Spot] = field(
        default_factory=dict[tuple[str, frozenset[str] | None], "Spot"]
    )

    @property
    def whole(self) -> Spot:
        """All objects of the place."""
        return self.spot(self.type_name, None)

    def spot(self, type_name: str, types: frozenset[str] | None) -> Spot:
        """Return the objects of the place that have one of `types`."""
        key = (type_name, types)
        spot = self._spots.get(key)
        if spot is None:
            spot = self._spots[key] = Spot(self, type_name, types)
        return spot


@dataclass(slots=True, eq=False)
class Spot:
    """The objects of a place that are of certain runtime types: all of it, or a part."""

    place: Place
    type_name: str
    """What the objects are known as; one of the types where several object types are alike."""
    types: frozenset[str] | None
    _places: dict[tuple[str, Conditions, int], Place] = field(
        default_factory=dict[tuple[str, Conditions, int], Place]
    )

    def below(self, item: Field) -> Place:
        """Return the place that a field leads to."""
        key = (item.response_key, item.conditions, item.part or PRIMARY)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place(
                parent=self,
                via=item,
                type_name=item.type_name,
                position=self.place.position.child(item.response_key),
                conditions=self.place.conditions | item.conditions,
            )
        return place

    def path(self) -> Path:
        """Return the way here from the root of the response."""
        steps: list[OnTypes | Items | Key] = []
        spot: Spot | None = self
        while spot is not None:
            if spot.types is not None:
                steps.append(OnTypes(tuple(sorted(spot.types))))
            item = spot.place.via
            if item is not None:
                steps.extend(Items() for _ in range(item.lists))
                steps.append(Key(item.response_key))
            spot = spot.place.parent
        return tuple(reversed(steps))

    def text(self) -> str:
        """Return the way here as people write it."""
        names = [step.name for step in self.path() if isinstance(step, Key)]
        return ".".join(names)
