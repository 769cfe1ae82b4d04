"""Some subgraphs written as Federation 1 has it: no link, extensions, nothing said of sharing."""

from __future__ import annotations

from random import Random

from universe.monolith import top_names
from universe.parts import Distribution, Part


def age(random: Random, made: Distribution) -> None:
    """Let some subgraphs that use nothing newer be of Federation 1."""
    for subgraph, parts in made.subgraphs.items():
        if all(map(_is_possible, parts.values())) and random.random() < 0.7:
            made.federation_1.add(subgraph)
            for part in parts.values():
                is_hub = made.hubs.get(part.name) == subgraph
                if part.keys and not is_hub and random.random() < 0.7:
                    _extend(part)


def _extend(part: Part) -> None:
    """Make an entity an extension: its keys are external, yet it is known by them."""
    part.extension = True
    for key in part.keys:
        for name in top_names(key):
            part.sites[name].external = True


def _is_possible(part: Part) -> bool:
    sites = part.sites.values()
    return not (
        part.interface_object
        or part.context
        or (part.interface and part.keys)
        or not all(part.keys.values())
        or any(each.override or each.overridden or each.inaccessible for each in sites)
        or any(argument.context for each in sites for argument in each.arguments)
    )
