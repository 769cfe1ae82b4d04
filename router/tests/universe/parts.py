"""The parts of a federated graph while it is being made: what each subgraph declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from universe.monolith import Argument, Field, Monolith, named

_LINK = "https://specs.apollo.dev/federation/v2.8"
_DIRECTIVES = [
    "@context",
    "@external",
    "@fromContext",
    "@inaccessible",
    "@interfaceObject",
    "@key",
    "@override",
    "@provides",
    "@requires",
    "@shareable",
]


@dataclass(slots=True)
class Site:
    """A field in one subgraph."""

    field: Field
    type: str
    arguments: tuple[Argument, ...]
    external: bool = False
    shareable: bool = False
    inaccessible: bool = False
    requires: str | None = None
    provides: str | None = None
    override: str | None = None
    label: str | None = None
    """The condition of the override."""
    overridden: bool = False


@dataclass(slots=True)
class Part:
    """A type in one subgraph."""

    name: str
    sites: dict[str, Site] = field(default_factory=dict[str, Site])
    keys: dict[str, bool] = field(default_factory=dict[str, bool])
    """Key field sets, and whether each is resolvable."""
    implements: set[str] = field(default_factory=set[str])
    members: list[str] = field(default_factory=list[str])
    interface_object: bool = False
    interface: bool = False
    shareable: bool = False
    extension: bool = False
    context: str | None = None

    def add(self, declared: Field) -> Site:
        """Declare a field, unless it is declared, and return its place here."""
        new = Site(declared, declared.type, declared.arguments)
        return self.sites.setdefault(declared.name, new)

    def resolves(self, name: str) -> bool:
        """Tell whether this subgraph answers a field itself."""
        site = self.sites.get(name)
        return site is not None and not site.external and not site.overridden


@dataclass(slots=True)
class Distribution:
    """All subgraphs of a graph, and the leaf types as each of them sees them."""

    monolith: Monolith
    subgraphs: dict[str, dict[str, Part]]
    enums: dict[tuple[str, str], list[str]] = field(
        default_factory=dict[tuple[str, str], list[str]]
    )
    """Enum values where a subgraph lacks some, by subgraph and enum."""
    inputs: dict[tuple[str, str], list[Argument]] = field(
        default_factory=dict[tuple[str, str], list[Argument]]
    )
    hubs: dict[str, str] = field(default_factory=dict[str, str])
    """The subgraph of each entity that knows all its keys."""
    hidden: set[str] = field(default_factory=set[str])
    """Enum values that are inaccessible."""
    federation_1: set[str] = field(default_factory=set[str])
    """Subgraphs written for Federation 1."""

    def parts(self, typename: str) -> Iterator[tuple[str, Part]]:
        """Yield the subgraphs that declare a type, and how."""
        for subgraph, parts in self.subgraphs.items():
            if typename in parts:
                yield subgraph, parts[typename]

    def owners(self, typename: str, name: str) -> list[str]:
        """Return the subgraphs that resolve a field."""
        return [subgraph for subgraph, part in self.parts(typename) if part.resolves(name)]

    def sites(self, typename: str, name: str) -> list[Site]:
        """Return a field's places in all subgraphs."""
        return [part.sites[name] for _, part in self.parts(typename) if name in part.sites]

    def sdl(self, subgraph: str) -> str:
        """Return a subgraph's SDL."""
        blocks = [_part(part) for part in self.subgraphs[subgraph].values() if _is_needed(part)]
        blocks += self._leaf_types(subgraph)
        body = "\n".join(blocks)
        if subgraph in self.federation_1:
            return re.sub(" @(shareable|inaccessible)", "", body)
        used = ", ".join(f'"{each}"' for each in _DIRECTIVES if f"{each}" in body)
        return f'extend schema @link(url: "{_LINK}", import: [{used}])\n\n{body}'

    def _leaf_types(self, subgraph: str) -> Iterator[str]:
        for name in sorted(self.leaf_types(subgraph)):
            if name in self.monolith.enums:
                values = self.enums.get((subgraph, name), self.monolith.enums[name])
                marked = [
                    f"{each} @inaccessible" * (each in self.hidden) or each for each in values
                ]
                yield f"enum {name} {{\n" + "".join(f"  {each}\n" for each in marked) + "}\n"
            elif name in self.monolith.inputs:
                fields = self.inputs.get((subgraph, name), self.monolith.inputs[name])
                yield (
                    f"input {name} {{\n"
                    + "".join(f"  {_argument(each)}\n" for each in fields)
                    + "}\n"
                )
            elif name in self.monolith.scalars:
                yield f"scalar {name}\n"

    def leaf_types(self, subgraph: str) -> set[str]:
        """Return the names of scalars, enums and inputs that a subgraph mentions."""
        found: set[str] = set()
        for part in filter(_is_needed, self.subgraphs[subgraph].values()):
            for site in part.sites.values():
                found.add(named(site.type))
                found |= self.input_types(subgraph, site.arguments)
        return found

    def input_types(self, subgraph: str, arguments: Iterable[Argument]) -> set[str]:
        """Return the names of the types in some arguments, through input objects."""
        found: set[str] = set()
        for argument in arguments:
            name = named(argument.type)
            found.add(name)
            fields = self.inputs.get((subgraph, name), self.monolith.inputs.get(name, []))
            found |= self.input_types(subgraph, fields)
        return found


def _is_needed(part: Part) -> bool:
    return bool(part.sites or part.members)


def _part(part: Part) -> str:
    if part.members:
        return f"union {part.name} = {' | '.join(part.members)}\n"
    keyword = "interface" if part.interface else "type"
    head = "extend " * part.extension + f"{keyword} {part.name}"
    if part.implements:
        head += f" implements {' & '.join(sorted(part.implements))}"
    for key, resolvable in part.keys.items():
        head += f' @key(fields: "{key}"{"" if resolvable else ", resolvable: false"})'
    head += f' @context(name: "{part.context}")' if part.context else ""
    head += " @interfaceObject" * part.interface_object + " @shareable" * part.shareable
    return f"{head} {{\n" + "".join(f"  {_site(each)}\n" for each in part.sites.values()) + "}\n"


def _site(site: Site) -> str:
    arguments = ", ".join(map(_argument, site.arguments))
    text = site.field.name + (f"({arguments})" if arguments else "") + f": {site.type}"
    text += " @external" * site.external + " @shareable" * site.shareable
    text += " @inaccessible" * site.inaccessible
    if site.override:
        label = f', label: "{site.label}"' if site.label else ""
        text += f' @override(from: "{site.override}"{label})'
    for name, fields in (("requires", site.requires), ("provides", site.provides)):
        if fields:
            text += f" @{name}(fields: {_quoted(fields)})"
    return text


def _quoted(fields: str) -> str:
    escaped = fields.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _argument(argument: Argument) -> str:
    default = "" if argument.default is None else f" = {argument.default}"
    context = f' @fromContext(field: "{argument.context}")' if argument.context else ""
    return f"{argument.name}: {argument.type}{default}{context}"
