"""What composition promises for any input, checked on one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import build_schema, validate_schema

from graphwing.composition import Hint, SubgraphSdl, compose_sdl
from graphwing.composition.compose import UNEXPECTED
from graphwing.errors import CompositionError, CompositionProblem
from graphwing.supergraph import parse_supergraph
from mutants.damage import Given

_CODE = re.compile(r"[A-Z][A-Z_]+")
# As in the reference, an implementation may deprecate what its interface does not, and a default
# may leave out required fields.
_TOLERATED = re.compile(
    r"must not be deprecated\.$|has invalid default value.* to include required field "
)
_LINE_END = re.compile(r"\r\n|\n|\r")


def broken_promises(given: Given) -> Iterator[str]:
    """Yield what composing `given` does that it never should."""
    subgraphs = [SubgraphSdl(name, f"http://{name}", sdl) for name, sdl in given]
    try:
        sdl, hints = compose_sdl(subgraphs)
    except CompositionError as error:
        yield from _broken_by_problems(error, dict(given))
        return
    yield from _broken_by_places(hints, dict(given))
    yield from _broken_by_supergraph(sdl)
    if compose_sdl(subgraphs[::-1]) != (sdl, hints):
        yield "another order of subgraphs gives another supergraph"


def _broken_by_problems(error: CompositionError, sources: dict[str, str]) -> Iterator[str]:
    if not error.problems:
        yield "it fails without a problem"
    for problem in error.problems:
        if problem.code == UNEXPECTED:
            yield f"it crashes: {error.__cause__!r}"
        if not _CODE.fullmatch(problem.code) or not problem.message or not problem.remedy:
            yield f"a problem lacks code, message or remedy: {problem}"
    yield from _broken_by_places(error.problems, sources)


def _broken_by_places(
    found: tuple[CompositionProblem, ...] | tuple[Hint, ...], sources: dict[str, str]
) -> Iterator[str]:
    for item in found:
        for place in item.locations:
            lines = _LINE_END.split(sources[place.subgraph])
            if not (
                0 < place.line <= len(lines) and 0 < place.column <= len(lines[place.line - 1]) + 1
            ):
                yield f"{item.code} names a place that is not there: {place}"


def _broken_by_supergraph(sdl: str) -> Iterator[str]:
    try:
        for error in validate_schema(build_schema(sdl)):
            if not _TOLERATED.search(error.message):
                yield error.message
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the supergraph's fault
        yield f"the supergraph is not valid: {error}"[:1000]
        return
    try:
        _ = parse_supergraph(sdl, to_run=False).api_sdl
    except Exception as error:  # noqa: BLE001
        yield f"the router cannot read the supergraph: {error!r}"[:1000]
