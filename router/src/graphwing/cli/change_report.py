"""Show what a change of the API breaks, to people and to programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphwing.errors import SettingsError
from graphwing.supergraph import ApiChange, Finding, OperationsCheck, Reason, Severity


def change_report(
    changes: Sequence[ApiChange],
    operations: OperationsCheck,
    unreadable: Sequence[SettingsError] = (),
) -> str:
    """Return the report of all changes and of the operations that they break."""
    blocks = ["\n".join(_change_lines(change)) for change in changes]
    for finding in operations.broken:
        what = "breaks, though it stays valid" if finding.is_valid else "is not valid any more"
        blocks.append("\n".join(_finding_lines(finding, what)))
    for finding in operations.ignored:
        what = "was not valid before, and is not checked"
        blocks.append("\n".join(_finding_lines(finding, what)))
    blocks += [f"not checked: {error}" for error in unreadable]
    return "\n\n".join([*blocks, _summary(changes, operations)])


def change_json(
    changes: Sequence[ApiChange],
    operations: OperationsCheck,
    unreadable: Sequence[SettingsError] = (),
) -> dict[str, Any]:
    """Return changes and operations as JSON objects."""
    return {
        "changes": [
            {
                "code": change.code,
                "severity": change.severity.value,
                "message": change.message,
                "coordinate": change.coordinate,
                "remedy": change.remedy,
            }
            for change in changes
        ],
        "operations": {
            "checked": operations.checked,
            "broken": [
                {**_finding_json(finding), "valid": finding.is_valid}
                for finding in operations.broken
            ],
            "ignored": list(map(_finding_json, operations.ignored)),
            "unreadable": [{"source": error.place, "message": error.cause} for error in unreadable],
        },
    }


def _change_lines(change: ApiChange) -> Iterator[str]:
    yield f"{change.severity.value}: {change.code} `{change.coordinate}`: {change.message}"
    yield f"  remedy: {change.remedy}"


def _finding_lines(finding: Finding, what: str) -> Iterator[str]:
    name = f"operation `{finding.operation.name}`" if finding.operation.name else "an operation"
    yield f"{name} in {finding.operation.source} {what}"
    for reason in finding.reasons:
        yield f"  {_place(reason, finding.operation.source)}{reason.message}"


def _place(reason: Reason, source: str) -> str:
    if reason.line is None:
        return ""
    # A fragment may be of another file than the operation.
    elsewhere = f"{reason.source}:" if reason.source not in (None, source) else ""
    return f"{elsewhere}{reason.line}:{reason.column}: "


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.operation.name or None,
        "source": finding.operation.source,
        "reasons": [
            {
                "message": it.message,
                "source": it.source or finding.operation.source,
                "line": it.line,
                "column": it.column,
            }
            for it in finding.reasons
        ],
    }


def _summary(changes: Sequence[ApiChange], operations: OperationsCheck) -> str:
    breaking = sum(change.severity is Severity.BREAKING for change in changes)
    # Fields that are selected under one name, say, must agree, and may not do so any more.
    is_only_together = operations.broken and not breaking
    counts = [
        "no change is breaking by itself"
        if is_only_together
        else _count(breaking, "breaking change"),
        _count(len(changes) - breaking, "dangerous change"),
    ]
    if operations.checked or operations.ignored:
        counts.append(
            f"{len(operations.broken)} of {_count(operations.checked, 'operation')} broken"
        )
    is_compatible = not breaking and not operations.broken
    return f"{'compatible' if is_compatible else 'not compatible'}: {', '.join(counts)}"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
