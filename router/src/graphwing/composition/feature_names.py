"""What the specifications that a supergraph links are called in it.

https://specs.apollo.dev/link/v1.0/#Names
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from string import ascii_letters

from graphwing.composition.federation_directives import SPECS
from graphwing.composition.merge.merge_state import LinkedFeature, Merge

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_NO_LETTER = re.compile(r"[^A-Za-z]")


def named_features(merge: Merge) -> list[LinkedFeature]:
    """Return the features of `merge`, with an alias where the name in the URL cannot be used.

    It cannot where it is no name, or where it or what begins with it means something else. As in
    the reference, an alias is a letter that begins no other name, a number, and letters of the URL.
    """
    taken = {"link", "join"} | {name.partition("__")[0] for name in merge.carried.values()}
    taken |= {_name(feature) for feature in merge.features if _is_own(feature)}
    letter = None
    count = 0
    named: list[LinkedFeature] = []
    for feature in _in_order_of_links(merge):
        name = _name(feature)
        if not _is_own(feature):
            if name in taken or not _is_usable(name) or _is_ambiguous(merge, name, feature):
                letter = letter or _free_letter(merge)
                alias = f"{letter}{count}{_NO_LETTER.sub('', name)}"
                named.append(replace(feature, alias=alias))
                count += 1
                continue
            taken.add(name)
        named.append(feature)
    return named


def feature_prefixes(merge: Merge) -> tuple[str, ...]:
    """Return what the names of all elements of linked specifications begin with."""
    names = [feature.alias or _name(feature) for feature in named_features(merge)]
    return tuple(f"{name}__" for name in ("link", "join", *names))


def _is_own(feature: LinkedFeature) -> bool:
    return feature.url.startswith(f"{SPECS}/")


def _name(feature: LinkedFeature) -> str:
    return feature.url.split("/")[-2]


def _in_order_of_links(merge: Merge) -> list[LinkedFeature]:
    """Return the features in the order in which the first subgraph that links one does so."""
    identities = (
        link.url.identity for subgraph in merge.subgraphs for link in subgraph.schema.links.all
    )
    order = {identity: index for index, identity in enumerate(dict.fromkeys(identities))}
    return sorted(
        merge.features, key=lambda feature: order.get(feature.url.rpartition("/")[0], len(order))
    )


def _is_usable(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and "__" not in name and not name.endswith("_")


def _is_ambiguous(merge: Merge, name: str, feature: LinkedFeature) -> bool:
    """Return whether an import is called like something else in the specification `name`."""
    for other in merge.features:
        for element, alias in other.imports:
            prefix, separator, rest = alias.removeprefix("@").partition("__")
            meant = f"@{rest if separator else name}"
            if prefix == name and (other is not feature or element != meant):
                return True
    return False


def _free_letter(merge: Merge) -> str:
    begun = {name[0] for name in _names(merge)}
    # Where all of them begin a name, the number still sets the alias apart from most.
    return next((letter for letter in f"_{ascii_letters}" if letter not in begun), "_")


def _names(merge: Merge) -> Iterator[str]:
    yield from map(_name, merge.features)
    yield from merge.types
    yield from merge.directives
    for subgraph in merge.subgraphs:
        yield from subgraph.schema.types
        yield from subgraph.schema.directives
