"""Show problems and hints to people: each with the lines it is about and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from graphwing.composition import Hint, HintLevel
from graphwing.errors import CompositionProblem, SourceLocation

# GraphQL ends a line at these only; `str.splitlines` would at others, too.
_LINE_END = re.compile(r"\r\n|\n|\r")
_LINES_SHOWN = 6
_LINE_LENGTH_SHOWN = 160


def problem_report(
    problems: Sequence[CompositionProblem],
    sources: Mapping[str, str],
    *,
    failure: str = "the subgraphs do not compose",
) -> str:
    """Return the report of all problems; `sources` are the subgraphs' SDL by name."""
    count = len(problems)
    total = f"{count} problems" if count > 1 else "1 problem"
    blocks = ["\n".join(_problem_lines(problem, sources)) for problem in problems]
    return "\n\n".join([*blocks, f"error: {failure}, {total}"])


def hint_report(hints: Iterable[Hint], sources: Mapping[str, str], *, least: HintLevel) -> str:
    """Return the report of the hints that are at least at level `least`; empty without any."""
    shown = [hint for hint in hints if hint.level >= least]
    return "\n\n".join(
        "\n".join(_lines(f"hint ({hint.level.name}): {hint.code}", hint, sources)) for hint in shown
    )


def _problem_lines(problem: CompositionProblem, sources: Mapping[str, str]) -> Iterable[str]:
    yield from _lines(problem.code, problem, sources)
    if problem.remedy:
        yield f"  remedy: {problem.remedy}"


def _lines(
    title: str, found: CompositionProblem | Hint, sources: Mapping[str, str]
) -> Iterable[str]:
    coordinate = f" `{found.coordinate}`" if found.coordinate else ""
    yield f"{title}{coordinate}: {found.message}"
    if found.subgraphs:
        yield f"  subgraphs: {', '.join(found.subgraphs)}"
    for location in found.locations[:_LINES_SHOWN]:
        yield from _quoted(location, sources.get(location.subgraph, ""))
    hidden = len(found.locations) - _LINES_SHOWN
    if hidden > 0:
        yield f"  … and {hidden} more places"


def _quoted(location: SourceLocation, sdl: str) -> Iterable[str]:
    lines = _LINE_END.split(sdl)
    if not 0 < location.line <= len(lines):
        return
    number = str(location.line)
    line, column = _shortened(lines[location.line - 1], location.column)
    yield f"  --> {location.subgraph}:{location.line}:{location.column}"
    yield f"  {number} | {line}"
    yield f"  {' ' * len(number)} | {' ' * (column - 1)}^"


def _shortened(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around `column`, and where that column is in it."""
    line = line.replace("\t", " ")
    if len(line) <= _LINE_LENGTH_SHOWN:
        return line, column
    start = max(0, column - 1 - _LINE_LENGTH_SHOWN // 2)
    end = start + _LINE_LENGTH_SHOWN
    before, after = "…" if start else "", "…" if end < len(line) else ""
    return f"{before}{line[start:end]}{after}", column - start + len(before)
