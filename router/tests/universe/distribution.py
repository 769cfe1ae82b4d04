"""A random distribution of a monolith over subgraphs that is valid by construction.

Each entity has a hub, a subgraph that knows all its keys; the others know some. So from any
subgraph every other one is reached, through the hub if need be.
"""

from __future__ import annotations

from random import Random

from universe.contexts import add_context
from universe.directives import add_directives
from universe.federation_1 import age
from universe.monolith import Composite, Field, Monolith, named, top_names
from universe.parts import Distribution, Part

_NAMES = "abcde"


def random_distribution(random: Random, monolith: Monolith) -> Distribution:
    """Return the parts of `monolith` over two to five subgraphs."""
    return _Distributor(random, monolith).distribute()


class _Distributor:
    """Places one monolith's types and fields; everything random comes from `random`."""

    def __init__(self, random: Random, monolith: Monolith) -> None:
        self._random = random
        self._monolith = monolith
        self._names = list(_NAMES[: random.randint(2, 5)])
        self._made = Distribution(monolith, {name: {} for name in self._names})
        self._stand_ins: dict[str, str] = {}
        """The interface that a subgraph has as an interface object, by subgraph."""

    def distribute(self) -> Distribution:
        random = self._random
        if random.random() < 0.5:
            self._interface_objects()
        for entity in self._monolith.entities.values():
            self._homes(entity)
        for entity in self._monolith.entities.values():
            for field in entity.fields.values():
                if not self._made.owners(entity.name, field.name):
                    self._place(entity, field)
        for root in self._monolith.roots.values():
            for field in root.fields.values():
                self._place_root(root, field)
        add_directives(random, self._made, self.ensure)
        self._interface_fields()
        if random.random() < 0.25:
            add_context(random, self._made)
        if random.random() < 0.3:
            age(random, self._made)
        return self._made

    def _interface_objects(self) -> None:
        """Let one or two subgraphs know an interface's entities only as an interface object."""
        related = {*self._monolith.parents, *self._monolith.parents.values()}
        keyed = [
            each
            for each in self._monolith.interfaces.values()
            if each.keys and each.name not in related
        ]
        if not keyed:
            return
        interface = self._random.choice(keyed)
        real, *others = self._random.sample(self._names, len(self._names))
        for subgraph in others[: self._random.choice((1, 1, 2))]:
            self._stand_ins[subgraph] = interface.name
        self._made.subgraphs[real][interface.name] = Part(interface.name, interface=True)
        for member in self._monolith.members[interface.name]:
            self.ensure(real, member)
            self._implement(real, interface.name, member)
        self._made.subgraphs[real][interface.name].keys["id"] = True
        for index, subgraph in enumerate(self._stand_ins):
            self.ensure(subgraph, interface.name)
            part = self._made.subgraphs[subgraph][interface.name]
            part.add(Field(f"extra{index}", self._random.choice(("Int", "String!", "[Float!]"))))
            if self._random.random() < 0.7:
                type_ = self._random.choice((interface.name, f"[{interface.name}!]!"))
                self._monolith.roots["Query"].add(Field(f"stand{index}", type_))

    def _homes(self, entity: Composite) -> None:
        homes = [each for each in self._names if not self._is_banned(each, entity.name)]
        for subgraph in self._random.sample(homes, self._random.randint(1, len(homes))):
            self.ensure(subgraph, entity.name)

    def _place(self, entity: Composite, field: Field) -> None:
        """Give a field to one subgraph that knows the entity, or several that share it."""
        random = self._random
        homes = [subgraph for subgraph, _ in self._made.parts(entity.name)]
        able = [each for each in homes if not self._is_banned(each, field.type)]
        if not able:
            able = [
                each
                for each in self._names
                if not self._is_banned(each, entity.name) and not self._is_banned(each, field.type)
            ]
        shared = len(able) > 1 and random.random() < 0.2
        for subgraph in random.sample(able, 2 if shared else 1):
            self.ensure(subgraph, entity.name)
            self._declare(subgraph, entity.name, field).shareable = shared

    def _place_root(self, root: Composite, field: Field) -> None:
        random = self._random
        able = [each for each in self._names if not self._is_banned(each, field.type)]
        if field.name.startswith("stand"):
            able = [each for each in self._stand_ins if self._stand_ins[each] == named(field.type)]
        # Events come from one subgraph only.
        may_be_shared = len(able) > 1 and root.name != "Subscription"
        shared = may_be_shared and random.random() < 0.2
        for subgraph in random.sample(able, random.randint(2, len(able)) if shared else 1):
            self._made.subgraphs[subgraph].setdefault(root.name, Part(root.name))
            self._declare(subgraph, root.name, field).shareable = shared

    def _declare(self, subgraph: str, typename: str, field: Field):  # noqa: ANN202
        self.ensure(subgraph, named(field.type))
        return self._made.subgraphs[subgraph][typename].add(field)

    def ensure(self, subgraph: str, typename: str) -> None:
        """Let a subgraph know a type, with all that the type cannot be without."""
        parts = self._made.subgraphs[subgraph]
        if typename in parts:
            return
        if typename in self._monolith.values:
            self._ensure_value(subgraph, self._monolith.values[typename])
        elif typename in self._monolith.entities:
            self._ensure_entity(subgraph, self._monolith.entities[typename])
        elif self._stand_ins.get(subgraph) == typename:
            part = parts[typename] = Part(typename, interface_object=True, keys={"id": True})
            part.add(self._monolith.interfaces[typename].fields["id"])
        elif typename in self._monolith.members:
            self._ensure_abstract(subgraph, typename)

    def _ensure_value(self, subgraph: str, value: Composite) -> None:
        part = self._made.subgraphs[subgraph][value.name] = Part(value.name, shareable=True)
        for field in value.fields.values():
            part.add(field)
            self.ensure(subgraph, named(field.type))

    def _ensure_entity(self, subgraph: str, entity: Composite) -> None:
        is_hub = self._made.hubs.setdefault(entity.name, subgraph) == subgraph
        count = len(entity.keys) if is_hub else self._random.randint(1, len(entity.keys))
        self._made.subgraphs[subgraph][entity.name] = Part(entity.name)
        for key in self._random.sample(entity.keys, count):
            self._add_key(subgraph, entity.name, key)

    def _add_key(self, subgraph: str, typename: str, key: str) -> None:
        part = self._made.subgraphs[subgraph][typename]
        part.keys[key] = True
        for name in top_names(key):
            field = self._monolith.entities[typename].fields[name]
            part.add(field)
            self.ensure(subgraph, named(field.type))
            if name == "boss":
                self._add_key(subgraph, named(field.type), "id")

    def _ensure_abstract(self, subgraph: str, typename: str) -> None:
        parent = self._monolith.parents.get(typename)
        part = self._made.subgraphs[subgraph][typename] = Part(typename)
        # Where an interface is known, those above and below it are, so that none lacks a field.
        for relative in self._monolith.relatives(typename):
            self.ensure(subgraph, relative)
        first, *others = self._monolith.members[typename]
        known = [each for each in others if not self._is_banned(subgraph, each)]
        members = [first, *(each for each in known if self._random.random() < 0.7)]
        for each in members:
            self.ensure(subgraph, each)
        if typename in self._monolith.interfaces:
            part.interface = True
            part.implements |= {parent} if parent is not None else set()
            for each in members:
                for interface in (typename, *part.implements):
                    self._implement(subgraph, interface, each)
        else:
            part.members = members

    def _implement(self, subgraph: str, interface: str, member: str) -> None:
        """Let a type implement an interface in a subgraph, with a field to show for it."""
        parts = self._made.subgraphs[subgraph]
        parts[member].implements.add(interface)
        if self._monolith.interfaces[interface].keys:
            self._add_key(subgraph, member, "id")

    def _interface_fields(self) -> None:
        """Declare on each interface what all its types in the subgraph have."""
        for parts in self._made.subgraphs.values():
            even_external = self._random.random() < 0.2
            for name, interface in self._monolith.interfaces.items():
                part = parts.get(name)
                if part is None or not part.interface:
                    continue
                types = [
                    each
                    for each in parts.values()
                    if name in each.implements and not each.interface
                ]
                for field in interface.fields.values():
                    declared = all(field.name in each.sites for each in types)
                    if declared and (
                        even_external or all(each.resolves(field.name) for each in types)
                    ):
                        part.add(field)

    def _is_banned(self, subgraph: str, type_: str) -> bool:
        """Tell whether a type would bring a concrete type where only its stand-in may be."""
        stand_in = self._stand_ins.get(subgraph)
        if stand_in is None:
            return False
        banned = set(self._monolith.members[stand_in])
        seen = {stand_in}
        pending = [named(type_)]
        while pending:
            name = pending.pop()
            if name in banned:
                return True
            if name not in seen:
                seen.add(name)
                pending += self._needs(name)
        return False

    def _needs(self, typename: str) -> list[str]:
        """Return the types that come with a type."""
        monolith = self._monolith
        if typename in monolith.members:
            return [*monolith.members[typename][:1], *monolith.relatives(typename)]
        if typename in monolith.values:
            return [named(each.type) for each in monolith.values[typename].fields.values()]
        if typename in monolith.entities:
            entity = monolith.entities[typename]
            names = [name for key in entity.keys for name in top_names(key)]
            return [named(entity.fields[name].type) for name in names]
        return []
