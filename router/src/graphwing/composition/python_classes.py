"""Name the Python classes of a live schema where a problem or hint is about their types."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from graphwing.composition.hints import Hint
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import CompositionError, CompositionProblem

F = TypeVar("F", CompositionProblem, Hint)

_TYPE = re.compile(r"\w+")
# Strawberry derives the root types of federation from those of the author.
_NOT_THE_AUTHORS = frozenset({"strawberry", "types", "builtins"})


def python_classes(schema: Any) -> dict[str, str]:  # noqa: ANN401 - Strawberry is no dependency
    """Return the classes that the types of a Strawberry schema are made of, by type."""
    converter = getattr(schema, "schema_converter", None)
    types: Mapping[str, Any] = getattr(converter, "type_map", {})
    found = {name: _class(getattr(one, "definition", None)) for name, one in types.items()}
    return {name: one for name, one in found.items() if one is not None}


def _class(definition: Any) -> str | None:  # noqa: ANN401 - as above
    # An enum has another attribute for it than an object, an input or an interface.
    origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    for one in getattr(origin, "__mro__", ()):
        if one.__module__.partition(".")[0] not in _NOT_THE_AUTHORS:
            return f"{one.__module__}.{one.__qualname__}"
    return None


@contextmanager
def problems_name_classes(given: Sequence[SubgraphSdl]) -> Generator[None]:
    """Let a `CompositionError` say of which classes the types in it are made."""
    try:
        yield
    except CompositionError as error:
        problems, hints = name_classes(error.problems, given), name_classes(error.hints, given)
        raise CompositionError(problems, hints) from error.__cause__


def name_classes(found: Sequence[F], given: Sequence[SubgraphSdl]) -> Sequence[F]:
    """Return problems or hints that say of which classes the types in them are made."""
    classes = {one.name: one.classes for one in given if one.classes}
    return [_with_classes(one, classes) for one in found] if classes else found


def _with_classes(found: F, classes: Mapping[str, Mapping[str, str]]) -> F:
    named = _TYPE.match(found.coordinate or "")
    if named is None:
        return found
    concerned = found.subgraphs or tuple(classes)
    known = [classes[name].get(named[0]) for name in concerned if name in classes]
    names = dict.fromkeys(f"`{one}`" for one in known if one is not None)
    if not names:
        return found
    what = "class" if len(names) == 1 else "classes"
    return replace(found, message=f"{found.message} (Python {what} {', '.join(names)})")
