"""Show why a field cannot be reached: a query that asks for it, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphwing.composition.definitions import FieldDefinition, TypeDefinition, first_applied
from graphwing.composition.field_sets import print_field_set
from graphwing.composition.merge.merge_state import quoted
from graphwing.composition.problems import Place
from graphwing.composition.satisfiability.options import Options
from graphwing.composition.satisfiability.places import Option
from graphwing.composition.subgraph_schema import ROOT_TYPES, string_argument

_MOST_REASONS = 8


@dataclass(frozen=True, slots=True)
class Path:
    """The way from a root type: each step is a field or a type condition."""

    operation: str
    parent: Path | None = None
    item: FieldDefinition | None = None
    type_name: str = ""

    def field(self, type_name: str, item: FieldDefinition) -> Path:
        """Return this path and then field `item` of `type_name`."""
        return Path(self.operation, self, item, type_name)

    def condition(self, type_name: str) -> Path:
        """Return this path and then the condition that the value is a `type_name`."""
        return Path(self.operation, self, None, type_name)

    def steps(self) -> list[Path]:
        """Return the steps from the root down."""
        found: list[Path] = []
        step = self
        while step.parent is not None:
            found.append(step)
            step = step.parent
        return found[::-1]


def witness(path: Path, *, is_leaf: bool) -> str:
    """Return an operation that asks for the last field of `path`."""
    variables: list[str] = []
    text = ""
    for step in path.steps():
        if step.item is None:
            text += f" {{ ... on {step.type_name}"
            continue
        text += f" {{ {step.item.name}{_arguments(step.item, variables)}"
    if not is_leaf:
        text += " { __typename }"
    declared = f" ({', '.join(variables)})" if variables else ""
    return f"{path.operation}{declared}{text}{' }' * len(path.steps())}"


def _arguments(item: FieldDefinition, variables: list[str]) -> str:
    """Return the required arguments of `item`, each with a variable of its own."""
    given: list[str] = []
    for argument in item.arguments.values():
        if argument.is_required:
            name = f"{argument.name}{len(variables) + 1}"
            variables.append(f"${name}: {argument.type}")
            given.append(f"{argument.name}: ${name}")
    return f"({', '.join(given)})" if given else ""


def report_unsatisfiable(
    options: Options,
    path: Path,
    stand: Iterable[Option],
    definition: TypeDefinition,
    item: FieldDefinition,
) -> None:
    """Report that `item` of `definition` cannot be had from any option in `stand`."""
    coordinate = f"{definition.name}.{item.name}"
    is_leaf = not options.places.is_composite(item.type.strip("[]!"))
    reasons = list(dict.fromkeys(_reasons(options, list(stand), definition, item)))
    shown = "; ".join(reasons[:_MOST_REASONS])
    rest = len(reasons) - _MOST_REASONS
    more = f"; and {rest} more reasons" if rest > 0 else ""
    options.merge.problems.report(
        "SATISFIABILITY_ERROR",
        f"`{witness(path, is_leaf=is_leaf)}` cannot be answered, for `{coordinate}`: {shown}{more}",
        at=_places(options, definition.name, item.name),
        coordinate=coordinate,
        remedy=_remedy(options, definition, item),
    )


def _remedy(options: Options, definition: TypeDefinition, item: FieldDefinition) -> str:
    holders = options.places.holders(definition.name)
    if any(options.contexts.read_by(it, definition.name, item.name) for it in holders):
        return f"put the `@context` on a type that every path to `{definition.name}` passes"
    if any(_requires_at_root(options, it, definition, item) for it in holders):
        return f"resolve `{item.name}` where what it requires is resolved, or take it as arguments"
    return (
        f"give `{definition.name}` a `@key` by which it can be looked up where `{item.name}` is"
        " resolved, or share the field"
    )


def report_unknown_type(
    options: Options, path: Path, stand: Iterable[Option], interface: str
) -> None:
    """Report that nobody can tell which type a value of an interface object is of."""
    names = sorted({options.places.subgraph(option).name for option in stand})
    options.merge.problems.report(
        "SATISFIABILITY_ERROR",
        f"`{witness(path, is_leaf=False)}` cannot be answered: {quoted(names)} knows `{interface}`"
        " as an `@interfaceObject`, and from there no subgraph that knows the interface itself can"
        " be asked for the type",
        at=[
            subgraph.schema.at(definition.position)
            for subgraph, definition in options.merge.sources.get(interface, ())
        ],
        coordinate=interface,
        remedy=f"add the `@key` to `interface {interface}` where it is defined",
    )


def _places(options: Options, type_name: str, field_name: str) -> list[Place]:
    found = _places_in(options, type_name, field_name)
    if found:
        return found
    # What no subgraph gives the type itself, an interface object gives it.
    interfaces = options.merge.types[type_name].interfaces
    return [place for name in interfaces for place in _places_in(options, name, field_name)]


def _places_in(options: Options, type_name: str, field_name: str) -> list[Place]:
    return [
        subgraph.schema.at(definition.fields[field_name].position)
        for subgraph, definition in options.merge.sources.get(type_name, ())
        if field_name in definition.fields
    ]


def _reasons(
    options: Options, stand: list[Option], definition: TypeDefinition, item: FieldDefinition
) -> Iterator[str]:
    key = (definition.name, item.name)
    holders = ((it, options.merge.subgraphs[it]) for it in options.places.holders(definition.name))
    owners = [
        (index, subgraph)
        for index, subgraph in holders
        if item.name in subgraph.schema.types[definition.name].fields
        and key not in subgraph.facts.external
    ]
    for option in sorted(stand, key=lambda it: it.subgraph):
        start = options.places.subgraph(option).name
        reachable = {it.subgraph for it in options.reachable(option)}
        for index, owner in owners:
            if index not in reachable:
                yield _no_way(options, option, index, definition)
            elif contexts := options.contexts.read_by(index, definition.name, item.name):
                names = sorted(name for _, name in contexts)
                yield f"`{owner.name}` reads the context {quoted(names)}, which no type above sets"
            else:
                yield _unmet_requirement(options, index, definition, item)
        if not owners:
            yield f"no subgraph resolves it where it is reached from `{start}`"


def _unmet_requirement(
    options: Options, index: int, definition: TypeDefinition, item: FieldDefinition
) -> str:
    owner = options.merge.subgraphs[index].name
    text = _required_text(options, index, definition, item)
    if text is None:
        return f"`{owner}` gives it up to another subgraph"
    if _requires_at_root(options, index, definition, item):
        return (
            f"`{owner}` requires `{text}` for it, and nothing leads back to `{definition.name}` in"
            f" `{owner}` from where that is resolved"
        )
    return f"`{owner}` requires `{text}` for it, which cannot be had on this path"


def _requires_at_root(
    options: Options, index: int, definition: TypeDefinition, item: FieldDefinition
) -> bool:
    """Return whether a root field requires what its subgraph can never be told."""
    if definition.name not in ROOT_TYPES:
        return False
    has_requirement = _required_text(options, index, definition, item) is not None
    return has_requirement and not options.steps.can_return(
        options.places.plain(index, definition.name)
    )


def _required_text(
    options: Options, index: int, definition: TypeDefinition, item: FieldDefinition
) -> str | None:
    own = options.merge.subgraphs[index].schema.types[definition.name].fields.get(item.name)
    use = first_applied(own, "requires") if own is not None else None
    return string_argument(use, "fields") if use is not None else None


def _no_way(options: Options, option: Option, index: int, definition: TypeDefinition) -> str:
    start, owner = options.places.subgraph(option), options.merge.subgraphs[index]
    keys = [
        print_field_set(key.fields)
        for key in options.places.keys(option)
        for target in key.opens
        if target.subgraph == index
    ]
    if not keys:
        return (
            f"from `{start.name}` there is no way to `{owner.name}`,"
            f" where `{definition.name}` has no key that it resolves"
        )
    shown = " or ".join(f"`{key}`" for key in dict.fromkeys(keys))
    return f"from `{start.name}` there is no way to `{owner.name}`, which needs {shown}"
