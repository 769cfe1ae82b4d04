"""Subscriptions: the rest of the plan runs for each event, in order, until the stream ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import pytest

from graphwing import Identity, Router, Subgraph, SubgraphAnswer, SubgraphRequest
from graphwing.errors import (
    NotReadyError,
    StreamLostError,
    StreamRefusedError,
    SubgraphError,
    UnauthenticatedError,
)
from graphwing.execution import Reconnect
from graphwing.execution.response_errors import stream_errors
from graphwing.server.identity.kept_fresh import kept_fresh

LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
PLAYS = f"""{LINK}
type Query {{ now: Int }}
type Subscription {{ play(on: String! = "radio"): Play, count: Int! }}
type Play {{ n: Int! song: Song }}
type Song @key(fields: "id") {{ id: ID! }}
"""
TITLES = f'{LINK} type Song @key(fields: "id") {{ id: ID! title: String! }}'
LIKES = f'{LINK} type Song @key(fields: "id") {{ id: ID! likes: Int }}'
PLAYED = "subscription { play { n song { title likes } } }"

Json = dict[str, Any]
Event = Json | SubgraphAnswer | SubgraphError


class Radio:
    """The three subgraphs. Each stream of plays is a list that the test writes."""

    def __init__(self, *streams: Sequence[Event]) -> None:
        self.asked: list[SubgraphRequest] = []
        self.order: list[str] = []
        self._streams = list(streams)

    async def plays(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphAnswer]:
        self.asked.append(request)
        for event in self._streams.pop(0):
            if isinstance(event, SubgraphError):
                raise event
            self.order.append("event")
            yield event if isinstance(event, SubgraphAnswer) else SubgraphAnswer(event)

    async def nothing(self, _: SubgraphRequest) -> SubgraphAnswer:
        return SubgraphAnswer({"now": 1})

    async def titles(self, request: SubgraphRequest) -> SubgraphAnswer:
        self.order.append("titles")
        songs = request.variables["representations"]
        return SubgraphAnswer({"_entities": [{"title": f"Song {one['id']}"} for one in songs]})

    async def likes(self, request: SubgraphRequest) -> SubgraphAnswer:
        songs = request.variables["representations"]
        if any(one["id"] == "silent" for one in songs):
            raise SubgraphError("likes", "is down")
        return SubgraphAnswer({"_entities": [{"likes": len(one["id"])} for one in songs]})

    def router(
        self, reconnect: Reconnect | None = None, identity: Identity | None = None
    ) -> Router:
        plays = Subgraph(
            sdl=PLAYS,
            answer=self.nothing,
            events=self.plays,
            reconnect=reconnect or Reconnect(),
        )
        return Router(
            {
                "plays": plays,
                "titles": Subgraph(sdl=TITLES, answer=self.titles),
                "likes": Subgraph(sdl=LIKES, answer=self.likes),
            },
            identity=identity,
        )

    async def heard(self, operation: str = PLAYED, **options: Any) -> list[Any]:  # noqa: ANN401
        """Return the responses, and the error at the end if there is one."""
        responses: list[Any] = []
        router = self.router(options.pop("reconnect", None), options.pop("identity", None))
        async with router:
            try:
                async for response in router.subscribe(operation, **options):
                    responses.append(response)  # noqa: PERF401 - those before an error count
            except SubgraphError as error:
                responses.append(error)
        return responses


def play(n: int, song: str | None) -> Json:
    found = {"__typename": "Song", "id": song} if song else None
    return {"play": {"n": n, "song": found}}


def response(n: int, song: str) -> Json:
    return {"data": {"play": {"n": n, "song": {"title": f"Song {song}", "likes": len(song)}}}}


async def test_each_event_is_completed_by_the_other_subgraphs() -> None:
    radio = Radio([play(n, f"s{n}") for n in range(3)])

    assert await radio.heard() == [response(n, f"s{n}") for n in range(3)]
    assert radio.asked[0].kind == "subscription"


async def test_an_event_that_finds_no_entity_asks_nobody() -> None:
    radio = Radio([play(0, None), {"play": None}])

    assert await radio.heard() == [
        {"data": {"play": {"n": 0, "song": None}}},
        {"data": {"play": None}},
    ]
    assert radio.order == ["event", "event"]


async def test_variables_aliases_and_fragments_are_those_of_the_client() -> None:
    radio = Radio([{"on": {"__typename": "Play", "n": 1}}])
    operation = (
        "subscription ($on: String!) { on: play(on: $on) { ...N } } fragment N on Play { n }"
    )

    heard = await radio.heard(operation, variables={"on": "air"})

    assert heard == [{"data": {"on": {"n": 1}}}]
    assert radio.asked[0].variables == {"on": "air"}


async def test_a_subgraph_that_fails_costs_one_event_its_fields_and_the_next_goes_on() -> None:
    radio = Radio([play(0, "silent"), play(1, "s1")])

    failed, fine = await radio.heard()

    assert failed["data"]["play"]["song"] == {"title": "Song silent", "likes": None}
    assert [one["path"] for one in failed["errors"]] == [["play", "song", "likes"]]
    assert fine == response(1, "s1")


async def test_errors_and_nulls_of_an_event_belong_to_that_event() -> None:
    error = {"message": "no signal", "path": ["play", "song"]}
    radio = Radio(
        [SubgraphAnswer({"play": {"n": 1, "song": None}}, [error]), {"play": {"n": None}}]
    )

    first, second = await radio.heard()

    assert first["data"] == {"play": {"n": 1, "song": None}}
    assert [one["message"] for one in first["errors"]] == ["no signal"]
    assert second["data"] == {"play": None}
    assert second["errors"][0]["path"] == ["play", "n"]


async def test_a_non_null_root_field_that_is_null_nulls_the_data() -> None:
    radio = Radio([{"count": None}, {"count": 2}])

    first, second = await radio.heard("subscription { count }")

    assert first["data"] is None
    assert second == {"data": {"count": 2}}


async def test_the_next_event_waits_until_the_one_before_is_complete() -> None:
    radio = Radio([play(0, "a"), play(1, "b"), play(2, "c")])

    async with radio.router() as router, aclosing(router.subscribe(PLAYED)) as responses:
        await anext(responses)
        for _ in range(20):
            await asyncio.sleep(0)
        # The subgraph is ahead by what it has ready; nothing is asked for it before its turn.
        assert radio.order.count("titles") == 1
        await anext(responses)
        assert radio.order.count("titles") == 2


async def test_a_query_has_one_response() -> None:
    assert await Radio().heard("{ now }") == [{"data": {"now": 1}}]


async def test_what_is_wrong_with_the_request_is_the_only_response() -> None:
    radio = Radio()

    (invalid,) = await radio.heard("subscription { nothing }")
    (missing,) = await radio.heard("subscription ($on: String!) { play(on: $on) { n } }")

    assert invalid["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert missing["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert radio.asked == []


async def test_a_router_that_is_not_open_has_no_events() -> None:
    with pytest.raises(NotReadyError):
        await anext(Radio().router().subscribe(PLAYED))


async def test_events_that_break_off_are_an_error_after_those_that_came() -> None:
    lost = StreamLostError("plays", "broke off its events")

    first, error = await Radio([play(0, "a"), lost]).heard()

    assert first == response(0, "a")
    assert error is lost
    assert stream_errors(lost) == [
        {
            "message": "subgraph `plays` broke off its events",
            "extensions": {"code": "DOWNSTREAM_STREAM_LOST", "serviceName": "plays"},
        }
    ]


async def test_a_refusal_is_told_with_the_errors_of_the_subgraph() -> None:
    refused = StreamRefusedError("plays", [{"message": "members only", "path": ["play"]}])

    (error,) = await Radio([refused]).heard(reconnect=Reconnect(attempts=5, delay=0))

    assert stream_errors(error) == [
        {
            "message": "members only",
            "path": ["play"],
            "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "serviceName": "plays"},
        }
    ]


async def test_events_that_break_off_are_asked_for_again_as_often_as_is_allowed() -> None:
    lost = StreamLostError("plays", "broke off its events")
    unreachable = SubgraphError("plays", "cannot be reached")
    radio = Radio([play(0, "a"), lost], [unreachable], [play(1, "b"), lost], [lost], [lost])

    heard = await radio.heard(reconnect=Reconnect(attempts=2, delay=0))

    assert heard == [response(0, "a"), response(1, "b"), lost]
    assert len(radio.asked) == 5


async def test_a_stream_that_never_was_is_not_asked_for_again() -> None:
    unreachable = SubgraphError("plays", "cannot be reached")
    radio = Radio([unreachable])

    assert await radio.heard(reconnect=Reconnect(attempts=2, delay=0)) == [unreachable]
    assert len(radio.asked) == 1


class TwoEvents(Identity):
    """Vouches for a client at the beginning and for two events; then its token has expired."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def claims(self, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
        self.asked += 1
        if self.asked > 4:
            raise UnauthenticatedError("the token has expired")
        return {"sub": headers["authorization"]}

    def signed(self, claims: Mapping[str, Any] | None) -> dict[str, str]:
        return {"graphwing-claims": f"{(claims or {})['sub']} {self.asked}"}


async def test_a_subscription_ends_when_the_token_of_the_client_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graphwing.server.identity.kept_fresh._FRESH_SECONDS", 0.0)
    radio = Radio([play(n, "a") for n in range(9)])

    heard = await radio.heard(identity=TwoEvents(), headers={"Authorization": "Bearer x"})

    assert [one.get("data") for one in heard] == [response(n, "a")["data"] for n in range(2)] + [
        None
    ]
    assert heard[-1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert radio.asked[0].headers == {"graphwing-claims": "Bearer x 2"}


async def test_headers_are_made_anew_before_what_they_sign_is_too_old() -> None:
    now = 0.0
    made = 0

    async def headers() -> dict[str, str]:
        nonlocal made
        made += 1
        return {"n": str(made)}

    fresh = kept_fresh(headers, clock=lambda: now)

    first = [(await fresh())["n"], (await fresh())["n"]]
    now = 14.9
    second = (await fresh())["n"]
    now = 15.0
    third = (await fresh())["n"]
    assert (first, second, third) == (["1", "1"], "1", "2")
