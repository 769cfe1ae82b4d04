"""Name the Python classes of a live schema where a problem is about their types."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import CompositionError, CompositionProblem

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
    """Let the problems of a `CompositionError` say of which classes their types are made."""
    try:
        yield
    except CompositionError as error:
        classes = {one.name: one.classes for one in given if one.classes}
        if not classes:
            raise
        problems = [_with_classes(problem, classes) for problem in error.problems]
        raise CompositionError(problems, error.hints) from error.__cause__


def _with_classes(
    problem: CompositionProblem, classes: Mapping[str, Mapping[str, str]]
) -> CompositionProblem:
    named = _TYPE.match(problem.coordinate or "")
    if named is None:
        return problem
    concerned = problem.subgraphs or tuple(classes)
    found = [classes[name].get(named[0]) for name in concerned if name in classes]
    names = dict.fromkeys(f"`{one}`" for one in found if one is not None)
    if not names:
        return problem
    what = "class" if len(names) == 1 else "classes"
    return replace(problem, message=f"{problem.message} (Python {what} {', '.join(names)})")
