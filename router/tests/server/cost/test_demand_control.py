"""Operations are held to what they may cost, and clients are told what they do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec
import pytest
from server.cost.shelves import SHELVES, answer, subgraphs

from graphwing import (
    DemandControl,
    OperationRules,
    Router,
    SettingsError,
    SharingSettings,
    Subgraph,
    SubgraphAnswer,
    SubgraphRequest,
    load_settings,
)
from graphwing.server.configured import router_from_settings

TITLES = "query Titles($n: Int) { books(first: $n) { title } }"
BOOKS = {"books": [{"title": "달"}, None, {"title": "달"}]}


def router(sharing: SharingSettings | None = None, /, **control: object) -> Router:
    rules = OperationRules(demand_control=msgspec.convert(control, DemandControl))
    return Router(subgraphs(), rules=rules, sharing=sharing)


def too_dear(estimated: int, most: int) -> Mapping[str, object]:
    message = (
        f"the operation is estimated to cost {estimated}, and may cost {most};"
        " ask for fewer items or fields at a time"
    )
    cost = {"estimated": estimated, "max": most}
    extensions = {"code": "COST_ESTIMATED_TOO_EXPENSIVE", "cost": cost}
    return {"errors": [{"message": message, "extensions": extensions}]}


async def test_what_is_too_dear_whatever_the_variables_are_is_refused_once_for_all() -> None:
    async with router(mode="enforce", max=19) as one:
        responses = [await one.execute("{ books(first: 10) { title } }") for _ in range(2)]
        cheaper = await one.execute("{ books(first: 9) { title } }")

        assert responses == [too_dear(20, 19)] * 2
        assert cheaper == {"data": BOOKS}
        # The second time it is known.
        assert one.counts.exceeded == {"COST_ESTIMATED_TOO_EXPENSIVE": 1}


async def test_variables_decide_for_each_request() -> None:
    async with router(mode="enforce", max=19) as one:
        responses = [await one.execute(TITLES, variables={"n": n}) for n in (9, 10, 2**31 - 1, 0)]

        assert responses == [
            {"data": BOOKS},
            too_dear(20, 19),
            too_dear(2 * (2**31 - 1), 19),
            {"data": BOOKS},
        ]
        assert one.counts.exceeded == {"COST_ESTIMATED_TOO_EXPENSIVE": 2}


async def test_subscriptions_and_parts_are_held_to_it_too() -> None:
    async with router(mode="enforce", max=1) as one:
        events = [event async for event in one.subscribe("subscription { added { id } }")]
        transport = httpx.ASGITransport(app=one.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            response = await client.post(
                "/graphql",
                json={"query": TITLES, "variables": {"n": 4}},
                headers={"accept": "multipart/mixed;deferSpec=20220824, application/json"},
            )

    assert events == [too_dear(2, 1)]
    assert response.json() == too_dear(8, 1)


async def test_a_list_of_which_it_is_not_said_how_much_is_wanted_is_refused() -> None:
    async with router(mode="enforce", max=1_000) as one:
        refused = await one.execute("{ sliced { title } }")
        by_variable = "query ($n: Int) { sliced(first: $n) { title } }"
        responses = [await one.execute(by_variable, variables={"n": n}) for n in (None, 1)]

    message = (
        "`Query.sliced` needs exactly one of its arguments that say how much: `first` or `last`"
    )
    expected = {
        "errors": [{"message": message, "extensions": {"code": "COST_SLICING_ARGUMENTS_INVALID"}}]
    }
    assert [refused, responses[0]] == [expected, expected]
    assert responses[1] == {"data": {"sliced": None}}


async def test_what_is_only_measured_is_answered_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with router(mode="measure", max=5) as one:
        with caplog.at_level(logging.WARNING, "graphwing"):
            responses = [await one.execute(TITLES, variables={"n": n}) for n in (2, 3, 4)]
            await one.execute("{ sliced { title } }")

        assert responses == [{"data": BOOKS}] * 3
        assert one.counts.exceeded == {
            "COST_ESTIMATED_TOO_EXPENSIVE": 3,
            "COST_SLICING_ARGUMENTS_INVALID": 1,
        }
    logged = [record.getMessage() for record in caplog.records if "COST" in record.getMessage()]
    assert [(line.split(": ")[0], line.split()[-1]) for line in logged] == [
        ("operation Titles", "[COST_ESTIMATED_TOO_EXPENSIVE]"),
        ("operation without a name", "[COST_SLICING_ARGUMENTS_INVALID]"),
        ("operation without a name", "[COST_ESTIMATED_TOO_EXPENSIVE]"),
    ]


@pytest.mark.parametrize("shared", [False, True])
async def test_clients_are_told_what_was_estimated_and_what_it_was(*, shared: bool) -> None:
    sharing = SharingSettings(operations=shared)
    async with router(sharing, mode="measure", max=50, extensions=True, actual=True) as one:
        # Interpreted first, and compiled later, which answers with bytes.
        responses = [await one.execute(TITLES, variables={"n": 5}) for _ in range(20)]
        mutation = await one.execute("mutation { add { title } }")

        assert shared or one.counts.compiled

    cost = {"estimated": 10, "max": 50, "actual": 4}
    assert responses == [{"data": BOOKS, "extensions": {"cost": cost}}] * 20
    assert mutation["extensions"]["cost"] == {"estimated": 12, "max": 50, "actual": 12}


@pytest.mark.parametrize(
    ("told", "extensions", "headers"),
    [
        ({"extensions": True}, {"extensions": {"cost": {"estimated": 6}}}, {}),
        ({"headers": True}, {}, {"x-cost-estimated": "6"}),
        (
            {"headers": True, "actual": True, "max": 9},
            {},
            {"x-cost-estimated": "6", "x-cost-max": "9", "x-cost-actual": "4"},
        ),
        ({"actual": True}, {}, {}),
    ],
)
async def test_over_http_the_body_tells_it_or_headers(
    told: Mapping[str, object],
    extensions: Mapping[str, object],
    headers: Mapping[str, str],
) -> None:
    async with router(mode="measure", **told) as one:
        transport = httpx.ASGITransport(app=one.asgi())
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            response = await client.post("/graphql", json={"query": "{ books { title } }"})

    assert response.json() == {"data": BOOKS, **extensions}
    assert {name: it for name, it in response.headers.items() if "cost" in name} == headers


async def test_an_object_that_does_not_say_its_type_is_one_that_it_may_be() -> None:
    async def media(_: SubgraphRequest) -> SubgraphAnswer:
        film = {"__typename": "Film", "length": 1, "related": [{"__typename": "Book", "id": "1"}]}
        return SubgraphAnswer({"media": [film, {"__typename": "Book", "title": "달"}, None]})

    text = "{ media { ... on Film { length related { id } } ... on Book { title } } }"
    control = DemandControl(mode="measure", extensions=True, actual=True)
    subgraph = Subgraph(sdl=SHELVES, answer=media)
    rules = OperationRules(demand_control=control)
    async with Router({"shelves": subgraph}, rules=rules) as one:
        response = await one.execute(text)

    # The film and its length, a related book or film of which the dearer counts, and the book.
    assert response["extensions"]["cost"]["actual"] == (1 + 1 + 2) + 2


async def test_nothing_is_estimated_or_told_unless_that_is_wanted() -> None:
    async with router(max=1, extensions=True) as one:
        response = await one.execute("{ books { title } }")

    assert response == {"data": BOOKS}


async def test_a_graph_without_costs_has_the_usual_ones() -> None:
    sdl = "type Query { books: [Book] } type Book { title: String }"
    rules = OperationRules(
        demand_control=DemandControl(mode="measure", extensions=True, list_size=7)
    )
    async with Router({"books": Subgraph(sdl=sdl, answer=answer)}, rules=rules) as one:
        response = await one.execute("{ books { title } }")

    assert response["extensions"] == {"cost": {"estimated": 7}}


async def test_directives_are_called_what_the_graph_calls_them() -> None:
    sdl = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
      import: [{name: "@cost", as: "@price"}, {name: "@listSize", as: "@length"}])
    type Query { books: [Book] @length(assumedSize: 3) } type Book @price(weight: 5) { title: ID }
    """
    rules = OperationRules(demand_control=DemandControl(mode="measure", extensions=True))
    async with Router({"books": Subgraph(sdl=sdl, answer=answer)}, rules=rules) as one:
        response = await one.execute("{ books { title } }")

    assert response["extensions"] == {"cost": {"estimated": 15}}


