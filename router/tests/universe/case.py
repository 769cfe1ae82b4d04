"""A case as text: subgraphs, operation, variables, what goes wrong, and the answer it owes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from universe.values import NO_FAULTS, Faults


@dataclass(frozen=True, slots=True)
class Case:
    """All that a replay needs."""

    subgraphs: Mapping[str, str]
    operation: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    seed: int = 0
    faults: Faults = NO_FAULTS
    down: str | None = None
    """The subgraph that fails every request."""
    labels: tuple[str, ...] = ()
    """Conditions of overrides that hold."""
    open: str | None = None
    """Whose fault it is while it is not mended: composition, planner or execution."""


def write_case(case: Case, comment: str = "", results: Mapping[str, Any] | None = None) -> str:
    """Return a case as text, with results such as the expected answer as further sections."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines.append(f"seed: {case.seed}")
    lines.append(f"nulls: {case.faults.nulls}\nerrors: {case.faults.errors}")
    lines += [f"down: {case.down}"] if case.down else []
    lines += [f"labels: {' '.join(case.labels)}"] if case.labels else []
    lines += [f"open: {case.open}"] if case.open else []
    for name, sdl in case.subgraphs.items():
        lines.append(f"--- subgraph {name}\n{sdl.strip()}")
    lines.append(f"--- operation\n{case.operation.strip()}")
    for name, value in (("variables", case.variables), *(results or {}).items()):
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        lines.append(f"--- {name}\n{text}")
    return "\n".join(lines) + "\n"


def read_case(text: str) -> tuple[Case, Mapping[str, str]]:
    """Return the case in `text`, and its sections by heading."""
    head, *rest = re.split(r"^--- (.*)\n", text, flags=re.MULTILINE)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    facts = dict(
        line.split(": ", 1) for line in head.splitlines() if line and not line.startswith("#")
    )
    prefix = "subgraph "
    case = Case(
        subgraphs={
            name.removeprefix(prefix): sdl
            for name, sdl in sections.items()
            if name.startswith(prefix)
        },
        operation=sections["operation"],
        variables=json.loads(sections.get("variables", "{}")),
        seed=int(facts.get("seed", "0")),
        faults=Faults(int(facts.get("nulls", "0")), int(facts.get("errors", "0"))),
        down=facts.get("down"),
        labels=tuple(facts.get("labels", "").split()),
        open=facts.get("open"),
    )
    return case, sections
