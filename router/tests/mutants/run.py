"""Compose many mutants, one after another, and tell what goes wrong."""

# ruff: noqa: T201 - it talks to the terminal

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from mutants.changes import mutated
from mutants.damage import Given, damaged
from mutants.promises import broken_promises

CASES = Path(__file__).parents[1] / "composition" / "cases"
CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "composition-cases.jsonl.gz"
_SECONDS_PER_CASE = 10
_SHARE_OF_DAMAGED = 0.2
_MOST_CHANGES = (1, 2, 4, 8)


class TooSlowError(Exception):
    """A case took longer than any may."""


def main() -> None:
    """Run as the command line says; exit with 1 when something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000, help="how many to compose")
    parser.add_argument("--seed", type=int, default=0, help="number of the first case")
    parser.add_argument("--show", action="store_true", help="print the first case, and stop")
    arguments = parser.parse_args()
    # Our text cases, and the shared corpus where it is.
    bases = [*BASES_OF_OUR_OWN, *_shared_cases()]
    if arguments.show:
        print(_text(mutant(bases, arguments.seed)))
        return
    signal.signal(signal.SIGALRM, _give_up)
    began = time.monotonic()
    failures = 0
    for number in range(arguments.cases):
        seed = arguments.seed + number
        given = mutant(bases, seed)
        for broken in _outcome(given):
            failures += 1
            print(f"\rcase {seed}: {broken}\n{_text(given)}", flush=True)
        if number % 100 == 99:
            rate = (number + 1) / (time.monotonic() - began)
            done = f"{number + 1} of {arguments.cases}, {failures} failures, {rate:.0f} per second"
            print(f"\r{done}", end="", file=sys.stderr, flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{arguments.cases} cases from {arguments.seed}: {failures} failures, peak {peak} MB")
    sys.exit(1 if failures else 0)


def _own_cases() -> Iterator[Given]:
    for path in sorted(CASES.glob("*.txt")):
        given = path.read_text(encoding="utf-8").partition("--- result\n")[0]
        parts = (part.partition("\n") for part in given.split("--- subgraph ")[1:])
        yield [(name, sdl) for name, _, sdl in parts]


BASES_OF_OUR_OWN = list(_own_cases())


def _shared_cases() -> Iterator[Given]:
    if CORPUS.exists():
        with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield [(it["name"], it["sdl"]) for it in json.loads(line)["subgraphs"]]


def mutant(bases: list[Given], seed: int) -> Given:
    """Return mutant number `seed`, always the same for the same `bases`."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not a secret
    given = mutated(chance.choice(bases), chance, most=chance.choice(_MOST_CHANGES))
    return damaged(given, chance) if chance.random() < _SHARE_OF_DAMAGED else given


def _text(given: Given) -> str:
    """Return `given` as a text case, for which only the result is missing."""
    text = "\n".join(f"--- subgraph {name}\n{sdl}" for name, sdl in given)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _outcome(given: Given) -> Iterator[str]:
    signal.alarm(_SECONDS_PER_CASE)
    try:
        yield from broken_promises(given)
    except TooSlowError:
        yield f"takes longer than {_SECONDS_PER_CASE} s"
    except Exception as error:  # noqa: BLE001 - a crash is what this looks for
        yield f"{error!r}"[:1000]
    finally:
        signal.alarm(0)


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError
