"""The CPU time of unique requests as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from gateway.measure import Found, Scenario
from gateway.workloads import Kind

_WIDTH = 860
_LABELS = 250
_FIGURES = 90
_BAR = 18
_ROW = 26
_HEAD = 44
_OURS = "#2f6fde"
_OTHERS = "#9aa3b2"
_FONT = 'font-family="system-ui, sans-serif"'


def plot(scenarios: Mapping[Scenario, Found]) -> str:
    """Return bars for each workload, of unique requests over one connection: short is good."""
    panels = {
        scenario: found
        for scenario, found in scenarios.items()
        if scenario.kind is Kind.UNIQUE and scenario.connections == 1
    }
    height = sum(_HEAD + _ROW * len(found) for found in panels.values()) + 10
    parts: list[str] = []
    top = 0
    for scenario, found in panels.items():
        parts += _panel(scenario, found, top)
        top += _HEAD + _ROW * len(found)
    size = f'width="{_WIDTH}" height="{height}"'
    space = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
    lines = (
        f'<svg {space} {size} role="img">',
        "<title>CPU time for one request</title>",
        f'<rect {size} fill="#ffffff"/>',
        *parts,
        "</svg>\n",
    )
    return "\n".join(lines)


def _panel(scenario: Scenario, found: Found, top: int) -> Iterator[str]:
    title = f"CPU milliseconds for one request: {scenario}"
    yield _text(10, top + 28, title, weight="600")
    values = {name: figures.milliseconds for name, figures in found.items()}
    scale = (_WIDTH - _LABELS - _FIGURES) / max(values.values())
    for index, (name, value) in enumerate(values.items()):
        y = top + _HEAD + index * _ROW
        length = value * scale
        colour = _OURS if name.startswith("graphwing") else _OTHERS
        yield _text(_LABELS - 10, y + 14, name, anchor="end")
        yield (
            f'<rect x="{_LABELS}" y="{y}" width="{length:.1f}" height="{_BAR}" rx="2" '
            f'fill="{colour}"/>'
        )
        yield _text(_LABELS + length + 8, y + 14, f"{value:.3g}")


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" {_FONT} font-size="13" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="#1c2330">{escape(text)}</text>'
    )
