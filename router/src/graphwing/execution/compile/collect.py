"""Layout → the functions that find the objects of a lookup and represent them to the subgraph.

`collect(root, representations)` returns, for each type of object, the objects and the index of the
representation that stands for each; equal ones stand once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graphwing.execution.compile.layout import (
    Declined,
    Leaf,
    ListOf,
    ObjectAt,
    Part,
    Place,
    Slot,
    Value,
    Variant,
)
from graphwing.execution.compile.represent import is_plain, plain_type, representer
from graphwing.execution.compile.source import Source
from graphwing.execution.compile.structs import HASHABLE, Structs, StructType, attribute
from graphwing.planner.plan import (
    Items,
    Key,
    Lookup,
    OnTypes,
    PathStep,
    Representation,
    RepresentationField,
    RepresentationSelection,
)


@dataclass(slots=True)
class CollectWriter:
    """Writes the collecting function of one lookup."""

    source: Source
    structs: Structs
    part: Part
    lookup: Lookup
    _types: list[str] = field(default_factory=list[str])
    _plain_types: dict[Representation, StructType] = field(
        default_factory=dict[Representation, StructType]
    )

    def write(self, name: str, root: Place) -> tuple[str, ...]:
        """Write function `name`; return the types of objects it returns, in its order."""
        self._types = list(self.part.added)
        with self.source.block(f"def {name}(root, reps):"):
            for index in range(len(self._types)):
                self.source.line(f"objects{index} = []; indexes{index} = []; seen{index} = {{}}")
            for path in self.lookup.paths:
                variants = list(root.variants.values())
                self._walk("root", variants, list(path), 0)
            each = ", ".join(
                f"(objects{index}, indexes{index})" for index in range(len(self._types))
            )
            self.source.line(f"return ({each},)" if each else "return ()")
        return tuple(self._types)

    def _walk(
        self, at: str, variants: list[Variant], steps: Sequence[PathStep], depth: int
    ) -> None:
        if not steps:
            self._each_type(at, variants)
            return
        step, rest = steps[0], steps[1:]
        if isinstance(step, OnTypes):
            kept = [one for one in variants if one.type_name in step.types]
            if not kept:
                return
            if len(kept) == len(variants):
                self._walk(at, kept, rest, depth)
                return
            with self.source.block(f"if {self._is_one_of(at, kept)}:"):
                self._walk(at, kept, rest, depth)
            return
        if not isinstance(step, Key):
            raise Declined("a path goes into the items of what is no list")
        groups = _by_slot(variants, step.name)
        is_alone = len(groups) == 1 and len(groups[0][1]) == len(variants)
        for slot, found in groups:
            below = f"v{depth}"
            if is_alone:
                self.source.line(f"{below} = {at}.{attribute(step.name)}")
                self._enter(below, slot.value, rest, depth)
                continue
            with self.source.block(f"if {self._is_one_of(at, found)}:"):
                self.source.line(f"{below} = {at}.{attribute(step.name)}")
                self._enter(below, slot.value, rest, depth)

    def _enter(self, at: str, value: Value, steps: Sequence[PathStep], depth: int) -> None:
        with self.source.block(f"if {at} is not None:"):
            if isinstance(value, ListOf):
                if not steps or not isinstance(steps[0], Items):
                    raise Declined("a path ends at a list")
                with self.source.block(f"for v{depth + 1} in {at}:"):
                    self._enter(f"v{depth + 1}", value.item, steps[1:], depth + 1)
            elif isinstance(value, ObjectAt):
                variants = list(value.place.variants.values())
                self._walk(at, variants, steps, depth + 1)
            else:
                raise Declined("a path goes below a leaf")

    def _each_type(self, at: str, variants: list[Variant]) -> None:
        by_type: dict[str, list[Variant]] = {}
        for variant in variants:
            by_type.setdefault(variant.type_name, []).append(variant)
        if len(by_type) == 1:
            self._represent(at, *by_type.popitem())
            return
        for name, found in by_type.items():
            with self.source.block(f"if {self._is_one_of(at, found)}:"):
                self._represent(at, name, found)

    def _represent(self, at: str, type_name: str, variants: list[Variant]) -> None:
        made = next((one for one in self.lookup.representations if type_name in one.types), None)
        if made is None:
            return
        fields = [*made.key, *made.requires]
        for one in fields:
            if isinstance(one, RepresentationField) and any(
                one.response_key not in variant.slots for variant in variants
            ):
                raise Declined("a representation needs a field that no fetch brings")
        index = self._types.index(type_name)
        if is_plain(made):
            is_hashable = all(self._is_hashable(one, variants) for one in fields)
            values = [self._value(at, one, is_key=one in made.key) for one in fields]
            joined = ", ".join(values)
            representation = f"{self.source.name('Representation', self._plain(made))}({joined})"
            if is_hashable:
                self.source.line(f"k = {joined if len(values) == 1 else f'({joined},)'}")
            else:
                self.source.line(f"r = {representation}")
                self.source.line("k = encode(r)")
                representation = "r"
        else:
            self.source.line(f"r = {self.source.name('represent', representer(made))}({at})")
            self.source.line("k = encode(r)")
            representation = "r"
        self.source.line(f"i = seen{index}.get(k)")
        with self.source.block("if i is None:"):
            self.source.line(f"seen{index}[k] = i = len(reps)")
            self.source.line(f"reps.append({representation})")
        self.source.line(f"objects{index}.append({at}); indexes{index}.append(i)")

    def _is_hashable(self, one: RepresentationSelection, variants: Sequence[Variant]) -> bool:
        """Return whether equal values of a field are one key of a dictionary, and no others are."""
        return isinstance(one, RepresentationField) and all(
            isinstance(leaf := variant.slots[one.response_key].value, Leaf)
            and leaf.type_name in HASHABLE
            for variant in variants
        )

    def _plain(self, made: Representation) -> StructType:
        known = self._plain_types.get(made)
        if known is None:
            known = self._plain_types[made] = plain_type(made)
        return known

    def _value(self, at: str, one: RepresentationSelection, *, is_key: bool) -> str:
        """Write how a field of a representation is read, and return its variable."""
        key = one.response_key if isinstance(one, RepresentationField) else ""
        variable = f"k_{key}"
        self.source.line(f"{variable} = {at}.{attribute(key)}")
        missing = f"{variable} is None or {variable} is UNSET" if is_key else f"{variable} is UNSET"
        self.source.line(f"if {missing}: raise UnansweredError")
        return variable

    def _is_one_of(self, at: str, variants: list[Variant]) -> str:
        types = [self.structs.of_variant(one) for one in variants]
        if len(types) == 1:
            return f"type({at}) is {self.source.name('T', types[0])}"
        return f"type({at}) in {self.source.name('Types', frozenset(types))}"


def _by_slot(variants: Sequence[Variant], key: str) -> list[tuple[Slot, list[Variant]]]:
    """Return the different fields that objects have under `key`, and who has each."""
    groups: dict[Slot, list[Variant]] = {}
    for variant in variants:
        slot = variant.slots.get(key)
        if slot is not None:
            groups.setdefault(slot, []).append(variant)
    return list(groups.items())
