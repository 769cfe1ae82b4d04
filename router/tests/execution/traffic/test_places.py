"""Places and the queue before them, without and with tasks that wait."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.execution.traffic.admission import Admission, QueueFullError
from graphwing.execution.traffic.places import Places

steps = st.lists(st.tuples(st.sampled_from(["come", "leave", "give up"]), st.integers(0, 5)))


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(0, 3), steps)
def test_places_go_to_those_who_came_first(
    limit: int, queue: int, steps: list[tuple[str, int]]
) -> None:
    places = Places[int](limit=limit, queue=queue)
    inside: list[int] = []
    waiting: list[int] = []

    for newcomer, (what, number) in enumerate(steps):
        if what == "come":
            if places.take():
                assert not waiting
                inside.append(newcomer)
            elif places.wait(newcomer):
                waiting.append(newcomer)
            else:
                assert len(waiting) == queue
        elif what == "leave" and inside:
            inside.pop(number % len(inside))
            follower = places.leave()
            assert follower == (waiting[0] if waiting else None)
            if follower is not None:
                inside.append(waiting.pop(0))
        elif what == "give up":
            who = waiting.pop(number % len(waiting)) if waiting else -1
            assert places.give_up(who) is (who >= 0)
        assert (places.taken, places.waiting) == (len(inside), len(waiting))
        assert len(inside) <= limit
        assert not waiting or len(inside) == limit


async def enter(admission: Admission, seconds: float) -> None:
    if not admission.places.take():
        await admission.wait(seconds)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_waits_gets_the_place_of_who_leaves() -> None:
    admission = Admission(limit=1, queue=1)
    await enter(admission, 1)

    waiting = asyncio.create_task(enter(admission, 5))
    await settled()
    with pytest.raises(QueueFullError):
        await enter(admission, 5)
    was_waiting = not waiting.done()
    admission.leave()
    await waiting

    assert was_waiting
    assert (admission.places.taken, admission.places.waiting) == (1, 0)
    admission.leave()
    assert admission.places.taken == 0


async def test_waiting_ends_when_the_time_is_over() -> None:
    admission = Admission(limit=1, queue=1)
    await enter(admission, 1)

    with pytest.raises(TimeoutError):
        await enter(admission, 0.01)

    assert (admission.places.taken, admission.places.waiting) == (1, 0)


@pytest.mark.parametrize("leaves_first", [True, False])
async def test_a_place_is_not_lost_when_its_task_is_cancelled_as_it_gets_it(
    leaves_first: bool,
) -> None:
    admission = Admission(limit=1, queue=2)
    await enter(admission, 1)
    cancelled = asyncio.create_task(enter(admission, 5))
    other = asyncio.create_task(enter(admission, 5))
    await settled()

    # Both before the task runs again.
    if leaves_first:
        admission.leave()
        cancelled.cancel()
    else:
        cancelled.cancel()
        admission.leave()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await asyncio.wait_for(other, 5)

    assert (admission.places.taken, admission.places.waiting) == (1, 0)
    admission.leave()
    assert admission.places.taken == 0


async def test_who_gives_up_leaves_the_queue() -> None:
    admission = Admission(limit=1, queue=1)
    await enter(admission, 1)
    waiting = asyncio.create_task(enter(admission, 5))
    await settled()

    waiting.cancel()
    await asyncio.wait((waiting,))

    assert (admission.places.taken, admission.places.waiting) == (1, 0)
