"""Show why subgraphs do not compose: each problem with the lines it is about and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphwing.errors import CompositionError, CompositionProblem, SourceLocation

_LINES_SHOWN = 6


def problem_report(error: CompositionError, sources: Mapping[str, str]) -> str:
    """Return the report of all problems; `sources` are the subgraphs' SDL by name."""
    count = len(error.problems)
    total = f"{count} problems" if count > 1 else "1 problem"
    blocks = ["\n".join(_lines(problem, sources)) for problem in error.problems]
    return "\n\n".join([*blocks, f"error: the subgraphs do not compose, {total}"])


def _lines(problem: CompositionProblem, sources: Mapping[str, str]) -> Iterable[str]:
    coordinate = f" `{problem.coordinate}`" if problem.coordinate else ""
    yield f"{problem.code}{coordinate}: {problem.message}"
    if problem.subgraphs:
        yield f"  subgraphs: {', '.join(problem.subgraphs)}"
    for location in problem.locations[:_LINES_SHOWN]:
        yield from _quoted(location, sources.get(location.subgraph, ""))
    hidden = len(problem.locations) - _LINES_SHOWN
    if hidden > 0:
        yield f"  … and {hidden} more places"
    if problem.remedy:
        yield f"  remedy: {problem.remedy}"


def _quoted(location: SourceLocation, sdl: str) -> Iterable[str]:
    lines = sdl.splitlines()
    if not 0 < location.line <= len(lines):
        return
    number = str(location.line)
    yield f"  --> {location.subgraph}:{location.line}:{location.column}"
    yield f"  {number} | {lines[location.line - 1]}"
    yield f"  {' ' * len(number)} | {' ' * (location.column - 1)}^"
