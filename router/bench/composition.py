"""Measure composition: `python bench/composition.py [SUBGRAPH.graphql ...]` prints a table.

Each graph is composed in a process of its own, so that peak memory is its own too. The schemas
that are given as files are one graph more.
"""

from __future__ import annotations

import argparse
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


def main() -> None:
    """Print the table, or measure one graph for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="the subgraph schemas of one graph")
    parser.add_argument("--only", help="measure the graphs whose name has this in it")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    known = [*_given(options.files), *GRAPHS]
    if options.one is not None:
        [graph] = [graph for graph in known if graph.name == options.one]
        print(json.dumps(measured(graph)))
        return
    print(_ROW.format("", "subgraphs", "types", "kB", "seconds", "at most", "MB", "at most"))
    for graph in known:
        if options.only is None or options.only in graph.name:
            print(f"{graph.name} …", end="\r", file=sys.stderr, flush=True)
            print(_row(graph, options.files), flush=True)


def _given(files: list[Path]) -> list[Graph]:
    def read() -> list[SubgraphSdl]:
        return [
            SubgraphSdl(path.stem, f"http://{path.stem}", path.read_text(encoding="utf-8"))
            for path in files
        ]

    return [Graph("the given files", read, 0.3)] if files else []


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


def _row(graph: Graph, files: list[Path]) -> str:
    command = [sys.executable, __file__, "--one", graph.name, *map(str, files)]
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


if __name__ == "__main__":
    main()
