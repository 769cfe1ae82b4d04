"""A subgraph behind a circuit breaker, a limit of requests at once, and a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from graphwing.errors import (
    CircuitOpenError,
    RequestTimeIsOverError,
    SubgraphBusyError,
    SubgraphConnectionError,
    SubgraphError,
    SubgraphFailedError,
    SubgraphTimeoutError,
)
from graphwing.execution import RawAnswer, SubgraphAnswer, SubgraphRequest
from graphwing.execution.traffic.admission import Admission
from graphwing.execution.traffic.breaker import Breaker
from graphwing.execution.transports.around import AroundTransport
from graphwing.execution.transports.deadline import (
    DEADLINE,
    DeadlineTransport,
    TellingTransport,
    seconds_left,
)
from graphwing.execution.transports.guarded import GuardedTransport, LimitedTransport
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.execution.transports.sharing import SharingTransport

GOOD = RawAnswer("songs", b'{"data":{}}')
QUERY = SubgraphRequest("{ a }")
Answering = Callable[[SubgraphRequest, float], Awaitable[RawAnswer]]


async def unused(_: SubgraphRequest) -> SubgraphAnswer:
    raise AssertionError


class Played(AroundTransport):
    """A subgraph that a test plays."""

    def __init__(self, answer: Answering) -> None:
        super().__init__(ScriptedTransport("songs", unused))
        self._answer = answer

    async def send(self, request: SubgraphRequest, *, timeout: float) -> RawAnswer:  # noqa: ASYNC109
        return await self._answer(request, timeout)


def saying(outcome: RawAnswer | SubgraphError) -> Played:
    async def answer(_: SubgraphRequest, __: float) -> RawAnswer:
        if isinstance(outcome, SubgraphError):
            raise outcome
        return outcome

    return Played(answer)


def breaker() -> Breaker:
    return Breaker(share=0.5, requests=2, window=10, pause=5)


def guarded(
    inner: Played, one: Breaker, now: Callable[[], float] = lambda: 0.0
) -> GuardedTransport:
    return GuardedTransport(inner, "songs", one, usual_seconds=10, clock=now)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (GOOD, "closed"),
        (RawAnswer("songs", b"", None, 404), "closed"),
        (RawAnswer("songs", b"", None, 500), "open"),
        (RawAnswer("songs", b"", None, 503), "open"),
        (SubgraphConnectionError("songs", "cannot be reached"), "open"),
        (SubgraphConnectionError("songs", "no certificate", passes=False), "open"),
        (SubgraphFailedError("songs", "failed while it answered"), "open"),
        (SubgraphTimeoutError("songs", 10), "open"),
        # The client had little time left, for which the subgraph can do nothing.
        (SubgraphTimeoutError("songs", 4.9), "closed"),
        (SubgraphError("songs", "sent more than 5 bytes"), "closed"),
    ],
)
async def test_timeouts_connection_errors_and_5xx_open_the_breaker(
    outcome: RawAnswer | SubgraphError, state: str
) -> None:
    one = breaker()
    transport = guarded(saying(outcome), one)

    for _ in range(2):
        try:
            assert await transport.send(QUERY, timeout=10) is outcome
        except SubgraphError as error:
            assert error is outcome  # noqa: PT017

    assert one.state(0) == state


async def test_an_open_breaker_refuses_at_once_and_then_lets_one_request_try() -> None:
    now = 0.0
    sent = 0
    one = breaker()
    may_answer = asyncio.Event()

    async def answer(_: SubgraphRequest, __: float) -> RawAnswer:
        nonlocal sent
        sent += 1
        if sent <= 2:
            raise SubgraphConnectionError("songs", "cannot be reached")
        await may_answer.wait()
        return GOOD

    transport = guarded(Played(answer), one, lambda: now)
    for _ in range(2):
        with pytest.raises(SubgraphConnectionError):
            await transport.send(QUERY, timeout=10)
    with pytest.raises(CircuitOpenError) as refusal:
        await transport.send(QUERY, timeout=10)
    assert sent == 2
    assert str(refusal.value) == (
        "subgraph `songs` is not asked for a while: too many requests to it have failed"
    )

    now = 5.0
    probe = asyncio.create_task(transport.send(QUERY, timeout=10))
    await asyncio.sleep(0)
    with pytest.raises(CircuitOpenError):
        await transport.send(QUERY, timeout=10)
    may_answer.set()

    assert await probe is GOOD
    assert await transport.send(QUERY, timeout=10) is GOOD
    assert sent == 4


async def test_a_probe_whose_client_leaves_lets_another_try() -> None:
    now = 0.0
    one = breaker()
    asked = asyncio.Event()

    async def answer(_: SubgraphRequest, __: float) -> RawAnswer:
        asked.set()
        await asyncio.Event().wait()
        return GOOD

    for _ in range(2):
        with pytest.raises(SubgraphConnectionError):
            await guarded(saying(SubgraphConnectionError("songs", "")), one).send(QUERY, timeout=10)
    now = 5.0
    probe = asyncio.create_task(guarded(Played(answer), one, lambda: now).send(QUERY, timeout=10))
    await asked.wait()
    probe.cancel()
    await asyncio.wait((probe,))

    assert await guarded(saying(GOOD), one, lambda: now).send(QUERY, timeout=10) is GOOD
    assert one.state(now) == "closed"


class Held:
    """A subgraph that answers when it is let, and how many it answers at once."""

    def __init__(self) -> None:
        self.at_once = self.most_at_once = self.sent = 0
        self.may_answer = asyncio.Event()
        self.timeouts: list[float] = []

    async def answer(self, _: SubgraphRequest, seconds: float) -> RawAnswer:
        self.sent += 1
        self.timeouts.append(seconds)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may_answer.wait()
        self.at_once -= 1
        return GOOD


def limited(  # noqa: PLR0913
    held: Held,
    *,
    limit: int = 2,
    queue: int = 3,
    patience: float = 5,
    clock: Callable[[], float] = lambda: 0.0,
    refuses: Callable[[float], bool] | None = None,
) -> LimitedTransport:
    admission = Admission(limit=limit, queue=queue)
    return LimitedTransport(
        Played(held.answer), "songs", admission, patience=patience, clock=clock, refuses=refuses
    )


async def test_so_many_requests_are_under_way_at_once_and_so_many_wait() -> None:
    held = Held()
    transport = limited(held)

    tasks = [asyncio.create_task(transport.send(QUERY, timeout=10)) for _ in range(6)]
    for _ in range(5):
        await asyncio.sleep(0)
    sent_before = held.sent
    with pytest.raises(SubgraphBusyError) as refusal:
        await tasks[5]
    held.may_answer.set()

    assert await asyncio.gather(*tasks[:5]) == [GOOD] * 5
    assert (sent_before, held.sent, held.most_at_once) == (2, 5, 2)
    assert refusal.value.code == "DOWNSTREAM_CONCURRENCY_LIMITED"


async def test_who_waits_for_too_long_is_refused() -> None:
    held = Held()
    transport = limited(held, limit=1, patience=0.01)
    first = asyncio.create_task(transport.send(QUERY, timeout=10))
    await asyncio.sleep(0)

    with pytest.raises(SubgraphBusyError):
        await transport.send(QUERY, timeout=10)

    held.may_answer.set()
    assert await first is GOOD


async def test_waiting_is_part_of_the_time_that_a_request_has() -> None:
    now = 0.0
    held = Held()
    transport = limited(held, limit=1, clock=lambda: now)
    tasks = [asyncio.create_task(transport.send(QUERY, timeout=10)) for _ in range(2)]
    await asyncio.sleep(0)
    now = 3.0
    held.may_answer.set()
    await asyncio.gather(*tasks)

    assert held.timeouts == [10, 7]


async def test_nobody_waits_for_a_place_to_be_refused_by_the_breaker() -> None:
    held = Held()
    is_open = False
    transport = limited(held, limit=1, refuses=lambda _: is_open)
    first = asyncio.create_task(transport.send(QUERY, timeout=10))
    await asyncio.sleep(0)

    is_open = True
    with pytest.raises(CircuitOpenError):
        await transport.send(QUERY, timeout=10)

    held.may_answer.set()
    assert await first is GOOD


@pytest.mark.parametrize(
    ("deadline", "given"), [(None, 10.0), (1020.0, 10.0), (1004.0, 4.0), (1000.5, 0.5)]
)
def test_no_request_is_waited_for_longer_than_the_whole_may_take(
    deadline: float | None, given: float
) -> None:
    token = DEADLINE.set(deadline)
    assert seconds_left("songs", 10, clock=lambda: 1000.0) == given
    DEADLINE.reset(token)


@pytest.mark.parametrize("is_shared", [False, True])
async def test_a_subgraph_gets_what_is_left_of_the_time(is_shared: bool) -> None:
    held = Held()
    held.may_answer.set()
    inner = Played(held.answer)
    transport = (
        SharingTransport(inner, "songs", usual_seconds=10)
        if is_shared
        else DeadlineTransport(inner, "songs")
    )

    token = DEADLINE.set(time.monotonic() + 5)
    await transport.send(QUERY, timeout=10)
    await transport.send(QUERY, timeout=1)
    DEADLINE.reset(token)

    assert 4 < held.timeouts[0] <= 5
    assert held.timeouts[1] == 1


@pytest.mark.parametrize("is_shared", [False, True])
async def test_nothing_is_sent_when_the_time_is_over(is_shared: bool) -> None:
    held = Held()
    inner = Played(held.answer)
    transport = (
        SharingTransport(inner, "songs", usual_seconds=10)
        if is_shared
        else DeadlineTransport(inner, "songs")
    )

    token = DEADLINE.set(time.monotonic())
    with pytest.raises(RequestTimeIsOverError) as refusal:
        await transport.send(SubgraphRequest("mutation { a }", kind="mutation"), timeout=10)
    DEADLINE.reset(token)

    assert held.sent == 0
    assert refusal.value.code == "DOWNSTREAM_SERVICE_TIMEOUT"


async def test_a_subgraph_is_told_how_long_the_router_waits() -> None:
    told: list[SubgraphRequest] = []

    async def answer(request: SubgraphRequest, _: float) -> RawAnswer:
        told.append(request)
        return GOOD

    transport = TellingTransport(Played(answer))
    asked = SubgraphRequest("{ a }", {"b": 1}, {"x-request-deadline": "9", "x-tenant": "t"})
    await transport.send(asked, timeout=2.5)
    await transport.send(asked, timeout=0.0001)

    assert [one.headers for one in told] == [
        {"x-request-deadline": milliseconds, "x-tenant": "t"} for milliseconds in ("2500", "1")
    ]
    assert told[0].body() == asked.body()
    assert asked.headers["x-request-deadline"] == "9"


async def test_who_shares_a_request_with_somebody_in_a_hurry_asks_again() -> None:
    timeouts: list[float] = []
    hurried_may_end = asyncio.Event()

    async def answer(_: SubgraphRequest, seconds: float) -> RawAnswer:
        timeouts.append(seconds)
        if seconds < 10:
            await hurried_may_end.wait()
            raise SubgraphTimeoutError("songs", seconds)
        await asyncio.sleep(0.01)
        return GOOD

    transport = SharingTransport(Played(answer), "songs", usual_seconds=12)
    hurried = asyncio.create_task(transport.send(QUERY, timeout=1.5))
    await asyncio.sleep(0)
    others = [asyncio.create_task(transport.send(QUERY, timeout=12)) for _ in range(3)]
    for _ in range(5):
        await asyncio.sleep(0)
    hurried_may_end.set()

    assert await asyncio.gather(*others) == [GOOD] * 3
    with pytest.raises(SubgraphTimeoutError):
        await hurried
    # Once for the three of them, who had waited for at most a second and a half.
    assert timeouts == [1.5, 10.5]


async def test_who_is_in_a_hurry_does_not_wait_for_a_shared_request_of_somebody_who_is_not() -> (
    None
):
    held = Held()
    transport = SharingTransport(Played(held.answer), "songs", usual_seconds=10)
    first = asyncio.create_task(transport.send(QUERY, timeout=10))
    await asyncio.sleep(0)

    with pytest.raises(SubgraphTimeoutError) as late:
        await transport.send(QUERY, timeout=0.01)
    held.may_answer.set()

    assert await first is GOOD
    assert late.value.seconds == 0.01
    assert held.sent == 1


async def test_an_own_timeout_is_not_asked_for_again() -> None:
    sent = 0

    async def answer(_: SubgraphRequest, seconds: float) -> RawAnswer:
        nonlocal sent
        sent += 1
        raise SubgraphTimeoutError("songs", seconds)

    transport = SharingTransport(Played(answer), "songs", usual_seconds=10)
    for seconds in (0.5, 10):
        with pytest.raises(SubgraphTimeoutError):
            await transport.send(QUERY, timeout=seconds)

    assert sent == 2
