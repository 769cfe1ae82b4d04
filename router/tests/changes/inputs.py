"""Random pairs of input types, and all values worth sending for them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, cast

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    is_enum_type,
    is_input_object_type,
    is_required_input_field,
)

_BUILT_IN = ("Int", "Float", "String", "ID", "Boolean")
_VALUES: dict[str, list[object]] = {
    "Int": [1],
    "Float": [1, 1.5],
    "String": ["s"],
    "ID": ["i", 2],
    "Boolean": [True],
    "Any": [1, 1.5, "s", True, {"a": 1}, [], [1, None], [[None]]],
}
_DEFAULTS = {"Int": "1", "Float": "1.5", "String": '"s"', "ID": '"i"', "Boolean": "true", "E": "X"}
# Deep enough for every pair of inputs: `In` has `Out` and itself, `Out` has leaves and itself.
_DEPTH = 4


@dataclass(slots=True)
class RandomInputs:
    """Two inputs, an enum, and what a field and a directive take."""

    random: Random
    inputs: dict[str, dict[str, str]]
    one_of: set[str]
    values: list[str]
    arguments: dict[str, str]

    @classmethod
    def made(cls, random: Random) -> RandomInputs:
        """Return some."""
        made = cls(random, {}, set(), ["X", "Y"][: random.randint(1, 2)], {})
        for name in ("Out", "In"):
            fields = {f"f{number}": made._item(name) for number in range(random.randint(1, 3))}
            made.inputs[name] = fields
            if random.random() < 0.2:
                made._toggle_one_of(name)
        made.arguments = {"a": made._item("Query"), "b": made._item("Query")}
        return made

    def changed(self) -> RandomInputs:
        """Return them with some changes."""
        inputs = {name: dict(fields) for name, fields in self.inputs.items()}
        other = RandomInputs(
            self.random, inputs, set(self.one_of), [*self.values], dict(self.arguments)
        )
        for _ in range(self.random.randint(1, 2)):
            self.random.choice([other._change_field, other._change_rest])()
        return other

    def sdl(self) -> str:
        """Return the schema as text."""
        lines = ["scalar Any", f"enum E {{ {' '.join(self.values)} }}"]
        for name, fields in self.inputs.items():
            one_of = " @oneOf" if name in self.one_of else ""
            lines.append(f"input {name}{one_of} {{ {_listed(fields)} }}")
        lines.append(f"type Query {{ f({_listed(self.arguments)}): Int }}")
        return "\n".join(lines)

    def _item(self, owner: str) -> str:
        names = [*_BUILT_IN, "E", "E", "Any"]
        names += {"Query": ["In", "In", "Out"], "In": ["Out", "Out"], "Out": []}[owner]
        name = self.random.choice(names)
        text = f"[{name}{self._bang()}]" if self.random.random() < 0.2 else name
        text += self._bang()
        default = _DEFAULTS.get(name)
        if name == "E":
            default = self.values[0]
        return f"{text} = {default}" if default and self.random.random() < 0.25 else text

    def _bang(self) -> str:
        return "!" if self.random.random() < 0.3 else ""

    def _change_field(self) -> None:
        name = self.random.choice(("Out", "In"))
        fields = self.inputs[name]
        field = self.random.choice(sorted(fields))
        match self.random.randrange(5):
            case 0 if len(fields) > 1:
                del fields[field]
            case 1:
                fields[f"g{len(fields)}"] = self._item(name)
            case 2:
                fields[field] = _toggled(fields[field])
            case 3:
                fields[field] = f"[{fields[field].partition(' = ')[0]}]"
            case _:
                fields[field] = self._item(name)
        if name in self.one_of:
            self.one_of.discard(name)
            self._toggle_one_of(name)

    def _change_rest(self) -> None:
        argument = self.random.choice("ab")
        match self.random.randrange(4):
            case 0:
                self.values = self.random.choice([["X"], ["Y"], ["X", "Y"], ["X", "Y", "Z"]])
            case 1:
                self._toggle_one_of(self.random.choice(("Out", "In")))
            case 2:
                self.arguments[argument] = _toggled(self.arguments[argument])
            case _:
                self.arguments[argument] = f"{self.arguments[argument].partition(' = ')[0]}"

    def _toggle_one_of(self, name: str) -> None:
        if name in self.one_of:
            self.one_of.discard(name)
            return
        self.one_of.add(name)
        for field, text in self.inputs[name].items():
            self.inputs[name][field] = text.partition(" = ")[0].removesuffix("!")


def _listed(items: dict[str, str]) -> str:
    return ", ".join(f"{name}: {text}" for name, text in items.items())


def _toggled(text: str) -> str:
    """Return an item that is null where it was not, or the other way round."""
    of_type, _, default = text.partition(" = ")
    of_type = of_type.removesuffix("!") if of_type.endswith("!") else f"{of_type}!"
    return f"{of_type} = {default}" if default else of_type


def values(of_type: Any, depth: int = _DEPTH) -> list[object]:  # noqa: ANN401 - any input type
    """Return the values worth sending; those of an object have each field's by turns."""
    if isinstance(of_type, GraphQLNonNull):
        return [it for it in values(cast("Any", of_type).of_type, depth) if it is not None]
    if isinstance(of_type, GraphQLList):
        items = values(cast("Any", of_type).of_type, depth)
        single = [it for it in items if not isinstance(it, list)]
        return [None, [], *([it] for it in items), *single]
    if is_enum_type(of_type):
        return [None, *of_type.values]
    if is_input_object_type(of_type):
        return [None, *_objects(of_type, depth)]
    return [None, *_VALUES[of_type.name]]


def _objects(of_type: Any, depth: int) -> list[object]:  # noqa: ANN401 - an input object type
    if depth == 0:
        return []
    fields = {name: (it, values(it.type, depth - 1)) for name, it in of_type.fields.items()}
    if of_type.is_one_of:
        return [
            {name: value}
            for name, (_, all_) in fields.items()
            for value in all_
            if value is not None
        ]
    if any(is_required_input_field(it) and not all_ for it, all_ in fields.values()):
        return []
    least = {name: all_[0] for name, (it, all_) in fields.items() if is_required_input_field(it)}
    return [
        least,
        *({**least, name: value} for name, (_, all_) in fields.items() for value in all_),
    ]
