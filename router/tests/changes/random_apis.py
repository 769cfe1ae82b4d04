"""Random pairs of small APIs, and operations that are asked of the first."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLSchema,
    build_schema,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
    validate_schema,
)

_OBJECTS = ("A", "B", "C")
_INTERFACES = ("I", "K")
_UNIONS = ("U", "V")
_LEAVES = ("Int", "Float", "String", "ID", "E")
_MOST_SELECTIONS = 7


@dataclass(slots=True)
class RandomApi:
    """Types by name: what interfaces and objects implement and their fields; members of unions."""

    random: Random
    interfaces: dict[str, dict[str, str]]
    objects: dict[str, tuple[set[str], dict[str, str]]]
    unions: dict[str, set[str]]
    roots: dict[str, str]

    @classmethod
    def made(cls, random: Random) -> RandomApi:
        """Return one; each interface has its own two fields, so that an object can be both."""
        api = cls(random, {}, {}, {}, {})
        for name, fields in zip(_INTERFACES, (("x", "n"), ("y", "m")), strict=True):
            api.interfaces[name] = {fields[0]: api._leaf(), fields[1]: api._composite()}
        for name in _OBJECTS:
            own = {"x": api._leaf(), "y": api._leaf(), "n": api._composite(), "z": api._leaf()}
            kept = {field: own[field] for field in own if random.random() < 0.6 or field == "z"}
            implemented = {it for it in _INTERFACES if random.random() < 0.5}
            api.objects[name] = implemented, kept
        for name in _UNIONS:
            api.unions[name] = {random.choice(_OBJECTS), random.choice(_OBJECTS)}
        api.roots = {"a": api._composite(), "b": api._composite()}
        return api

    def changed(self) -> RandomApi:
        """Return it with some changes."""
        other = copy.deepcopy(self)
        other.random = self.random
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(
                [
                    other._root,
                    other._root,
                    other._field,
                    other._interface,
                    other._implements,
                    other._member,
                    other._renamed,
                ]
            )()
        return other

    def schema(self) -> GraphQLSchema | None:
        """Return the schema, if it is valid and all its types can come."""
        schema = build_schema(self.sdl(), assume_valid_sdl=True)
        if validate_schema(schema):
            return None
        implemented = {it for names, _ in self.objects.values() for it in names}
        # What nothing implements can only be null.
        return schema if implemented.issuperset(self.interfaces) else None

    def sdl(self) -> str:
        """Return the schema as text."""
        lines = [f"type Query {{ {_fields(self.roots)} }}", "enum E { X }"]
        lines += [f"interface {name} {{ {_fields(own)} }}" for name, own in self.interfaces.items()]
        for name, (implemented, own) in self.objects.items():
            fields = dict(own)
            for interface in sorted(implemented):
                for field, of_type in self.interfaces[interface].items():
                    # What an object says for itself may promise more than its interface does.
                    more = own.get(field, "") == f"{of_type}!"
                    fields[field] = own[field] if more else of_type
            names = f" implements {' & '.join(sorted(implemented))}" if implemented else ""
            lines.append(f"type {name}{names} {{ {_fields(fields)} }}")
        lines += [f"union {name} = {' | '.join(sorted(of))}" for name, of in self.unions.items()]
        return "\n".join(lines)

    def _leaf(self) -> str:
        return self._wrapped(self.random.choice(_LEAVES))

    def _composite(self) -> str:
        return self._wrapped(self.random.choice([*self._objects(), *_INTERFACES, *_UNIONS]))

    def _objects(self) -> list[str]:
        return sorted(self.objects) or [*_OBJECTS]

    def _wrapped(self, name: str) -> str:
        wrapped = f"[{name}]" if self.random.random() < 0.15 else name
        return f"{wrapped}!" if self.random.random() < 0.35 else wrapped

    def _root(self) -> None:
        self.roots[self.random.choice("ab")] = self._composite()

    def _field(self) -> None:
        _, own = self.objects[self.random.choice(self._objects())]
        name = self.random.choice(sorted(own))
        own[name] = self._composite() if name in "nm" else self._leaf()

    def _interface(self) -> None:
        own = self.interfaces[self.random.choice(_INTERFACES)]
        name = self.random.choice(sorted(own))
        own[name] = self._composite() if name in "nm" else self._leaf()

    def _implements(self) -> None:
        implemented, _ = self.objects[self.random.choice(self._objects())]
        implemented ^= {self.random.choice(_INTERFACES)}

    def _member(self) -> None:
        members = self.unions[self.random.choice(_UNIONS)]
        changed = members ^ {self.random.choice(self._objects())}
        if changed:
            members ^= members ^ changed

    def _renamed(self) -> None:
        """Make an object an interface of the same fields, or give it another name."""
        name = self.random.choice(self._objects())
        implemented, own = self.objects.pop(name)
        self.objects[f"{name}{name}"] = implemented, own
        for members in self.unions.values():
            if name in members:
                members ^= {name, f"{name}{name}"}
        if self.random.random() < 0.7 and not implemented:
            self.interfaces[name] = dict(own)
            implemented.add(name)
            return
        everything: Any = [self.roots, *self.interfaces.values()]
        for fields in everything + [own for _, own in self.objects.values()]:
            for field, of_type in fields.items():
                plain = of_type.strip("[]!")
                fields[field] = of_type.replace(name, name * 2) if plain == name else of_type


def _fields(fields: dict[str, str]) -> str:
    return " ".join(f"{name}: {of_type}" for name, of_type in fields.items())


def random_operation(random: Random, schema: GraphQLSchema) -> DocumentNode | None:
    """Return an operation that `schema` can answer, or nothing where it cannot."""
    writer = _Writer(random, schema)
    body = writer.selections("Query", 4)
    fragments = " ".join(f"fragment {name} on {text}" for name, text in writer.fragments.items())
    header = "query($p: Boolean!, $q: Boolean!)"
    # Both variables are used, or the operation would not be valid.
    uses = "t: __typename @include(if: $p) u: __typename @include(if: $q)"
    document = parse(f"{header} {{ {body} {uses} }} {fragments}")
    return None if validate(schema, document) else document


class _Writer:
    """Writes selections that are mostly valid."""

    def __init__(self, random: Random, schema: GraphQLSchema) -> None:
        self.fragments: dict[str, str] = {}
        self._random = random
        self._schema = schema
        self._left = _MOST_SELECTIONS

    def selections(self, parent: str, depth: int) -> str:
        """Return what is selected of a type."""
        count = self._random.randint(1, 3)
        return " ".join(self._selection(parent, depth) for _ in range(count))

    def _selection(self, parent: str, depth: int) -> str:
        self._left -= 1
        fields: dict[str, Any] = getattr(self._schema.get_type(parent), "fields", {})
        if parent != "Query" and self._left > 0 and (not fields or self._random.random() < 0.45):
            return self._fragment(parent, depth)
        if not fields:
            return "__typename"
        name = self._random.choice(sorted(fields))
        named = str(fields[name].type).strip("[]!")
        if not is_composite_type(self._schema.get_type(named)):
            return f"{name}{self._condition()}"
        if depth == 0 or self._left <= 0:
            return "__typename"
        return f"{name}{self._condition()} {{ {self.selections(named, depth - 1)} }}"

    def _fragment(self, parent: str, depth: int) -> str:
        near = [name for name in self._composites() if self._objects(name) & self._objects(parent)]
        # Fragments on the very type of a field are what clients write most.
        on = parent if self._random.random() < 0.4 else self._random.choice(near)
        text = f"{{ {self.selections(on, depth)} }}"
        if self._random.random() < 0.5:
            return f"... on {on}{self._condition()} {text}"
        name = f"F{len(self.fragments)}"
        self.fragments[name] = f"{on} {text}"
        return f"...{name}{self._condition()}"

    def _condition(self) -> str:
        if self._random.random() < 0.85:
            return ""
        directive, variable = self._random.choice(["skip", "include"]), self._random.choice("pq")
        return f" @{directive}(if: ${variable})"

    def _composites(self) -> list[str]:
        return [
            name
            for name, one in self._schema.type_map.items()
            if is_composite_type(one) and not name.startswith("__") and name != "Query"
        ]

    def _objects(self, name: str) -> set[str]:
        one = cast("Any", self._schema.get_type(name))
        if is_abstract_type(one):
            return {it.name for it in self._schema.get_possible_types(one)}
        return {name}
