"""A random API as one server would declare it, before anyone splits it into subgraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

FIELD_NAMES = [
    "name",
    "title",
    "size",
    "price",
    "status",
    "weight",
    "color",
    "rank",
    "owner",
    "parent",
    "items",
    "notes",
    "tags",
    "origin",
    "label",
    "code",
    "level",
    "score",
    "target",
    "related",
]
_ENTITIES = ("Album", "Band", "Club", "Disc", "Event")
_VALUES = ("Money", "Shape", "Place")
_INTERFACES = ("Media", "Item")
_UNIONS = ("Hit", "Pick")
_LEAVES = ("String", "String", "Int", "Float", "Boolean", "ID")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field, or a field of an input object."""

    name: str
    type: str
    default: str | None = None
    context: str | None = None
    """What to read from objects above, for an argument that is not the client's."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: str
    arguments: tuple[Argument, ...] = ()


@dataclass(slots=True)
class Composite:
    """An object or interface type; `keys` are the field sets that identify an entity."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict[str, Field])
    keys: list[str] = field(default_factory=list[str])

    def add(self, *fields: Field) -> None:
        """Declare `fields`."""
        self.fields.update((each.name, each) for each in fields)


@dataclass(slots=True)
class Monolith:
    """All types of an API. The first member of an abstract type is known wherever the type is."""

    entities: dict[str, Composite] = field(default_factory=dict[str, Composite])
    values: dict[str, Composite] = field(default_factory=dict[str, Composite])
    interfaces: dict[str, Composite] = field(default_factory=dict[str, Composite])
    members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The object types of each interface and union."""
    parents: dict[str, str] = field(default_factory=dict[str, str])
    """The interface that an interface implements."""
    enums: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    inputs: dict[str, list[Argument]] = field(default_factory=dict[str, list[Argument]])
    scalars: list[str] = field(default_factory=list[str])
    roots: dict[str, Composite] = field(default_factory=dict[str, Composite])

    @property
    def objects(self) -> dict[str, Composite]:
        """Entities and value types."""
        return self.entities | self.values

    @property
    def unions(self) -> list[str]:
        """Names of the unions."""
        return [name for name in self.members if name not in self.interfaces]

    def relatives(self, interface: str) -> list[str]:
        """Return the interfaces that an interface implements or is implemented by."""
        pairs = [pair for pair in self.parents.items() if interface in pair]
        return [each for pair in pairs for each in pair if each != interface]


def named(type_: str) -> str:
    """Return the name in a type reference.

    >>> named("[[Album!]]!")
    'Album'
    """
    return type_.strip("[]!")


def top_names(field_set: str) -> list[str]:
    """Return the fields at the top of a field set of one level of braces.

    >>> top_names("spot { house } sku")
    ['spot', 'sku']
    """
    return re.sub(r"\{[^}]*\}", "", field_set).split()


def random_monolith(random: Random) -> Monolith:
    """Return an API of a few types of every kind."""
    return _Maker(random).make()


class _Maker:
    """Makes one monolith; everything random comes from `random`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._made = Monolith()

    def make(self) -> Monolith:
        made, random = self._made, self._random
        self._leaf_types()
        for name in _ENTITIES[: random.randint(2, 5)]:
            made.entities[name] = Composite(name)
        for name in _VALUES[: random.randint(0, 3)]:
            made.values[name] = Composite(name)
        for entity in made.entities.values():
            self._keys(entity)
        self._abstract_types()
        for each in made.objects.values():
            self._fields(each, self._random.randint(2, 5))
        self._roots()
        return made

    def _leaf_types(self) -> None:
        made, random = self._made, self._random
        for name in ("Mood", "Tone")[: random.randint(0, 2)]:
            made.enums[name] = [f"{name.upper()}_{letter}" for letter in "ABCD"]
        if random.random() < 0.3:
            made.scalars.append("Blob")
        for name in ("Range", "Filter")[: random.randint(0, 2)]:
            made.inputs[name] = [self._argument(each) for each in ("low", "high", "kind")]

    def _keys(self, entity: Composite) -> None:
        """Identify an entity by one to three keys: plain, compound, through an object."""
        random = self._random
        plain = [("id", "ID!"), ("sku", "String!"), ("number", "Int!")]
        choices = ["id", "sku", "number", "region number", *self._nested_keys(entity)]
        first = "id" if random.random() < 0.7 else random.choice(choices)
        others = random.sample(choices, random.choice((0, 0, 1, 1, 2)))
        entity.keys = list(dict.fromkeys([first, *others]))
        words = {word for key in entity.keys for word in top_names(key)}
        for name, type_ in [*plain, ("region", "String!")]:
            if name in words:
                # A key may be nullable, though it is never null.
                may_be_null = random.random() < 0.1
                entity.add(Field(name, type_.rstrip("!") if may_be_null else type_))

    def _nested_keys(self, entity: Composite) -> list[str]:
        choices: list[str] = []
        earlier = [each for each in self._made.entities.values() if each.fields.get("id")]
        if earlier:
            target = self._random.choice(earlier)
            if "id" in target.keys and target is not entity:
                entity.add(Field("boss", f"{target.name}!"))
                choices.append("boss { id }")
        if self._made.values:
            target = next(iter(self._made.values.values()))
            target.add(Field("postcode", "String!"), Field("house", "Int"))
            entity.add(Field("spot", f"{target.name}!"))
            choices += ["spot { postcode }", "spot { house } sku"]
        return choices

    def _abstract_types(self) -> None:
        made, random = self._made, self._random
        for name in _INTERFACES[: random.choice((0, 1, 1, 2))]:
            keyed = [each for each, entity in made.entities.items() if "id" in entity.keys]
            pool = keyed if len(keyed) > 1 and random.random() < 0.75 else list(made.values)
            if made.interfaces and random.random() < 0.5:
                self._sub_interface(name, *made.interfaces)
            elif len(pool) > 1:
                self._interface(name, random.sample(pool, random.randint(2, len(pool))))
        for name in _UNIONS[: random.choice((0, 1, 1, 2))]:
            pool = list(made.objects)
            made.members[name] = random.sample(pool, random.randint(2, min(4, len(pool))))

    def _interface(self, name: str, members: list[str]) -> None:
        made, random = self._made, self._random
        interface = made.interfaces[name] = Composite(name)
        made.members[name] = members
        objects = [made.objects[each] for each in members]
        if all(each.keys for each in objects):
            interface.keys = ["id"]
            interface.add(Field("id", "ID" if random.random() < 0.3 else self._weakest_id(objects)))
        for field_name in random.sample(FIELD_NAMES, random.randint(1, 3)):
            if any(field_name in each.fields for each in objects):
                continue
            shared = self._field(field_name)
            interface.add(shared)
            for each in objects:
                strict = random.random() < 0.2 and not shared.type.endswith("!")
                each.add(replace(shared, type=f"{shared.type}!") if strict else shared)
        if not interface.fields:
            # All the chosen names were taken.
            del made.interfaces[name], made.members[name]

    def _sub_interface(self, name: str, parent: str) -> None:
        """Make an interface of some types of another interface, which it implements."""
        made, random = self._made, self._random
        members = made.members[parent]
        self._interface(name, random.sample(members, random.randint(1, len(members))))
        if name in made.interfaces:
            made.parents[name] = parent
            made.interfaces[name].add(*made.interfaces[parent].fields.values())

    def _weakest_id(self, objects: Iterable[Composite]) -> str:
        return "ID!" if all(each.fields["id"].type == "ID!" for each in objects) else "ID"

    def _fields(self, composite: Composite, count: int) -> None:
        for name in self._random.sample(FIELD_NAMES, count):
            if name not in composite.fields:
                composite.add(self._field(name))
        if composite.keys and self._random.random() < 0.3:
            composite.add(Field("revision", "Int!"))

    def _roots(self) -> None:
        made, random = self._made, self._random
        query = made.roots["Query"] = Composite("Query")
        targets = [*made.entities, *made.members]
        for index in range(random.randint(3, 7)):
            if random.random() < 0.85:
                type_ = self._wrapped(random.choice(targets))
                query.add(Field(f"q{index}", type_, self._arguments()))
            else:
                query.add(self._field(f"q{index}"))
        if random.random() < 0.3:
            subscription = made.roots["Subscription"] = Composite("Subscription")
            for index in range(random.randint(1, 2)):
                type_ = self._wrapped(random.choice([*targets, "Int"]))
                subscription.add(Field(f"s{index}", type_, self._arguments()))
        if random.random() < 0.4:
            mutation = made.roots["Mutation"] = Composite("Mutation")
            for index in range(random.randint(1, 4)):
                type_ = self._wrapped(random.choice([*targets, "Int"]))
                mutation.add(Field(f"m{index}", type_, self._arguments()))

    def _field(self, name: str) -> Field:
        made, random = self._made, self._random
        composites = [*made.entities, *made.values, *made.members]
        if composites and random.random() < 0.45:
            target = random.choice(composites)
        else:
            target = random.choice([*_LEAVES, *made.enums, *made.scalars])
        arguments = self._arguments() if random.random() < 0.3 else ()
        return Field(name, self._wrapped(target), arguments)

    def _wrapped(self, target: str) -> str:
        random = self._random
        for _ in range(random.choice((0, 0, 0, 0, 0, 1, 1, 1, 2))):
            target = f"[{self._maybe_strict(target)}]"
        return self._maybe_strict(target)

    def _maybe_strict(self, type_: str) -> str:
        return f"{type_}!" if self._random.random() < 0.35 else type_

    def _arguments(self) -> tuple[Argument, ...]:
        names = self._random.sample(("first", "by", "where", "at"), self._random.choice((0, 1, 2)))
        return tuple(self._argument(name) for name in names)

    def _argument(self, name: str) -> Argument:
        made, random = self._made, self._random
        target = random.choice(["Int", "String", "Boolean", "ID", "Float", *made.enums])
        if made.inputs and random.random() < 0.3:
            return Argument(name, self._maybe_strict(random.choice(list(made.inputs))))
        if random.random() < 0.15:
            return Argument(name, self._maybe_strict(f"[{self._maybe_strict(target)}]"))
        default = self._default(target) if random.random() < 0.3 else None
        return Argument(name, self._maybe_strict(target), default)

    def _default(self, target: str) -> str:
        samples: dict[str, Sequence[str]] = {
            "Int": ("0", "7", "-3"),
            "String": ('"x"', '"a \\"b\\""'),
            "Boolean": ("true", "false"),
            "ID": ('"1"', '"x"'),
            "Float": ("1.5", "2.0"),
        }
        return self._random.choice(samples.get(target) or self._made.enums[target])
