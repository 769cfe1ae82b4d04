"""What is sent to a subgraph again, when, and what never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.errors import (
    CircuitOpenError,
    SubgraphConnectionError,
    SubgraphError,
    SubgraphTimeoutError,
)
from graphwing.execution import RawAnswer, SubgraphAnswer, SubgraphRequest
from graphwing.execution.traffic.retry_budget import RetryBudget
from graphwing.execution.transports.retrying import Chance, Repetition, RetryingTransport
from graphwing.planner.plan import OperationKind

Outcome = RawAnswer | SubgraphError
GOOD = RawAnswer("songs", b'{"data":{}}')
BUSY = RawAnswer("songs", b"", None, 503)
BROKEN = SubgraphConnectionError("songs", "broke off its answer")
REFUSED_TLS = SubgraphConnectionError("songs", "no certificate", passes=False)


@dataclass
class World:
    """A subgraph, and time that passes only when somebody waits."""

    outcomes: list[Outcome]
    seconds: float = 0.0
    """What the subgraph takes for an answer."""
    now: float = 1000.0
    sent_at: list[float] = field(default_factory=list[float])
    timeouts: list[float] = field(default_factory=list[float])

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ARG002, ASYNC109
        self.sent_at.append(self.now)
        self.timeouts.append(timeout)
        outcome = self.outcomes.pop(0)
        if self.seconds > timeout:
            self.now += timeout
            raise SubgraphTimeoutError("songs", timeout)
        self.now += self.seconds
        if isinstance(outcome, SubgraphError):
            raise outcome
        return outcome

    async def subscribe(
        self,
        request: SubgraphRequest,  # noqa: ARG002
        *,
        timeout: float,  # noqa: ARG002, ASYNC109
    ) -> AsyncGenerator[SubgraphAnswer]:
        yield SubgraphAnswer({})

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def retrying(
        self,
        *,
        attempts: int = 1,
        attempt_timeout: float | None = None,
        budget: RetryBudget | None = None,
    ) -> RetryingTransport:
        chance = Chance(
            clock=lambda: self.now,
            unix_time=lambda: self.now,
            sleep=self.sleep,
            uniform=lambda low, _: low,
        )
        return RetryingTransport(
            self,
            Repetition(attempts, 0.1, 1.0, attempt_timeout),
            budget or RetryBudget(share=0.1, floor=1),
            chance,
        )


async def outcome_of(
    transport: RetryingTransport, kind: OperationKind = "query", seconds: float = 10
) -> Outcome:
    try:
        return await transport.send(SubgraphRequest("{ a }", kind=kind), timeout=seconds)
    except SubgraphError as error:
        return error


@pytest.mark.parametrize("failure", [BROKEN, BUSY, RawAnswer("", b"", None, 502)])
async def test_a_query_that_fails_in_passing_is_sent_once_more(failure: Outcome) -> None:
    world = World([failure, GOOD])

    assert await outcome_of(world.retrying()) is GOOD
    assert world.sent_at == [1000, 1000.1]


@pytest.mark.parametrize(
    "failure",
    [
        REFUSED_TLS,
        SubgraphError("songs", "sent something that is not HTTP"),
        CircuitOpenError("songs"),
        RawAnswer("songs", b"", None, 500),
        RawAnswer("songs", b"", None, 429),
        RawAnswer("songs", b"not JSON"),
    ],
)
async def test_what_would_fail_again_is_not_sent_again(failure: Outcome) -> None:
    world = World([failure, GOOD])

    assert await outcome_of(world.retrying()) is failure
    assert len(world.sent_at) == 1


@pytest.mark.parametrize("kind", ["mutation", "subscription"])
@pytest.mark.parametrize("failure", [BROKEN, BUSY])
async def test_only_queries_are_sent_again(kind: OperationKind, failure: Outcome) -> None:
    world = World([failure, GOOD])

    assert await outcome_of(world.retrying(attempts=5), kind) is failure
    assert len(world.sent_at) == 1


async def test_the_last_failure_is_told() -> None:
    second = SubgraphConnectionError("songs", "cannot be reached")
    world = World([BUSY, second])

    assert await outcome_of(world.retrying()) is second


async def test_the_router_leaving_it_alone_hides_no_failure_of_the_subgraph() -> None:
    world = World([BUSY, CircuitOpenError("songs")])

    assert await outcome_of(world.retrying(attempts=3)) is BUSY
    assert len(world.sent_at) == 2


@pytest.mark.parametrize(("wanted", "sent"), [("2", [1000, 1002]), ("11", [1000])])
async def test_the_subgraphs_own_wish_for_a_pause_is_kept_if_there_is_time(
    wanted: str, sent: list[float]
) -> None:
    world = World([RawAnswer("songs", b"", None, 503, wanted), GOOD])

    await outcome_of(world.retrying())

    assert world.sent_at == sent


async def test_a_timeout_that_leaves_no_time_is_the_end() -> None:
    world = World([GOOD, GOOD], seconds=20)

    outcome = await outcome_of(world.retrying())

    assert isinstance(outcome, SubgraphTimeoutError)
    assert world.sent_at == [1000]


async def test_an_attempt_with_a_time_of_its_own_leaves_time_for_another() -> None:
    world = World([GOOD, GOOD, GOOD], seconds=20)

    outcome = await outcome_of(world.retrying(attempts=2, attempt_timeout=6), seconds=10)

    assert isinstance(outcome, SubgraphTimeoutError)
    assert world.timeouts == [6, pytest.approx(3.9)]
    assert world.now == pytest.approx(1010)


async def test_without_budget_nothing_is_sent_again() -> None:
    world = World([BUSY] * 100)
    transport = world.retrying(budget=RetryBudget(share=0.1, floor=0.2))

    for _ in range(40):
        await outcome_of(transport)

    # Two in ten seconds, or a tenth of 40.
    assert len(world.sent_at) == 44


outcomes = st.sampled_from([GOOD, BUSY, BROKEN, REFUSED_TLS, RawAnswer("songs", b"", None, 500)])


@settings(deadline=None)
@given(
    outcomes=st.lists(outcomes, min_size=12, max_size=12),
    kind=st.sampled_from(["query", "mutation"]),
    attempts=st.integers(0, 8),
    seconds=st.floats(0, 4),
    timeout=st.floats(0.01, 5),
    attempt_timeout=st.none() | st.floats(0.01, 5),
)
def test_a_request_never_takes_longer_than_it_may_nor_is_sent_too_often(  # noqa: PLR0913, PLR0917
    outcomes: list[Outcome],
    kind: OperationKind,
    attempts: int,
    seconds: float,
    timeout: float,
    attempt_timeout: float | None,
) -> None:
    world = World(list(outcomes), seconds)
    transport = world.retrying(attempts=attempts, attempt_timeout=attempt_timeout)

    outcome = asyncio.run(outcome_of(transport, kind, timeout))

    assert world.now <= 1000 + timeout + 1e-6
    assert len(world.sent_at) <= 1 + (attempts if kind == "query" else 0)
    sent = outcomes[: len(world.sent_at)]
    # Nothing follows what cannot pass, and the client hears what came last.
    assert all(one in (BUSY, BROKEN) or seconds > 0 for one in sent[:-1])
    assert outcome is sent[-1] or isinstance(outcome, SubgraphTimeoutError)
