"""The figures as text for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.bars import Verdict
from gateway.measure import Figures, Found, Scenario
from gateway.wide import WideFigures
from gateway.workloads import Kind

_ROW = "{:<30}{:>9}{:>8}{:>12}{:>9}{:>9}{:>9}"
_WIDE_ROW = "{:<30}{:>9}{:>11}{:>11}{:>11}"
_MEGABYTE = 1e6


@dataclass(slots=True)
class Results:
    """All that was measured in one run."""

    conditions: list[str] = field(default_factory=list[str])
    """Machine, versions, date, and how it was measured."""
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    """Bytes of the response, by workload."""
    scenarios: dict[Scenario, Found] = field(default_factory=dict[Scenario, Found])
    wide: dict[str, dict[str, WideFigures]] = field(
        default_factory=dict[str, dict[str, WideFigures]]
    )
    verdicts: list[Verdict] = field(default_factory=list[Verdict])


def scenario_text(scenario: Scenario, size: int, found: Found) -> str:
    """Return a table for a terminal."""
    lines = [
        f"\n{scenario}; {size:,} bytes",
        _ROW.format("", "CPU ms", "± ms", "per core", "p50 ms", "p99 ms", "peak MB"),
    ]
    for name, figures in found.items():
        lines.append(_ROW.format(name, *_cells(figures)))
    return "\n".join(lines)


def wide_text(name: str, size: int, found: Mapping[str, WideFigures]) -> str:
    """Return a table for a terminal."""
    lines = [
        f"\n{name}, one after another; {size:,} bytes",
        _WIDE_ROW.format("", "CPU ms", "before MB", "peak MB", "added / size"),
    ]
    lines += [_WIDE_ROW.format(each, *_wide_cells(one, size)) for each, one in found.items()]
    return "\n".join(lines)


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.milliseconds:.3f}",
        f"{figures.spread:.3f}",
        f"{1000 / figures.milliseconds:,.0f}/s",
        f"{figures.percentile(50):.2f}",
        f"{figures.percentile(99):.2f}",
        f"{figures.peak_memory / _MEGABYTE:.0f}",
    )


def _wide_cells(figures: WideFigures, size: int) -> tuple[str, ...]:
    if not figures.peak:
        return (f"{figures.milliseconds:.1f}", "", "", "")
    return (
        f"{figures.milliseconds:.1f}",
        f"{figures.before / _MEGABYTE:.0f}",
        f"{figures.peak / _MEGABYTE:.0f}",
        f"{figures.growth / size:.1f}",
    )


def markdown(results: Results, kinds: Iterable[Kind] = tuple(Kind)) -> str:
    """Return tables of what was measured with some kinds of requests, under what conditions."""
    parts = ["\n".join(f"- {line}" for line in results.conditions)]
    for kind in kinds:
        for scenario, found in results.scenarios.items():
            if scenario.kind is kind:
                parts.append(_scenario_table(scenario, results.sizes[scenario.workload], found))
    for name, found in results.wide.items():
        parts.append(_wide_table(name, results.sizes[name], found))
    if results.verdicts:
        parts.append(_verdict_table(results.verdicts))
    return "\n\n".join(parts) + "\n"


def _scenario_table(scenario: Scenario, size: int, found: Found) -> str:
    title = f"**{_capital(str(scenario))}**, {size:,} bytes"
    head = ("", "CPU ms/request", "±", "requests/s per core", "p50 ms", "p99 ms", "peak MB")
    return _table(title, head, ((name, *_cells(one)) for name, one in found.items()))


def _wide_table(name: str, size: int, found: Mapping[str, WideFigures]) -> str:
    title = f"**{_capital(name)}**, one request after another, {size:,} bytes"
    head = ("", "CPU ms/request", "MB before", "MB at most", "added / response")
    return _table(title, head, ((each, *_wide_cells(one, size)) for each, one in found.items()))


def _verdict_table(verdicts: Iterable[Verdict]) -> str:
    rows = ((one.ratio_of, one.where, f"{one.ratio:.2f}", one.bar, one.holds) for one in verdicts)
    return _table("**Ratios**", ("", "where", "ratio", "wanted", ""), rows)


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rule = ("---", *("--:" for _ in head[1:]))
    return "\n".join([title, "", *(f"| {' | '.join(row)} |" for row in (head, rule, *rows))])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
