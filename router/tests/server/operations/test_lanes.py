"""Small work never waits for large work, and what nobody waits for is never begun."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from graphwing.errors import NotReadyError, PlanningBusyError
from graphwing.server.operations.lanes import Lane, Shared


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - there is nothing to set an event
            await asyncio.sleep(0)


class Desk:
    """A lane of one thread, which is held up until it is told to go on."""

    def __init__(self, most_waiting: int | None = None) -> None:
        self.lane = Lane("test", 1, most_waiting=most_waiting)
        self.begun: list[str] = []
        self.is_busy, self.may_go_on = threading.Event(), threading.Event()

    def ask(self, name: str, size: int = 1) -> asyncio.Task[str]:
        return asyncio.create_task(self.share(name, size).result())

    def share(self, name: str, size: int = 1) -> Shared[str]:
        return Shared(lambda shared: self.lane.run(shared, size, lambda: self.work(name)))

    async def hold_up(self) -> asyncio.Task[str]:
        first = self.ask("first")
        await asyncio.to_thread(self.is_busy.wait, 10)
        return first

    async def until_waiting(self, wanted: int) -> None:
        await until(lambda: self.lane.waiting == wanted)

    def work(self, name: str) -> str:
        self.begun.append(name)
        self.is_busy.set()
        assert self.may_go_on.wait(10)
        return name


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    desk.may_go_on.set()
    desk.lane.stop()


async def test_what_waits_is_begun_the_smallest_first(desk: Desk) -> None:
    first = await desk.hold_up()
    waiting = [desk.ask(name, size) for name, size in (("c", 30), ("a", 10), ("b", 20), ("d", 30))]
    await desk.until_waiting(4)

    desk.may_go_on.set()
    await asyncio.gather(first, *waiting)

    assert desk.begun == ["first", "a", "b", "c", "d"]


async def test_what_nobody_waits_for_any_more_is_not_begun(desk: Desk) -> None:
    first = await desk.hold_up()
    shared = desk.share("shared")
    both = [asyncio.create_task(shared.result()) for _ in range(2)]
    kept = desk.ask("kept")
    await desk.until_waiting(2)

    both[0].cancel()
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    assert not shared.is_over
    both[1].cancel()
    await asyncio.wait(both)
    assert shared.is_over
    await desk.until_waiting(1)

    desk.may_go_on.set()
    assert await asyncio.gather(first, kept) == ["first", "kept"]
    assert desk.begun == ["first", "kept"]
    assert shared.task.cancelled()


async def test_what_is_left_between_two_lanes_is_not_begun_in_the_second(desk: Desk) -> None:
    second = Desk()

    async def both(shared: Shared[str]) -> str:
        await desk.lane.run(shared, 1, lambda: desk.work("in the first"))
        return await second.lane.run(shared, 1, lambda: second.work("in the second"))

    shared = Shared(both)
    only = asyncio.create_task(shared.result())
    await asyncio.to_thread(desk.is_busy.wait, 10)
    only.cancel()
    await asyncio.wait([only])
    desk.may_go_on.set()
    await asyncio.wait([shared.task])

    assert shared.is_over
    assert (desk.begun, second.begun) == (["in the first"], [])
    second.lane.stop()


async def test_what_has_begun_goes_on_when_everybody_leaves(desk: Desk) -> None:
    shared = desk.share("begun")
    only = asyncio.create_task(shared.result())
    await asyncio.to_thread(desk.is_busy.wait, 10)
    only.cancel()
    await asyncio.wait([only])

    assert not shared.is_over
    again = asyncio.create_task(shared.result())
    desk.may_go_on.set()

    assert await again == "begun"
    assert desk.begun == ["begun"]


async def test_no_more_may_wait_than_is_allowed() -> None:
    desk = Desk(most_waiting=1)
    first = await desk.hold_up()
    second = desk.ask("second")
    await desk.until_waiting(1)

    with pytest.raises(PlanningBusyError, match="1 other large operations wait") as refused:
        await desk.ask("third")

    assert (refused.value.status, refused.value.headers()) == (503, {"retry-after": "5"})
    second.cancel()
    await desk.until_waiting(0)
    fourth = desk.ask("fourth")
    await desk.until_waiting(1)
    desk.may_go_on.set()
    assert await asyncio.gather(first, fourth) == ["first", "fourth"]
    desk.lane.stop()


async def test_stopping_waits_neither_for_what_has_begun_nor_for_what_has_not(desk: Desk) -> None:
    first, second = await desk.hold_up(), desk.ask("second")
    await desk.until_waiting(1)

    desk.lane.stop()

    with pytest.raises(NotReadyError):
        await second
    with pytest.raises(NotReadyError):
        await desk.ask("third")
    assert not first.done()
    desk.may_go_on.set()
    assert await first == "first"
    assert desk.begun == ["first"]
