"""What several clients ask for at the same time, subgraphs are asked once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from graphwing import Router, SharingSettings, Subgraph, SubgraphAnswer, SubgraphError
from graphwing.execution.transport import SubgraphRequest

SONGS = "type Query { song(id: ID): String, other: String } type Mutation { play(id: ID): Int }"
SONG = "query ($id: ID) { song(id: $id) }"

Asked = tuple[str, Mapping[str, object], Mapping[str, str]]


def song(key: object, headers: Mapping[str, str] | None = None) -> Asked:
    return SONG, {"id": key}, headers or {}


class Songs:
    """A subgraph that answers when it is let."""

    def __init__(self, *, failure: SubgraphError | None = None) -> None:
        self.requests: list[SubgraphRequest] = []
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self._failure = failure

    async def answer(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.requests.append(request)
        self.is_asked.set()
        await self.may_answer.wait()
        if self._failure is not None:
            raise self._failure
        key = "play" if request.kind == "mutation" else "song"
        return SubgraphAnswer({key: len(self.requests) if key == "play" else "달"})

    def router(self, sharing: SharingSettings | None = None) -> Router:
        subgraph = Subgraph(sdl=SONGS, answer=self.answer)
        return Router({"songs": subgraph}, sharing=sharing, propagate_headers=["x-tenant"])


async def asked_together(router: Router, songs: Songs, *requests: Asked) -> list[object]:
    """The responses to requests that are all under way before the subgraph answers."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(router.execute(text, variables=variables, headers=headers))
            for text, variables, headers in requests
        ]
        await songs.is_asked.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        songs.may_answer.set()
    return [task.result() for task in tasks]


async def planned(router: Router, songs: Songs, text: str) -> None:
    """Let the router know an operation, so that planning keeps nobody back."""
    songs.may_answer.set()
    await router.execute(text)
    songs.requests.clear()
    songs.is_asked.clear()
    songs.may_answer.clear()


@pytest.mark.parametrize(
    ("requests", "sent"),
    [
        ([song(1), song(1)], 1),
        ([song(1), song(2)], 2),
        ([song(1, {"x-tenant": "a"}), song(1, {"x-tenant": "b"})], 2),
        ([song(1, {"x-tenant": "a"}), song(1, {"x-tenant": "a"})], 1),
        ([song(1, {"x-other": "a"}), song(1, {"x-other": "b"})], 1),
    ],
)
async def test_identical_queries_in_flight_are_one_request(
    requests: list[Asked], sent: int
) -> None:
    songs = Songs()
    async with songs.router() as router:
        await planned(router, songs, SONG)
        responses = await asked_together(router, songs, *requests)

    assert responses == [{"data": {"song": "달"}}] * len(requests)
    assert len(songs.requests) == sent


async def test_mutations_are_each_sent() -> None:
    songs = Songs()
    play = "mutation { play(id: 1) }"
    async with songs.router() as router:
        await planned(router, songs, play)
        asked: Asked = (play, {}, {})
        responses = await asked_together(router, songs, asked, asked)

    assert responses == [{"data": {"play": 2}}] * 2


async def test_a_request_that_comes_later_is_sent_again() -> None:
    songs = Songs()
    songs.may_answer.set()
    async with songs.router() as router:
        for _ in range(2):
            await router.execute(SONG, variables={"id": 1})

    assert len(songs.requests) == 2


async def test_nothing_is_shared_when_that_is_switched_off() -> None:
    songs = Songs()
    async with songs.router(SharingSettings(subgraph_requests=False)) as router:
        await planned(router, songs, SONG)
        same = song(1)
        await asked_together(router, songs, same, same)

    assert len(songs.requests) == 2


async def test_a_failure_is_told_to_all_who_wait() -> None:
    songs = Songs(failure=SubgraphError("songs", "is closed today"))
    async with songs.router() as router:
        await planned(router, songs, SONG)
        same = song(1)
        first, second = await asked_together(router, songs, same, same)

    assert first == second
    assert len(songs.requests) == 1


async def test_when_the_first_client_leaves_the_others_still_get_their_answer() -> None:
    songs = Songs()
    async with songs.router() as router:
        await planned(router, songs, SONG)
        first = asyncio.create_task(router.execute(SONG, variables={"id": 1}))
        await songs.is_asked.wait()
        second = asyncio.create_task(router.execute(SONG, variables={"id": 1}))
        for _ in range(20):
            await asyncio.sleep(0)
        first.cancel()
        songs.may_answer.set()

        assert await second == {"data": {"song": "달"}}
        assert first.cancelled()
    assert len(songs.requests) == 2


async def test_whole_operations_are_shared_if_wanted() -> None:
    songs = Songs()
    sharing = SharingSettings(subgraph_requests=False, operations=True)
    async with songs.router(sharing) as router:
        await planned(router, songs, SONG)
        same = song("1")
        coerced = song(1)
        responses = await asked_together(router, songs, same, coerced, same)

    assert responses == [{"data": {"song": "달"}}] * 3
    assert len(songs.requests) == 1
