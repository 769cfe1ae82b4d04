"""Layout → the function that makes objects ready to be encoded, when all fetches are done.

What the plan needed for itself is unset. An object whose type was told by `__typename` is rewritten
unless the client asked for that first: msgspec encodes such a tag always, and before all fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graphwing.execution.compile.layout import ListOf, ObjectAt, Place, Value, Variant
from graphwing.execution.compile.source import Source
from graphwing.execution.compile.structs import Structs, attribute
from graphwing.execution.shape import TypenameShape


@dataclass(slots=True)
class FinishWriter:
    """Writes the finishing functions, one for each variant that has something to finish."""

    source: Source
    structs: Structs
    _written: dict[Variant, str | None] = field(default_factory=dict[Variant, str | None])
    _tables: dict[Place, str | None] = field(default_factory=dict[Place, str | None])

    def write(self, variant: Variant) -> str | None:
        """Write what finishes an object and all below it; return its name, if it is needed."""
        if variant not in self._written:
            self._written[variant] = self._write(variant)
        return self._written[variant]

    def _write(self, variant: Variant) -> str | None:
        slots = [
            variant.slots[one.response_key]
            for one in variant.order
            if one.response_key in variant.slots
        ]
        below = [(slot, name) for slot in slots if (name := self._of_value(slot.value)) is not None]
        hidden = [slot.key for slot in variant.slots.values() if not slot.is_visible]
        is_rewritten = _is_rewritten(variant)
        if not below and not hidden and not is_rewritten:
            return None
        name = f"finish{len(self._written)}_{len(self._tables)}"
        with self.source.block(f"def {name}(o):"):
            if is_rewritten:
                # Objects that several others share are finished with the first of them.
                rewritten = self.source.name("R", self.structs.rewritten(variant))
                self.source.line(f"if type(o) is {rewritten}: return o")
            for slot, function in below:
                at = f"o.{attribute(slot.key)}"
                self.source.line(f"v = {at}")
                self._finish(at, "v", slot.value, function, 0)
            if is_rewritten:
                self.source.line(f"return {self._rewriting(variant)}")
            else:
                for key in hidden:
                    self.source.line(f"o.{attribute(key)} = UNSET")
                self.source.line("return o")
        return name

    def _finish(self, target: str, at: str, value: Value, function: str, depth: int) -> None:
        """Write what finishes the value in variable `at`, and puts it where it came from."""
        with self.source.block(f"if {at} is not None:"):
            if not isinstance(value, ListOf):
                self.source.line(f"{target} = {function}({at})")
                return
            item, index = f"v{depth}", f"i{depth}"
            with self.source.block(f"for {index}, {item} in enumerate({at}):"):
                self._finish(f"{at}[{index}]", item, value.item, function, depth + 1)

    def _of_value(self, value: Value) -> str | None:
        """Return the name of what finishes the objects of a value, if they need it."""
        while isinstance(value, ListOf):
            value = value.item
        return self._of_place(value.place) if isinstance(value, ObjectAt) else None

    def _of_place(self, place: Place) -> str | None:
        if place not in self._tables:
            names = {one: self.write(one) for one in place.variants.values()}
            self._tables[place] = self._dispatch(names) if any(names.values()) else None
        return self._tables[place]

    def _dispatch(self, names: dict[Variant, str | None]) -> str:
        """Return the name of a function that finishes an object of any of these types."""
        if len(names) == 1:
            return next(name for name in names.values() if name)
        entries = ", ".join(
            f"{self.source.name('T', self.structs.of_variant(variant))}: {name or 'unchanged'}"
            for variant, name in names.items()
        )
        name = f"finish_any{len(self._written)}_{len(self._tables)}"
        self.source.line(f"{name}_by = {{{entries}}}")
        with self.source.block(f"def {name}(o):"):
            self.source.line(f"return {name}_by.get(type(o), unchanged)(o)")
        return name

    def _rewriting(self, variant: Variant) -> str:
        made = self.source.name("R", self.structs.rewritten(variant))
        values = ", ".join(
            f"{attribute(one.response_key)}=o.{attribute(one.response_key)}"
            for one in variant.order
            if not isinstance(one.shape, TypenameShape)
        )
        return f"{made}({values})"


def _is_rewritten(variant: Variant) -> bool:
    return variant.is_tagged and not variant.is_tagged_in_place
