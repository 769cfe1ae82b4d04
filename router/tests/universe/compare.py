"""How an answer may differ from the truth, and how it may not.

When all subgraphs answer, `data` must be equal, and the nulls that errors explain must be the same:
each error is led along its path to the first null, and both answers must name the same places. So
it does not matter which of two failing siblings is told first, but no null may go unexplained, no
error may be invented, and none may be told twice for one place: not by one subgraph, nor by two
in the same words.

When a subgraph is down, a router cannot be asked for equality: a field that several subgraphs share
may be asked of the one that is down. Then every value must be the truth or null, every new null
must be explained by an error on the way to it or below it (one without a path explains all), and
what only one healthy subgraph declares, from the root down to all its leaves, must be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from universe.stubs import Answer
from universe.values import Value

Path = tuple[str | int, ...]


def differences(expected: Answer, actual: Answer) -> list[str]:
    """Return what is wrong with an answer when all subgraphs answer."""
    found = [f"data: {each}" for each in _data_differences(expected.data, actual.data, ())]
    found += _repeated(actual)
    wanted, given = _explained(expected), _explained(actual)
    for path in sorted(given - wanted, key=str):
        found.append(f"errors: one at {path}, which no error explains")
    for path in sorted(wanted - given, key=str):
        found.append(f"errors: none explains the null at {path}")
    return found


def losses(expected: Answer, actual: Answer, is_safe: Callable[[Path], bool]) -> list[str]:
    """Return what is wrong with an answer when a subgraph is down.

    `is_safe` tells whether only one healthy subgraph has the fields that a path leads through, and
    those below it.
    """
    told = [tuple(error.get("path") or ()) for error in actual.errors]
    found = _repeated(actual)
    for path in _lost(expected.data, actual.data, ()):
        if path is None:
            found.append("data: a value is neither the truth nor null")
        elif not any(path[: len(each)] == each or each[: len(path)] == path for each in told):
            found.append(f"errors: none explains the null at {path}")
        elif path and is_safe(path):
            found.append(f"data: null at {path}, which the failing subgraph has no part in")
    return found


def _repeated(answer: Answer) -> list[str]:
    """Return what is told twice; subgraphs that share a field may fail for reasons of their own."""
    told: Counter[tuple[Path, object]] = Counter()
    for error in answer.errors:
        path = _path(error)
        service = error.get("extensions", {}).get("serviceName")
        told.update({(path, f"by {service}"), (path, error.get("message"))})
    repeated = {path: count for (path, _), count in told.items() if count > 1}
    return [f"errors: told {count} times at {path}" for path, count in repeated.items()]


def _lost(expected: Value, actual: Value, path: Path) -> Iterator[Path | None]:
    """Yield the paths of values that became null, and `None` for one that became another."""
    if actual is None:
        if expected is not None:
            yield path
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        if expected.keys() != actual.keys():
            yield None
        for key in expected.keys() & actual.keys():
            yield from _lost(expected[key], actual[key], (*path, key))
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield None
        for index, (item, found) in enumerate(zip(expected, actual, strict=False)):
            yield from _lost(item, found, (*path, index))
    elif not _same_leaf(expected, actual):
        yield None


def _data_differences(expected: Value, actual: Value, path: Path) -> Iterator[str]:
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key in sorted(expected.keys() | actual.keys()):
            if key not in expected or key not in actual:
                yield f"{(*path, key)} is {'missing' if key in expected else 'too much'}"
            else:
                yield from _data_differences(expected[key], actual[key], (*path, key))
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{path} has {len(actual)} items, not {len(expected)}"
        for index, (item, found) in enumerate(zip(expected, actual, strict=False)):
            yield from _data_differences(item, found, (*path, index))
    elif not _same_leaf(expected, actual):
        yield f"{path} is {actual!r}, not {expected!r}"


def _same_leaf(one: Value, other: Value) -> bool:
    """Numbers are equal however they are written, but `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _explained(answer: Answer) -> set[Path]:
    """Return the places of the nulls that the errors explain."""
    return {_first_null(answer.data, _path(error)) for error in answer.errors}


def _first_null(data: Value, path: Path) -> Path:
    """Return the part of `path` that leads to the first null on it."""
    for length, step in enumerate(path):
        if data is None:
            return path[:length]
        if isinstance(data, Mapping) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            # A deferred fragment that a null took: which of its failing fields did is all the same.
            return (*path[:length], "which is not in data")
    return path if data is None else (*path, "which is not null")


def _path(error: Mapping[str, Any]) -> Path:
    path: Sequence[str | int] | None = error.get("path")
    return ("no path",) if path is None else tuple(path)
