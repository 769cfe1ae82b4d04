"""The directives that tie subgraphs together, sown over a finished distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from universe.monolith import Argument, Composite, Field, named, top_names
from universe.parts import Distribution, Part, Site

Ensure = Callable[[str, str], None]
LABELS = ("percent(30)", "beta")
"""Conditions of overrides; a case says which of them hold."""
_INPUT_SAMPLES = {"Int": "3", "String": '"x"', "Boolean": "true"}


def add_directives(random: Random, made: Distribution, ensure: Ensure) -> None:
    """Sow overrides, provided and required fields, variations, and what is not accessible."""
    sower = _Sower(random, made, ensure)
    sower.override()
    sower.provide()
    sower.require()
    sower.vary()
    sower.hide()
    sower.unresolve()


class _Sower:
    """Adds directives to one distribution; everything random comes from `random`."""

    def __init__(self, random: Random, made: Distribution, ensure: Ensure) -> None:
        self._random = random
        self._made = made
        self._monolith = made.monolith
        self._ensure_type = ensure
        self._requirements: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._goal: tuple[str, str] | None = None
        """The field whose requirements are being written."""

    def override(self) -> None:
        """Let a field have moved here from another subgraph, or from one that is no more."""
        for subgraph, entity, field in self._owned():
            site = self._made.subgraphs[subgraph][entity.name].sites[field.name]
            if site.shareable or self._random.random() > 0.08:
                continue
            homes = [
                each for each, part in self._made.parts(entity.name) if field.name not in part.sites
            ]
            homes = [each for each in homes if self._knows(each, named(field.type))]
            source = self._random.choice([*homes, "gone"])
            site.override = source
            if source != "gone":
                self._made.subgraphs[source][entity.name].add(field).overridden = True
                site.label = self._random.choice((None, *LABELS))

    def provide(self) -> None:
        """Let fields lead to entities with fields of other subgraphs already at hand."""
        for subgraph, parts in self._made.subgraphs.items():
            for part in list(parts.values()):
                for site in list(part.sites.values()):
                    if self._can_provide(part, site) and self._random.random() < 0.3:
                        self._provide(subgraph, site)

    def _can_provide(self, part: Part, site: Site) -> bool:
        is_key = any(site.field.name in top_names(key) for key in part.keys)
        is_value = part.shareable or part.interface
        return not (site.external or site.override or site.overridden or is_key or is_value)

    def _provide(self, subgraph: str, site: Site) -> None:
        target = named(site.type)
        parts = self._made.subgraphs[subgraph]
        if target in self._monolith.entities:
            site.provides = self._provided(subgraph, target)
        elif target in parts and not parts[target].interface_object:
            members = self._concrete(subgraph, target)
            found = {each: self._provided(subgraph, each) for each in members}
            texts = [f"... on {each} {{ {fields} }}" for each, fields in found.items() if fields]
            site.provides = " ".join(texts) or None

    def _provided(self, subgraph: str, typename: str) -> str | None:
        """Make fields of an entity external here, and return them as a field set."""
        if typename not in self._monolith.entities:
            return None
        chosen: list[str] = []
        for field in self._foreign(subgraph, typename):
            sites = self._made.sites(typename, field.name)
            usable = not field.arguments and not any(
                each.override or each.overridden for each in sites
            )
            if usable and self._random.random() < 0.4:
                text = self._selection(subgraph, field)
                if text:
                    chosen.append(text)
                    self._external(subgraph, typename, field)
                    for each in sites:
                        each.shareable |= not each.external
        return " ".join(chosen) or None

    def require(self) -> None:
        """Let fields be computed from fields of other subgraphs."""
        for subgraph, entity, field in self._owned():
            site = self._made.subgraphs[subgraph][entity.name].sites[field.name]
            busy = site.shareable or site.override or site.provides
            if busy or self._random.random() > 0.35:
                continue
            texts = [
                self._required(subgraph, entity, field, each)
                for each in self._some(subgraph, entity)
            ]
            site.requires = " ".join(filter(None, texts)) or None

    def _some(self, subgraph: str, entity: Composite) -> list[Field]:
        foreign = [each for each in self._foreign(subgraph, entity.name) if each.name != "revision"]
        return self._random.sample(foreign, min(len(foreign), self._random.randint(1, 3)))

    def _required(
        self, subgraph: str, entity: Composite, field: Field, needed: Field
    ) -> str | None:
        """Return how `field` requires `needed`, which becomes external here; if it can."""
        if self._depends((entity.name, needed.name), (entity.name, field.name)):
            return None
        arguments = self._fixed(needed.arguments)
        self._goal = (entity.name, field.name)
        text = None if arguments is None else self._selection(subgraph, needed, arguments)
        if text:
            self._external(subgraph, entity.name, needed)
            self._note(entity.name, needed.name)
        self._goal = None
        return text

    def _note(self, typename: str, name: str) -> None:
        """Note that the field being computed requires this one."""
        if self._goal:
            self._requirements.setdefault(self._goal, set()).add((typename, name))

    def _fixed(self, arguments: tuple[Argument, ...]) -> str | None:
        """Return arguments for a field set, or nothing if they cannot be written there."""
        given: list[str] = []
        for each in arguments:
            target = named(each.type)
            is_required = each.type.endswith("!") and each.default is None
            if is_required or self._random.random() < 0.6:
                sample = (
                    _INPUT_SAMPLES.get(target) or (self._monolith.enums.get(target) or [None])[0]
                )
                if sample is None or "[" in each.type:
                    if is_required:
                        return None
                    continue
                given.append(f"{each.name}: {sample}")
        return f"({', '.join(given)})" if given else ""

    def _depends(self, start: tuple[str, str], goal: tuple[str, str]) -> bool:
        pending, seen = [start], set[tuple[str, str]]()
        while pending:
            each = pending.pop()
            if each == goal:
                return True
            if each not in seen:
                seen.add(each)
                pending += self._requirements.get(each, ())
        return False

    def _selection(self, subgraph: str, field: Field, arguments: str = "") -> str | None:
        """Return a field with a sub-selection that this subgraph may name."""
        target = named(field.type)
        monolith = self._monolith
        text = f"{field.name}{arguments}"
        if target not in monolith.objects and target not in monolith.members:
            return text
        if not self._knows(subgraph, target):
            return None
        if target in monolith.members:
            members = self._concrete_everywhere(subgraph, field)
            chosen = {each: self._leaves(subgraph, each) for each in members}
            texts = [f"... on {each} {{ {leaves} }}" for each, leaves in chosen.items() if leaves]
            return f"{text} {{ {' '.join(texts)} }}" if texts else None
        leaves = self._leaves(subgraph, target)
        return f"{text} {{ {leaves} }}" if leaves else None

    def _leaves(self, subgraph: str, typename: str) -> str:
        """Return some leaf fields without arguments that a subgraph declares on an object."""
        part = self._made.subgraphs[subgraph][typename]
        composites = {*self._monolith.objects, *self._monolith.members}
        names = [
            each.field.name
            for each in part.sites.values()
            if named(each.type) not in composites
            and not each.arguments
            and each.field.name != "revision"
            and each.requires is None
            and not each.overridden
            and not self._is_moving(typename, each.field.name)
            and not (self._goal and self._depends((typename, each.field.name), self._goal))
        ]
        chosen = self._random.sample(names, min(len(names), self._random.randint(1, 2)))
        for name in chosen:
            self._note(typename, name)
        return " ".join(chosen)

    def vary(self) -> None:
        """Let subgraphs disagree where they may: nullability, arguments, enum values, inputs."""
        if self._random.random() < 0.5:
            self._vary_types()
        if self._random.random() < 0.3:
            self._vary_leaf_types()

    def _vary_types(self) -> None:
        for name, sites in self._shared():
            if any(each.external or each.provides or each.overridden for each in sites):
                continue
            site = self._random.choice(sites)
            if self._random.random() < 0.3 and not site.type.endswith("!"):
                site.type = f"{site.type}!"
            optional = [
                each for each in site.arguments if not each.type.endswith("!") and not each.default
            ]
            in_interface = any(name in each.fields for each in self._monolith.interfaces.values())
            if optional and not in_interface and self._random.random() < 0.2:
                dropped = self._random.choice(optional)
                site.arguments = tuple(each for each in site.arguments if each is not dropped)

    def _vary_leaf_types(self) -> None:
        made = self._made
        for name, values in self._monolith.enums.items():
            subgraphs = [each for each in made.subgraphs if name in made.leaf_types(each)]
            if len(subgraphs) > 1 and not self._is_input(name):
                made.enums[self._random.choice(subgraphs), name] = values[:-1]
        for name, fields in self._monolith.inputs.items():
            subgraphs = [each for each in made.subgraphs if name in made.leaf_types(each)]
            kept = [each for each in fields if each.type.endswith("!") or each.default]
            if len(subgraphs) > 1 and kept:
                made.inputs[self._random.choice(subgraphs), name] = kept

    def _is_input(self, enum: str) -> bool:
        return any(
            enum in self._made.input_types(subgraph, site.arguments)
            for subgraph, parts in self._made.subgraphs.items()
            for part in parts.values()
            for site in part.sites.values()
        )

    def hide(self) -> None:
        """Make a few fields inaccessible that nothing accessible relies on."""
        interfaces = self._monolith.interfaces.values()
        for each in self._monolith.objects.values():
            fields = [
                field
                for field in each.fields.values()
                if not any(field.name in interface.fields for interface in interfaces)
            ]
            if len(each.fields) > 2 and fields and self._random.random() < 0.15:
                sites = self._made.sites(each.name, self._random.choice(fields).name)
                sites = [site for site in sites if not site.external]
                if sites:
                    self._random.choice(sites).inaccessible = True
        for name, values in self._monolith.enums.items():
            if self._random.random() < 0.1 and not self._is_input(name):
                self._made.hidden.add(values[-2])

    def unresolve(self) -> None:
        """Mark keys of mere references as not resolvable."""
        for typename in self._monolith.entities:
            for subgraph, part in list(self._made.parts(typename)):
                names = {name for key in part.keys for name in top_names(key)}
                is_reference = part.sites.keys() <= names and not part.implements
                is_hub = self._made.hubs[typename] == subgraph
                if is_reference and not is_hub and self._random.random() < 0.4:
                    part.keys = dict.fromkeys(part.keys, False)

    def _owned(self) -> Iterator[tuple[str, Composite, Field]]:
        """Yield the fields of entities that exactly one subgraph resolves, keys aside."""
        for entity in self._monolith.entities.values():
            keys = {name for key in entity.keys for name in top_names(key)}
            for field in entity.fields.values():
                owners = self._made.owners(entity.name, field.name)
                if len(owners) == 1 and field.name not in keys:
                    yield owners[0], entity, field

    def _foreign(self, subgraph: str, typename: str) -> list[Field]:
        """Return the fields of an entity that a subgraph does not resolve, keys aside.

        Nor those that move under a condition: nobody composes what relies on them elsewhere.
        """
        entity = self._monolith.entities[typename]
        keys = {name for key in entity.keys for name in top_names(key)}
        part = self._made.subgraphs[subgraph][typename]
        return [
            field
            for name, field in entity.fields.items()
            if name not in keys
            and (name not in part.sites or part.sites[name].external)
            and self._made.owners(typename, name)
            and not self._is_moving(typename, name)
        ]

    def _is_moving(self, typename: str, name: str) -> bool:
        return any(each.label for each in self._made.sites(typename, name))

    def _shared(self) -> Iterator[tuple[str, list[Site]]]:
        """Yield the fields that several subgraphs resolve, keys aside."""
        for each in [*self._monolith.objects.values(), *self._monolith.roots.values()]:
            keys = {name for key in each.keys for name in top_names(key)}
            for name in each.fields.keys() - keys:
                sites = self._made.sites(each.name, name)
                if len(sites) > 1:
                    yield name, sites

    def _external(self, subgraph: str, typename: str, field: Field) -> None:
        self._made.subgraphs[subgraph][typename].add(field).external = True

    def _concrete(self, subgraph: str, abstract: str) -> list[str]:
        parts = self._made.subgraphs[subgraph]
        return parts[abstract].members or [
            each.name
            for each in parts.values()
            if abstract in each.implements and not each.interface
        ]

    def _concrete_everywhere(self, subgraph: str, field: Field) -> list[str]:
        """Return the types of an abstract field that all who have the field know it to have.

        A requirement on a type that its source cannot return cannot be satisfied.
        """
        target = named(field.type)
        sources = [
            each
            for each, parts in self._made.subgraphs.items()
            if target in parts and any(field.name in part.sites for part in parts.values())
        ]
        known = [set(self._concrete(each, target)) for each in sources]
        return [
            each
            for each in self._concrete(subgraph, target)
            if all(each in concrete for concrete in known)
        ]

    def _knows(self, subgraph: str, typename: str) -> bool:
        composites = {*self._monolith.objects, *self._monolith.members}
        return typename not in composites or typename in self._made.subgraphs[subgraph]
