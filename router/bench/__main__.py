"""All benchmarks of the router: `python router/bench [PART]`, which `poe bench` runs.

Without a part, all of them but the soak, one after another. Figures of the gateway are written to
`router/bench/results` and to the README, but not with `--quick` or `--no-peers`.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path

import composition
import gateway.run
import memory
import planning
import soak
from gateway.measure import FULL, QUICK


def main() -> None:
    """Measure, and print tables."""
    options = _options()
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "composition": _composition,
        "planning": _planning,
        "gateway": _gateway,
        "memory": _memory,
        "soak": _soak,
    }
    for name, measure in parts.items():
        if options.part == name or (options.part is None and name != "soak"):
            print(f"\n=== {name}", flush=True)
            measure(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="poe bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--graph", type=Path, help="a folder with the schemas of one more graph")
    parts = parser.add_subparsers(dest="part", metavar="[PART]")
    compose = parts.add_parser("composition", help="what composing graphs of many shapes costs")
    compose.add_argument("--only", help="only graphs whose name has this in it")
    plan = parts.add_parser("planning", help="what planning costs: cold, warm, cached, and bombs")
    plan.add_argument("files", nargs="*", type=Path, help="operations and their supergraphs")
    answer = parts.add_parser("gateway", help="what answering costs, beside other gateways")
    keep = parts.add_parser("memory", help="what many different operations leave in memory")
    last = parts.add_parser("soak", help="an hour of traffic while the supergraph keeps changing")
    last.add_argument("--minutes", type=float, default=60.0, help="how long; an hour if not given")
    last.add_argument("--reload-every", type=float, default=10.0, metavar="SECONDS")
    # A part has no defaults, so that what is said before it holds as well.
    _add_common(parser, rounds=None, no_peers=False, quick=False)
    for each in (compose, plan, answer, keep, last):
        _add_common(each, **dict.fromkeys(("rounds", "no_peers", "quick"), argparse.SUPPRESS))
    return parser.parse_args()


def _add_common(parser: argparse.ArgumentParser, **defaults: object) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        default=defaults["quick"],
        help="a few figures only, not to be quoted",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=defaults["rounds"],
        help="gateway: how often each server has its turn",
    )
    parser.add_argument(
        "--no-peers",
        action="store_true",
        default=defaults["no_peers"],
        help="gateway: measure no others",
    )


def _composition(options: argparse.Namespace) -> None:
    composition.run(options.graph, only=getattr(options, "only", None), quick=options.quick)


def _planning(options: argparse.Namespace) -> None:
    planning.run(getattr(options, "files", []), quick=options.quick)


def _gateway(options: argparse.Namespace) -> None:
    effort = QUICK if options.quick else FULL
    effort = dataclasses.replace(effort, rounds=options.rounds or effort.rounds)
    results = gateway.run.run(effort, peers=not options.no_peers)
    if options.quick or options.no_peers:
        print("nothing is written: that takes all peers, and more than a few figures")
    else:
        gateway.run.write(results)


def _memory(options: argparse.Namespace) -> None:
    memory.run(quick=options.quick)


def _soak(options: argparse.Namespace) -> None:
    soak.run(minutes=options.minutes, reload_every=options.reload_every)


if __name__ == "__main__":
    main()
