"""Find the objects that a path of the plan leads to."""

from __future__ import annotations

from graphwing.execution.tree import Object, ResponsePath, Value
from graphwing.planner.plan import Items, Key, OnTypes, Path

Trail = tuple[Value, ...]
"""What lies on a path, from the root to an object."""


def objects_at(root: Object, path: Path) -> list[Object]:
    """Return the objects at `path` in order; where it leads to null or nothing, there is none."""
    found: list[Value] = [root]
    for step in path:
        match step:
            case Key(name):
                found = [
                    value
                    for owner in found
                    if isinstance(owner, dict) and (value := owner.get(name)) is not None
                ]
            case Items():
                found = [
                    item
                    for items in found
                    if isinstance(items, list)
                    for item in items
                    if item is not None
                ]
            case OnTypes(types):
                found = [
                    one for one in found if isinstance(one, dict) and one.get("__typename") in types
                ]
    return [one for one in found if isinstance(one, dict)]


def places_at(root: Object, path: Path) -> list[tuple[Object, ResponsePath]]:
    """Return the objects at `path` with the response path of each; for errors, which are rare."""
    found: list[tuple[Value, ResponsePath]] = [(root, ())]
    for step in path:
        match step:
            case Key(name):
                found = [
                    (owner[name], (*place, name))
                    for owner, place in found
                    if isinstance(owner, dict) and name in owner
                ]
            case Items():
                found = [
                    (item, (*place, index))
                    for items, place in found
                    if isinstance(items, list)
                    for index, item in enumerate(items)
                ]
            case OnTypes(types):
                found = [
                    (one, place)
                    for one, place in found
                    if isinstance(one, dict) and one.get("__typename") in types
                ]
    return [(one, place) for one, place in found if isinstance(one, dict)]


def trails_at(root: Object, path: Path) -> list[Trail]:
    """Return for each object at `path` all that lies on the way to it, one value for each step."""
    found: list[Trail] = [(root,)]
    for step in path:
        following: list[Trail] = []
        for trail in found:
            value = trail[-1]
            match step:
                case Key(name) if isinstance(value, dict):
                    following.append((*trail, value.get(name)))
                case Items() if isinstance(value, list):
                    following.extend((*trail, item) for item in value)
                case OnTypes(types) if isinstance(value, dict):
                    if value.get("__typename") in types:
                        following.append((*trail, value))
                case _:
                    pass
        found = following
    return [trail for trail in found if isinstance(trail[-1], dict)]


def common_prefix(paths: list[ResponsePath]) -> ResponsePath:
    """Return the longest path that all `paths` start with.

    >>> common_prefix([("artists", 0, "comments"), ("artists", 1, "comments")])
    ('artists',)
    """
    shortest = min(paths, key=len, default=())
    length = next(
        (
            index
            for index, step in enumerate(shortest)
            if any(path[index] != step for path in paths)
        ),
        len(shortest),
    )
    return shortest[:length]
