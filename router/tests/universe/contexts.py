"""Fields below some objects that read a value from them: sown into a distribution as a world apart.

Every way to a field that reads a context must lead past an object that sets it. So the types that
have to do with a context are reached from one another and from roots of their own only.
"""

from __future__ import annotations

from random import Random

from universe.monolith import Argument, Field
from universe.parts import Distribution, Part

_LEAVES = ("String", "Int", "ID", "Boolean", "[Int]", "String!")
_WRAPPINGS = ("{}", "{}!", "[{}]", "[{}!]!")


def add_context(random: Random, made: Distribution) -> None:
    """Let realms, and sometimes the tracts in them, tell the depths below them their shade."""
    _Sower(random, made).sow()


class _Sower:
    """Adds the types of one context to one distribution."""

    def __init__(self, random: Random, made: Distribution) -> None:
        self._random = random
        self._made = made
        names = list(made.subgraphs)
        self._home = random.choice(names)
        self._other = random.choice([each for each in names if each != self._home])
        self._shade = random.choice(_LEAVES)

    def sow(self) -> None:
        random = self._random
        realm = self._part(self._home, "Realm", key=True)
        far_realm = self._part(self._other, "Realm", key=True)
        tract = self._part(self._home, "Tract")
        zone = self._part(self._home, "Zone")
        depth = self._part(self._home, "Depth", key=True)
        zone.interface = True
        tract_shade = random.choice(("shade", "hue", "pack { hue }"))
        tract_tells = random.random() < 0.6
        # What an interface tells, all of its types have.
        zone_tells = tract_tells and tract_shade == "shade"
        zone.context = "realm" if zone_tells else None
        realm.context = None if zone_tells else "realm"
        tract.context = "realm" if tract_tells and not zone_tells else None
        self._realms(realm, far_realm, is_external=random.random() < 0.5 and not zone_tells)
        self._tracts(tract, tract_shade)
        self._zones(zone, realm, tract)
        selection = "{ shade }"
        if tract_tells and tract_shade != "shade":
            selection = f"... on Realm {{ shade }} ... on Tract {{ {tract_shade} }}"
        self._depths(depth, f"$realm {selection}")
        self._roots(tells=tract_tells)

    def _part(self, subgraph: str, name: str, *, key: bool = False) -> Part:
        part = self._made.subgraphs[subgraph].setdefault(name, Part(name))
        if key:
            part.keys["id"] = True
            part.add(Field("id", "ID!"))
        return part

    def _realms(self, realm: Part, far_realm: Part, *, is_external: bool) -> None:
        random = self._random
        shade = Field("shade", self._shade)
        realm.add(shade).external = is_external
        if is_external:
            far_realm.add(shade)
        realm.add(Field("realms", self._wrapped("Realm")))
        far_realm.add(Field("parent", "Realm"))
        if random.random() < 0.5:
            self._part(self._other, "Depth", key=True).add(Field("extra", "Int"))
            far_realm.add(Field("depths", self._wrapped("Depth")))

    def _tracts(self, tract: Part, shade: str) -> None:
        tract.add(Field("name", "String"))
        if shade.startswith("pack"):
            tract.add(Field("pack", "Pack!" if self._shade.endswith("!") else "Pack"))
            self._part(self._home, "Pack").add(Field("hue", self._shade))
        else:
            tract.add(Field(shade, self._shade))

    def _zones(self, zone: Part, realm: Part, tract: Part) -> None:
        deep = Field("depth", self._wrapped("Depth"))
        for part in (zone, realm, tract):
            part.add(deep)
            if part is not zone:
                part.implements.add("Zone")
            if zone.context:
                part.add(Field("shade", self._shade))
        realm.add(Field("zones", self._wrapped("Zone")))

    def _depths(self, depth: Part, read: str) -> None:
        random = self._random
        # What is read may be null, if only because something on the way there has failed.
        type_ = self._shade.removesuffix("!")
        argument = Argument("at", type_, context=read)
        plain = Argument("first", "Int", "3") if random.random() < 0.5 else None
        depth.add(Field("tint", "String", (argument, *([plain] if plain else []))))
        if random.random() < 0.5:
            depth.add(Field("tone", "[Int!]!", (Argument("of", type_, context=read),)))
        if random.random() < 0.6:
            depth.add(Field("above", self._wrapped("Realm")))
        depth.add(Field("size", "Float"))

    def _roots(self, *, tells: bool) -> None:
        query = self._part(self._home, "Query")
        query.add(Field("realms", self._wrapped("Realm")))
        if tells:
            query.add(Field("zones", self._wrapped("Zone")))
        self._part(self._other, "Query").add(Field("far", self._wrapped("Realm")))

    def _wrapped(self, name: str) -> str:
        return self._random.choice(_WRAPPINGS).format(name)
