"""What composing found, as JSON for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from graphwing.composition import Hint
from graphwing.errors import CompositionProblem, SettingsError

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(value: object) -> str:
    """Return `value` as indented JSON."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # A lone surrogate, of an escape in a configuration or a file name that is not UTF-8, is
        # shown as text shows it, for it is nothing that JSON could say.
        shown = _SURROGATE.sub(
            lambda it: rf"\\u{ord(it[0]):04x}", json.dumps(value, ensure_ascii=False)
        )
        encoded = shown.encode()
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
