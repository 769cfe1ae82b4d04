"""The figures of one process, as families of samples that can be sent to another."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from graphwing.server.app import RouterApp
from graphwing.server.graph.checks import supergraph_hash
from graphwing.server.router import Router
from graphwing.server.telemetry.histogram import Histogram
from graphwing.server.telemetry.metrics import Metrics

_MOST_REASONS = 30
"""Reasons are few, but for those that are an error's message."""


class Distribution(msgspec.Struct, frozen=True):
    """What a histogram has observed."""

    buckets: list[tuple[str, int]]
    total: float


class Family(msgspec.Struct, frozen=True):
    """All samples of one name."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...]
    samples: list[tuple[list[str], float | Distribution]]


Rows = Iterable[tuple[Sequence[str], float]]


def figures(router: Router, app: RouterApp, metrics: Metrics) -> list[Family]:
    """Return what there is to know of a router at this moment."""
    return [
        *_requests(metrics),
        *_subgraphs(router, metrics),
        *_operations(router, metrics),
        *_graph(router, app),
        *_process(app, metrics),
    ]


def _requests(metrics: Metrics) -> Iterator[Family]:
    yield _counter(
        "graphwing_requests",
        "Requests that have ended, by the kind of their operation and what came of them",
        ("kind", "outcome"),
        metrics.requests.items(),
    )
    yield _histogram(
        "graphwing_request_duration_seconds",
        "Seconds from the request to the end of its response",
        ("kind",),
        metrics.seconds,
    )
    yield _gauge("graphwing_requests_in_flight", "Requests being answered", metrics.in_flight)


def _subgraphs(router: Router, metrics: Metrics) -> Iterator[Family]:
    subgraphs = metrics.subgraphs
    yield _counter(
        "graphwing_subgraph_requests",
        "Requests that were sent to a subgraph, by what came of them",
        ("subgraph", "outcome"),
        (
            ((name, outcome), count)
            for name, one in subgraphs.items()
            for outcome, count in one.outcomes.items()
        ),
    )
    yield _histogram(
        "graphwing_subgraph_request_duration_seconds",
        "Seconds until a subgraph has answered",
        ("subgraph",),
        {name: one.seconds for name, one in subgraphs.items()},
    )
    yield _counter(
        "graphwing_subgraph_response_bytes",
        "Bytes that a subgraph has answered",
        ("subgraph",),
        (((name,), one.bytes) for name, one in subgraphs.items()),
    )
    traffic = router.traffic
    yield _counter(
        "graphwing_subgraph_retries",
        "Queries that were sent to a subgraph again",
        ("subgraph",),
        (((name,), view.repeated) for name, view in traffic.items()),
    )
    yield Family(
        "graphwing_subgraph_breaker",
        "gauge",
        "1 for the state in which the circuit breaker of a subgraph is",
        ("subgraph", "state"),
        [([name, view.breaker], 1.0) for name, view in traffic.items() if view.breaker],
    )
    holds = router.loop_holds()
    yield _counter(
        "graphwing_subgraph_loop_hold_seconds",
        "Seconds for which a subgraph in this process has held the event loop",
        ("subgraph",),
        (((name,), hold.total) for name, hold in holds.items()),
    )
    yield Family(
        "graphwing_subgraph_loop_hold_longest_seconds",
        "gauge",
        "The most seconds at a stretch for which it has held the event loop",
        ("subgraph",),
        [([name], hold.longest) for name, hold in holds.items()],
    )


def _operations(router: Router, metrics: Metrics) -> Iterator[Family]:
    counts, planning = router.counts, router.planning()
    yield _counter(
        "graphwing_executions",
        "Operations that were executed: compiled, known without asking, or interpreted and why",
        ("way", "reason"),
        [
            (("compiled", ""), counts.compiled),
            (("known", ""), counts.known),
            *((("interpreted", why), count) for why, count in _few(counts.interpreted).items()),
        ],
    )
    yield _counter(
        "graphwing_operation_limits_exceeded",
        "Operations that were beyond a limit",
        ("code",),
        (((code,), count) for code, count in counts.exceeded.items()),
    )
    yield _counter(
        "graphwing_plan_cache_lookups",
        "Operations whose plan was at hand (hit), or had to be made or waited for (miss)",
        ("result",),
        [(("hit",), metrics.known_operations), (("miss",), metrics.new_operations)],
    )
    yield _gauge("graphwing_plan_cache_operations", "Operations that are kept", planning.kept)
    yield Family(
        "graphwing_planning",
        "gauge",
        "New operations in the lanes of validation and planning",
        ("lane", "state"),
        [
            ([lane, state], float(value))
            for lane, load in planning.lanes.items()
            for state, value in (("waiting", load.waiting), ("running", load.running))
        ],
    )


def _graph(router: Router, app: RouterApp) -> Iterator[Family]:
    reloads = router.reloads
    yield _counter(
        "graphwing_reloads",
        "Looks for a newer supergraph, by what came of them",
        ("outcome",),
        [
            (("changed",), reloads.changed),
            (("unchanged",), reloads.unchanged),
            (("failed",), reloads.failed),
        ],
    )
    yield _gauge("graphwing_ready", "Whether clients may send requests", app.health.is_ready)
    if router.is_ready:
        yield _gauge(
            "graphwing_supergraph_age_seconds", "For how long the graph is served", reloads.age
        )
        yield Family(
            "graphwing_supergraph",
            "gauge",
            "The graph that is served",
            ("hash",),
            [([supergraph_hash(router.supergraph)], 1.0)],
        )


def _process(app: RouterApp, metrics: Metrics) -> Iterator[Family]:
    yield _gauge(
        "graphwing_subscriptions",
        "Subscriptions, and operations over WebSockets and streams, that are served",
        app.subscriptions.open,
    )
    yield _gauge("graphwing_websockets", "Open WebSockets", app.subscriptions.connections)
    yield Family(
        "graphwing_event_loop_lag_seconds",
        "histogram",
        "By how much the event loop is late",
        (),
        [([], _distribution(metrics.loop_lag))],
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield _counter(
        "process_cpu_seconds",
        "CPU time of the process",
        (),
        [((), used.ru_utime + used.ru_stime)],
    )
    resident = _resident_bytes()
    if resident is not None:
        yield _gauge("process_resident_memory_bytes", "Memory of the process", resident)


def _few(reasons: Mapping[str, int]) -> dict[str, int]:
    few: dict[str, int] = {}
    for reason, count in reasons.items():
        kind = reason.partition(":")[0]
        if kind not in few and len(few) >= _MOST_REASONS:
            kind = "other"
        few[kind] = few.get(kind, 0) + count
    return few


def _counter(name: str, meaning: str, labels: tuple[str, ...], rows: Rows) -> Family:
    samples = [([*values], float(count)) for values, count in rows]
    return Family(name, "counter", meaning, labels, [*samples])


def _gauge(name: str, meaning: str, value: float) -> Family:
    return Family(name, "gauge", meaning, (), [([], float(value))])


def _histogram(
    name: str, meaning: str, labels: tuple[str, ...], histograms: Mapping[str, Histogram]
) -> Family:
    samples = [([value], _distribution(one)) for value, one in histograms.items()]
    return Family(name, "histogram", meaning, labels, [*samples])


def _distribution(histogram: Histogram) -> Distribution:
    return Distribution(histogram.cumulative(), histogram.total)


def _resident_bytes() -> int | None:
    """Return the memory that the process has, where the system tells it."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * resource.getpagesize()
