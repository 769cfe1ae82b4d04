"""What authors name themselves is not taken for a part of a specification in the supergraph.

https://specs.apollo.dev/link/v1.0/#Names
"""

from __future__ import annotations

from collections.abc import Iterator

from graphwing.composition.definitions import TypeDefinition
from graphwing.composition.feature_names import feature_prefixes
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.post_merge.inaccessible import is_hidden
from graphwing.composition.problems import Place
from graphwing.composition.type_reference import named_type

_Reference = tuple[str, str, str]
"""A coordinate, the name of the member there that refers to a type, and that type."""


def check_feature_types(merge: Merge) -> None:
    """Report types of the authors' own that clients could not see, and something refers to.

    The API schema leaves out what is called like an element of a linked specification.
    """
    prefixes = feature_prefixes(merge)
    hidden = {name for name in merge.types if name.startswith(prefixes)}
    if not hidden:
        return
    for definition in merge.types.values():
        if definition.name in hidden or is_hidden(definition):
            continue
        for coordinate, member, name in _references(definition):
            if name in hidden and not is_hidden(merge.types[name]):
                places = _places(merge, definition.name, member)
                _report(merge, list(places), coordinate, name)
    own = merge.directives.keys() - merge.composed.keys() - set(merge.carried.values())
    for directive in sorted(own):
        if directive.startswith(prefixes):
            continue
        for argument in merge.directives[directive].arguments.values():
            name = named_type(argument.type)
            if name in hidden:
                coordinate = f"@{directive}({argument.name}:)"
                _report(merge, list(_directive_places(merge, directive)), coordinate, name)


def check_directives_of_join(merge: Merge) -> None:
    """Report directives of other specifications that are called like those that say who joins."""
    for name in sorted({*merge.composed, *merge.carried.values()}):
        if name.partition("__")[0] == "join":
            merge.problems.report(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f"`@{name}` could also be a directive of the specification `join`, by which the"
                " supergraph says what comes from where",
                at=list(_directive_places(merge, name)),
                coordinate=f"@{name}",
                remedy="import it under another name with `as`",
            )


def _references(definition: TypeDefinition) -> Iterator[_Reference]:
    owner = definition.name
    for item in definition.fields.values():
        if is_hidden(item):
            continue
        yield f"{owner}.{item.name}", item.name, named_type(item.type)
        for argument in item.arguments.values():
            if not is_hidden(argument):
                coordinate = f"{owner}.{item.name}({argument.name}:)"
                yield coordinate, item.name, named_type(argument.type)
    for item in definition.input_fields.values():
        if not is_hidden(item):
            yield f"{owner}.{item.name}", item.name, named_type(item.type)
    for name in (*definition.interfaces, *definition.members):
        yield owner, "", name


def _report(merge: Merge, at: list[Place], coordinate: str, name: str) -> None:
    prefix = name.partition("__")[0]
    merge.problems.report(
        "REFERENCED_INACCESSIBLE",
        f"`{coordinate}` refers to `{name}`, which clients do not see: in the supergraph, names"
        f" that begin with `{prefix}__` belong to the specification `{prefix}`",
        at=at,
        coordinate=coordinate,
        remedy=f"rename `{name}`",
    )


def _places(merge: Merge, owner: str, member: str) -> Iterator[Place]:
    for subgraph, definition in merge.sources.get(owner, ()):
        inner = definition.fields.get(member) or definition.input_fields.get(member)
        if inner is not None:
            yield subgraph.schema.at(inner.position)
        elif not member:
            yield subgraph.schema.at(definition.position)


def _directive_places(merge: Merge, name: str) -> Iterator[Place]:
    for subgraph in merge.subgraphs:
        schema = subgraph.schema
        definition = schema.directives.get(name)
        if definition is not None:
            source = schema.links.directive_source(name)
            at = definition.position or (source[0].position if source is not None else None)
            yield schema.at(at)
