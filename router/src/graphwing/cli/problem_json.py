"""What composing found, as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from graphwing.composition import Hint
from graphwing.errors import CompositionProblem, SettingsError


def json_text(value: object) -> str:
    """Return `value` as indented JSON."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A lone surrogate, which an escape in a configuration can make, becomes a question mark.
        encoded = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    return msgspec.json.format(encoded).decode()


def problems_as_json(problems: Iterable[CompositionProblem]) -> list[dict[str, Any]]:
    """Return `problems` as JSON objects."""
    return [{**_facts(problem), "remedy": problem.remedy} for problem in problems]


def hints_as_json(hints: Iterable[Hint]) -> list[dict[str, Any]]:
    """Return `hints` as JSON objects."""
    return [{**_facts(hint), "level": hint.level.name} for hint in hints]


def settings_problem(error: SettingsError) -> CompositionProblem:
    """Return wrong settings as a problem, for a report that lists problems."""
    place = f"{error.place}: " if error.place else ""
    return CompositionProblem(error.code, f"{place}{error.cause}", remedy=error.remedy)


def _facts(found: CompositionProblem | Hint) -> dict[str, Any]:
    return {
        "code": found.code,
        "message": found.message,
        "subgraphs": found.subgraphs,
        "coordinate": found.coordinate,
        "locations": [
            {"subgraph": it.subgraph, "line": it.line, "column": it.column}
            for it in found.locations
        ],
    }
