"""What composing costs: graphs of other sizes and shapes, and one that is given as files.

Each graph is composed in a process of its own, so that peak memory is its own too: that is
`python composition.py NAME [FOLDER]`, which prints JSON.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import graphs
from progress import progress

from graphwing.composition import SubgraphSdl, compose


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph to compose, and what composing it may cost."""

    name: str
    subgraphs: Callable[[], list[SubgraphSdl]]
    most_seconds: float
    most_megabytes: int = 1500


GRAPHS = (
    Graph("a company", lambda: graphs.company(11, 600, fields=30, spread=4), 3),
    Graph("a large company", lambda: graphs.company(200, 5000, fields=8, spread=3), 15),
    Graph("few huge subgraphs", lambda: graphs.company(3, 5000, fields=12, spread=1), 15),
    Graph("keys everywhere", lambda: graphs.keys_everywhere(60, 200), 15),
    Graph("keys by keys", lambda: graphs.separate_keys(40, 50), 15),
    Graph("deep values", lambda: graphs.deep_values(20, 250, 4), 15),
    Graph("wide interfaces", lambda: graphs.wide_interfaces(5, 200, 100), 15),
    Graph("shared mutations", lambda: graphs.shared_mutations(10, 400), 15),
    Graph("long field sets", lambda: graphs.long_field_sets(10, 800), 15),
)
# Those of the specifications have two underscores in their names.
_TYPE = re.compile(r"^(?:type|interface|union|enum|input|scalar) (?!\w+?__)", re.MULTILINE)
_ROW = "{:<20} {:>9} {:>6} {:>6} {:>8} {:>8} {:>7} {:>7}"


def run(folder: Path | None, *, only: str | None = None, quick: bool = False) -> None:
    """Print the table, with the graph whose subgraphs' schemas are in `folder`.

    `only` graphs are measured whose name has this in it; `quick` leaves all but the first out.
    """
    print(_ROW.format("", "subgraphs", "types", "kB", "seconds", "at most", "MB", "at most"))
    known = _known(folder)
    for graph in known[:2] if quick else known:
        if only is None or only in graph.name:
            progress(f"composing {graph.name}")
            row = _row(graph, folder)
            progress.clear()
            print(row, flush=True)


def _known(folder: Path | None) -> list[Graph]:
    if folder is None:
        return list(GRAPHS)

    def read() -> list[SubgraphSdl]:
        return [
            SubgraphSdl(path.stem, f"http://{path.stem}", path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.graphql"))
        ]

    return [Graph("the given files", read, 0.3), *GRAPHS]


def measured(graph: Graph) -> dict[str, float]:
    """Return the size of `graph`, and what composing it costs this process."""
    subgraphs = graph.subgraphs()
    begin = time.process_time()
    supergraph = compose(subgraphs)
    seconds = time.process_time() - begin
    # Kilobytes everywhere but on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {
        "subgraphs": len(subgraphs),
        "types": len(_TYPE.findall(supergraph.sdl)),
        "kilobytes": sum(len(subgraph.sdl.encode()) for subgraph in subgraphs) / 1000,
        "seconds": seconds,
        "megabytes": megabytes,
    }


def _row(graph: Graph, folder: Path | None) -> str:
    command = [sys.executable, __file__, graph.name, *([] if folder is None else [str(folder)])]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found = json.loads(answer.stdout)
    return _ROW.format(
        graph.name,
        found["subgraphs"],
        found["types"],
        f"{found['kilobytes']:.0f}",
        f"{found['seconds']:.2f}",
        f"{graph.most_seconds:g}",
        f"{found['megabytes']:.0f}",
        graph.most_megabytes,
    )


def _measure_one(name: str, folder: str | None = None) -> None:
    (graph,) = (one for one in _known(Path(folder) if folder else None) if one.name == name)
    print(json.dumps(measured(graph)))


if __name__ == "__main__":
    _measure_one(*sys.argv[1:])
