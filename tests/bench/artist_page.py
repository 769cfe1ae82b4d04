"""Measure the artist page: `poe bench-page` prints what it costs in process and over HTTP.

The operation is the web app's own, for each artist of the demo scene in turn. What counts is
the CPU time that the operating system has noted for the router and the services; PostgreSQL's own,
the same for both, and that of the load generator are not part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from bench.platforms import BenchedPlatform, benched_platforms
from runner.services import ROOT

COMPILED_PAGE = ROOT / "web/src/__generated__/ArtistPageQuery.graphql.ts"
AIM = 0.25
HEADERS = {
    "accept": "application/graphql-response+json, application/json;q=0.9",
    "content-type": "application/json",
}


def main() -> None:
    """Measure, and print the tables."""
    options = _options()
    with (
        TemporaryDirectory(prefix="wing-bench-") as folder,
        benched_platforms(Path(folder)) as platforms,
    ):
        asyncio.run(_compare(platforms, options))
        if options.profile:
            taken = asyncio.run(_run_sampled(platforms, options))
            _print_profile(Path(folder), taken)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="each asks for every page once")
    parser.add_argument("--connections", type=int, default=1, help="requests at the same time")
    parser.add_argument("--no-profile", dest="profile", action="store_false")
    return parser.parse_args()


async def _compare(platforms: Sequence[BenchedPlatform], options: argparse.Namespace) -> None:
    async with httpx.AsyncClient(headers=HEADERS, timeout=60) as client:
        bodies = await _bodies(client, platforms[0].url)
        await _require_same_answers(client, platforms, bodies)
        costs: dict[str, list[float]] = defaultdict(list)
        times: dict[str, list[float]] = defaultdict(list)
        for platform in platforms:
            await _ask(client, platform.url, bodies, options)
        # Short rounds in turn: what else this machine does meanwhile befalls both.
        for _ in range(options.rounds):
            for platform in platforms:
                before = platform.cpu_seconds()
                times[platform.name] += await _ask(client, platform.url, bodies, options)
                after = platform.cpu_seconds()
                for process in after:
                    cost = (after[process] - before[process]) / len(bodies)
                    costs[f"{platform.name}: {process}"].append(cost)
                costs[platform.name].append(
                    (sum(after.values()) - sum(before.values())) / len(bodies)
                )
    _print_costs(costs, times, options)


async def _bodies(client: httpx.AsyncClient, url: str) -> list[bytes]:
    """Return the requests that the web app makes for the pages of all artists."""
    text = _operation()
    answer = await client.post(
        url, json={"query": "{ artists(first: 100) { edges { node { slug } } } }"}
    )
    edges = answer.json()["data"]["artists"]["edges"]
    return [
        json.dumps(
            {
                "query": text,
                "operationName": "ArtistPageQuery",
                "variables": {"slug": edge["node"]["slug"]},
            }
        ).encode()
        for edge in edges
    ]


def _operation() -> str:
    """Return the operation of the artist page, as the web app's compiler has written it."""
    found = re.search(r'^ +"text": (".*")$', COMPILED_PAGE.read_text(), re.MULTILINE)
    if found is None:
        message = f"{COMPILED_PAGE} holds no operation; run `poe web`"
        raise SystemExit(message)
    return json.loads(found[1])


async def _require_same_answers(
    client: httpx.AsyncClient, platforms: Sequence[BenchedPlatform], bodies: Sequence[bytes]
) -> None:
    """End with a message unless both platforms give the same answers, and no errors."""
    sizes: list[int] = []
    for body in bodies:
        answers = {
            (await client.post(platform.url, content=body)).content for platform in platforms
        }
        if len(answers) != 1 or b'"errors"' in (answer := answers.pop()):
            message = f"the answers differ, or hold errors: {body.decode()}"
            raise SystemExit(message)
        sizes.append(len(answer))
    print(
        f"{len(bodies)} pages, {min(sizes):,} to {max(sizes):,} bytes; the same bytes in both ways"
    )


async def _ask(
    client: httpx.AsyncClient, url: str, bodies: Iterable[bytes], options: argparse.Namespace
) -> list[float]:
    """Return the seconds that each answer took."""
    waiting = iter(bodies)
    times: list[float] = []

    async def ask_in_turn() -> None:
        for body in waiting:
            begin = time.perf_counter()
            answer = await client.post(url, content=body)
            times.append(time.perf_counter() - begin)
            answer.raise_for_status()

    async with asyncio.TaskGroup() as group:
        for _ in range(options.connections):
            group.create_task(ask_in_turn())
    return times


def _print_costs(
    costs: Mapping[str, Sequence[float]],
    times: Mapping[str, Sequence[float]],
    options: argparse.Namespace,
) -> None:
    print(
        f"\nCPU of router and services for one page, without PostgreSQL's:\n"
        f"median of {options.rounds} rounds, {options.connections} at a time\n"
    )
    print(f"{'':<28}{'CPU ms':>9}{'lowest':>9}{'highest':>9}{'median ms to answer':>22}")
    for name, some in costs.items():
        answered = f"{1e3 * median(times[name]):>22.2f}" if name in times else ""
        low, high = 1e3 * min(some), 1e3 * max(some)
        print(f"{name:<28}{1e3 * median(some):>9.2f}{low:>9.2f}{high:>9.2f}{answered}")
    over_http, in_process = (costs[name] for name in times)
    saved = 1 - median(mine / theirs for mine, theirs in zip(in_process, over_http, strict=True))
    verdict = "reached" if saved >= AIM else "MISSED"
    print(f"\nin process takes {saved:.1%} less CPU than over HTTP (aim {AIM:.0%}: {verdict})")


async def _run_sampled(
    platforms: Sequence[BenchedPlatform], options: argparse.Namespace
) -> dict[str, float]:
    """Return the CPU milliseconds for one page of each process while its stacks are sampled."""
    taken: dict[str, float] = {}
    async with httpx.AsyncClient(headers=HEADERS, timeout=60) as client:
        bodies = await _bodies(client, platforms[0].url)
        for platform in platforms:
            platform.signal(signal.SIGUSR1)
            before = platform.cpu_seconds()
            for _ in range(options.rounds):
                await _ask(client, platform.url, bodies, options)
            after = platform.cpu_seconds()
            platform.signal(signal.SIGUSR2)
            for process in after:
                cost = 1e3 * (after[process] - before[process]) / len(bodies) / options.rounds
                taken[f"{platform.name}.{process}"] = cost
    return taken


def _print_profile(samples: Path, taken: Mapping[str, float]) -> None:
    """Print what each part of the work takes, in both ways."""
    columns: dict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for process, milliseconds in taken.items():
        counts: dict[str, int] = json.loads((samples / f"{process}.json").read_text())
        each = milliseconds / max(1, sum(counts.values()))
        for part, count in counts.items():
            columns[process.partition(".")[0]][part] += count * each
    totals = {name: sum(column.values()) for name, column in columns.items()}
    parts = sorted(
        {part for column in columns.values() for part in column},
        key=lambda part: -max(column[part] for column in columns.values()),
    )
    print("\nwhere it goes, CPU ms for one page, from samples of the stacks\n")
    print(f"{'':<28}" + "".join(f"{name:>20}" for name in columns))
    for part in parts:
        cells = (
            f"{column[part]:>13.2f}{column[part] / totals[name]:>7.1%}"
            for name, column in columns.items()
        )
        print(f"{part:<28}" + "".join(cells))
    print(f"{'all':<28}" + "".join(f"{total:>13.2f}{'':>7}" for total in totals.values()))


if __name__ == "__main__":
    main()