def settings_of(tmp_path: Path, written: str) -> Router:
    (tmp_path / "supergraph.graphql").write_text(Router(subgraphs()).supergraph.sdl)
    path = tmp_path / "graphwing.yaml"
    path.write_text(f"supergraph: supergraph.graphql\ndemand_control: {written}\n")
    return router_from_settings(load_settings(path))


def test_the_budget_comes_from_the_settings(tmp_path: Path) -> None:
    enforced = settings_of(tmp_path, "{ mode: enforce, max: 6, list_size: 3 }")
    switched_off = settings_of(tmp_path, "{ mode: off, max: 6 }")

    assert enforced.plan("{ books { title } }").fetches
    assert switched_off.plan("{ media { author { name } } }").fetches
    with pytest.raises(Exception, match="estimated to cost 63, and may cost 6"):
        enforced.plan("{ media { author { name } } }")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{ mode: enforce }", r"demand_control\.max: nothing is too dear .*; set it"),
        ("{ max: 0 }", r"demand_control\.max: expected `int` >= 1"),
        ("{ mode: sometimes }", r"demand_control\.mode: invalid enum value 'sometimes'"),
        ("{ maximum: 1 }", r"demand_control\.maximum: unknown key; did you mean `max`"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, written: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_of(tmp_path, written)
