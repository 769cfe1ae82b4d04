"""Results that wait for a client: none lost while it keeps up, a stated end when it does not."""

from __future__ import annotations

import asyncio

import pytest

from graphwing.errors import ClientTooSlowError
from graphwing.execution import ExecutionResult
from graphwing.server.streams.delivery import Delivery, SlowClientPolicy


def result(n: int) -> ExecutionResult:
    return ExecutionResult({"n": n})


async def read(delivery: Delivery) -> list[int]:
    return [one.data["n"] async for one in delivery if isinstance(one.data, dict)]


async def test_a_client_that_reads_gets_everything_however_small_the_queue() -> None:
    delivery = Delivery(size=1, policy="disconnect", patience=5)

    async def bring() -> None:
        for n in range(1_000):
            await delivery.put(result(n))
        delivery.end()

    async with asyncio.TaskGroup() as group:
        group.create_task(bring())
        reading = group.create_task(read(delivery))

    assert reading.result() == list(range(1_000))


async def test_a_client_that_pauses_for_less_than_our_patience_misses_nothing() -> None:
    delivery = Delivery(size=2, policy="drop_oldest", patience=5)
    await delivery.put(result(0))
    await delivery.put(result(1))

    bringing = asyncio.create_task(delivery.put(result(2)))
    await asyncio.sleep(0)
    assert not bringing.done()
    first = await anext(delivery)
    await bringing
    delivery.end()

    assert first == result(0)
    assert await read(delivery) == [1, 2]
    assert delivery.dropped == 0


async def test_a_client_that_does_not_keep_up_is_told_so_and_gets_no_more() -> None:
    delivery = Delivery(size=2, policy="disconnect", patience=0.01)
    await delivery.put(result(0))
    await delivery.put(result(1))

    with pytest.raises(ClientTooSlowError, match="2 events wait for the client") as failure:
        await delivery.put(result(2))
    delivery.end(failure.value)

    with pytest.raises(ClientTooSlowError):
        await anext(delivery)


@pytest.mark.parametrize(("policy", "kept"), [("drop_oldest", [3, 4]), ("drop_newest", [0, 1])])
async def test_results_that_a_slow_client_misses_are_the_oldest_or_the_newest(
    policy: SlowClientPolicy, kept: list[int]
) -> None:
    delivery = Delivery(size=2, policy=policy, patience=0.001)

    for n in range(5):
        await delivery.put(result(n))
    delivery.end()

    assert await read(delivery) == kept
    assert delivery.dropped == 3


async def test_what_waits_is_read_before_the_end_is_told() -> None:
    delivery = Delivery(size=9, policy="disconnect", patience=5)
    await delivery.put(result(0))
    delivery.end(ValueError("broken"))
    await delivery.put(result(1))
    delivery.end()

    assert await anext(delivery) == result(0)
    with pytest.raises(ValueError, match="broken"):
        await anext(delivery)
