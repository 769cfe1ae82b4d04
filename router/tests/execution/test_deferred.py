"""What is deferred is sent later, part by part, and never changes what was sent before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from graphwing import SubgraphAnswer, SubgraphRequest
from graphwing.composition import SubgraphSdl, compose
from graphwing.errors import SubgraphError
from graphwing.execution import (
    Completed,
    Endpoint,
    Executor,
    FirstPart,
    NextPart,
    Operation,
    ResponsePart,
)
from graphwing.execution.transports.scripted import ScriptedTransport
from graphwing.planner import Planner

_LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
"""
SHELF = f"""{_LINK}
type Query {{ book: Book, books: [Book!], lost: Book }}
type Mutation {{ buy: Book, burn: Boolean }}
type Book @key(fields: "id") {{ id: ID!, title: String, pages: Int! }}
"""
CRITICS = f"""{_LINK}
type Book @key(fields: "id") {{ id: ID!, reviews: [Review!], stars: Int! }}
type Review @key(fields: "id") {{ id: ID!, body: String!, critic: Critic }}
type Critic {{ name: String! }}
"""
BOOK = {"__typename": "Book", "id": "1", "title": "달"}
REVIEWS = [{"__typename": "Review", "id": "r1", "body": "밝다"}]


class Library:
    """Two subgraphs whose answers the test decides, and the parts that a client gets."""

    def __init__(self) -> None:
        self.parts: list[ResponsePart] = []
        self.asked: list[str] = []
        self.books: dict[str, Any] = {"book": BOOK, "books": [BOOK], "lost": None, "buy": BOOK}
        self.entities: dict[str, dict[str, Any]] = {
            "title": {"title": "달"},
            "pages": {"pages": 240},
            "reviews": {"reviews": REVIEWS},
            "stars": {"stars": 5},
            "critic": {"critic": {"name": "새벽"}},
        }
        self.errors: dict[str, dict[str, Any]] = {}
        self.held: dict[str, asyncio.Event] = {}
        """A fetch whose operation contains the word waits for the event."""
        self.broken: set[str] = set()
        self.arrived = asyncio.Event()

    def hold(self, word: str) -> asyncio.Event:
        """Let fetches of `word` wait for the event that is returned."""
        return self.held.setdefault(word, asyncio.Event())

    async def answer(self, request: SubgraphRequest) -> SubgraphAnswer:
        """Play both subgraphs: they are told apart by what is asked."""
        self.asked.append(request.operation)
        for word, event in self.held.items():
            if word in request.operation:
                await event.wait()
        for word in self.broken:
            if word in request.operation:
                raise SubgraphError("critics", "is down")
        errors = [each for word, each in self.errors.items() if word in request.operation]
        if "_entities" not in request.operation:
            return SubgraphAnswer(dict(self.books), errors)
        entity: dict[str, Any] = {}
        for word, value in self.entities.items():
            if word in request.operation:
                entity |= value
        count = len(request.variables["representations"])
        return SubgraphAnswer({"_entities": [dict(entity) for _ in range(count)]}, errors)

    async def run(
        self, operation: str, *, repeats: bool = False, variables: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """Return the parts of the response, in short."""
        executor, prepared = self.prepared(operation)
        await executor.execute_in_parts(
            prepared, prepared.variables(variables or {}), {}, self.take, repeats=repeats
        )
        return [_short(part) for part in self.parts]

    def prepared(self, operation: str) -> tuple[Executor, Operation]:
        """Return what runs an operation, and the operation with its plan."""
        sdl = {"shelf": SHELF, "critics": CRITICS}
        graph = compose(SubgraphSdl(name, f"http://{name}", text) for name, text in sdl.items())
        document = parse(operation)
        assert validate(graph.api_schema, document) == []
        definition = document.definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        plan = Planner(graph).plan(document, may_defer=True)
        endpoints = {name: Endpoint(ScriptedTransport(name, self.answer)) for name in sdl}
        executor = Executor(graph.api_schema, endpoints)
        return executor, Operation(graph.api_schema, document, definition, plan)

    async def take(self, part: ResponsePart) -> None:
        """Be the client."""
        self.parts.append(part)
        self.arrived.set()


def _short(part: ResponsePart) -> Any:  # noqa: ANN401
    match part:
        case FirstPart():
            pending = [(one.path, one.label) for one in part.pending]
            errors = {"errors": _places(part.errors)} if part.errors else {}
            return {"data": part.data, "pending": pending, **errors}
        case NextPart():
            return [_short_completed(one) for one in part.completed]


def _short_completed(completed: Completed) -> Any:  # noqa: ANN401
    if completed.errors is not None:
        return {"lost": completed.pending.path, "errors": _places(completed.errors)}
    return {
        one.path: one.data | ({"errors": _places(one.errors)} if one.errors else {})
        for one in completed.increments
    }


def _places(errors: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    return [(".".join(map(str, one.get("path", ()))), one["message"]) for one in errors]


@pytest.fixture
def library() -> Library:
    return Library()


async def test_the_first_part_is_sent_while_a_deferred_fetch_is_still_waited_for(
    library: Library,
) -> None:
    reviews = library.hold("reviews")
    operation = '{ book { title ... @defer(label: "r") { reviews { body } } } }'

    async with asyncio.TaskGroup() as group:
        running = group.create_task(library.run(operation))
        await library.arrived.wait()

        assert [_short(part) for part in library.parts] == [
            {"data": {"book": {"title": "달"}}, "pending": [(("book",), "r")]}
        ]
        assert not running.done()
        reviews.set()

    assert running.result()[1:] == [[{("book",): {"reviews": [{"body": "밝다"}]}}]]


async def test_parts_are_sent_in_the_order_in_which_they_are_ready(library: Library) -> None:
    slow = library.hold("reviews")
    operation = """{ book {
        id
        ... @defer(label: "slow") { reviews { body } }
        ... @defer(label: "fast") { pages }
    } }"""

    async with asyncio.TaskGroup() as group:
        running = group.create_task(library.run(operation))
        while len(library.parts) < 2:
            library.arrived.clear()
            await library.arrived.wait()
        slow.set()

    assert running.result() == [
        {"data": {"book": {"id": "1"}}, "pending": [(("book",), "slow"), (("book",), "fast")]},
        [{("book",): {"pages": 240}}],
        [{("book",): {"reviews": [{"body": "밝다"}]}}],
    ]
    assert [part.has_next for part in library.parts] == [True, True, False]


async def test_a_fragment_in_a_list_is_sent_for_each_item(library: Library) -> None:
    library.books["books"] = [BOOK, BOOK | {"id": "2"}]

    parts = await library.run("{ books { id ... @defer { pages } } }")

    assert parts == [
        {
            "data": {"books": [{"id": "1"}, {"id": "2"}]},
            "pending": [(("books", 0), None), (("books", 1), None)],
        },
        [{("books", 0): {"pages": 240}}, {("books", 1): {"pages": 240}}],
    ]


async def test_a_fragment_within_a_fragment_is_announced_with_it_and_sent_after_it(
    library: Library,
) -> None:
    parts = await library.run(
        '{ book { id ... @defer(label: "a") { pages ... @defer(label: "b") { stars } } } }'
    )

    assert parts == [
        {"data": {"book": {"id": "1"}}, "pending": [(("book",), "a")]},
        [{("book",): {"pages": 240}}],
        [{("book",): {"stars": 5}}],
    ]
    assert [one.label for one in library.parts[1].pending] == ["b"]


async def test_no_field_is_sent_twice(library: Library) -> None:
    parts = await library.run(
        """{ book { title reviews { body }
            ... @defer { title reviews { body critic { name } } } } }"""
    )

    assert parts[1:] == [[{("book", "reviews", 0): {"critic": {"name": "새벽"}}}]]


async def test_a_fragment_is_whole_for_those_who_want_that(library: Library) -> None:
    parts = await library.run(
        """{ book { title reviews { body }
            ... @defer { title reviews { body critic { name } } } } }""",
        repeats=True,
    )

    assert parts[1:] == [
        [
            {
                ("book",): {
                    "title": "달",
                    "reviews": [{"body": "밝다", "critic": {"name": "새벽"}}],
                }
            }
        ]
    ]


async def test_what_two_fragments_share_is_sent_with_the_first(library: Library) -> None:
    pages = library.hold("stars")
    operation = """{ book { id
        ... @defer(label: "slow") { reviews { body } stars }
        ... @defer(label: "fast") { reviews { body } } } }"""

    async with asyncio.TaskGroup() as group:
        running = group.create_task(library.run(operation))
        while len(library.parts) < 2:
            library.arrived.clear()
            await library.arrived.wait()
        pages.set()

    assert running.result()[1:] == [
        [{("book",): {"reviews": [{"body": "밝다"}]}}],
        [{("book",): {"stars": 5}}],
    ]


async def test_an_object_that_is_null_has_no_deferred_fragments(library: Library) -> None:
    parts = await library.run("{ lost { id ... @defer { pages } } }")

    assert parts == [{"data": {"lost": None}, "pending": []}]
    assert not library.parts[0].has_next


async def test_an_object_that_becomes_null_loses_its_deferred_fragments(library: Library) -> None:
    library.books["books"] = [BOOK, {"__typename": "Book", "id": None}]

    parts = await library.run("{ books { id ... @defer { pages } } }")

    (first,) = parts
    assert (first["data"], first["pending"]) == ({"books": None}, [])


async def test_a_null_that_is_not_allowed_takes_the_fragment_and_nothing_that_was_sent(
    library: Library,
) -> None:
    library.entities["pages"] = {"pages": None}

    parts = await library.run("{ book { title ... @defer { pages } } }")

    assert parts == [
        {"data": {"book": {"title": "달"}}, "pending": [(("book",), None)]},
        [
            {
                "lost": ("book",),
                "errors": [
                    ("book.pages", "cannot return null for non-nullable `Book.pages`"),
                ],
            }
        ],
    ]


async def test_a_lost_fragment_takes_the_fragments_within_it(library: Library) -> None:
    library.entities["pages"] = {"pages": None}

    parts = await library.run("{ book { id ... @defer { pages ... @defer { stars } } } }")

    assert [list(one[0]) for one in parts[1:]] == [["lost", "errors"]]
    assert not library.parts[-1].has_next


async def test_errors_come_with_the_part_that_they_belong_to(library: Library) -> None:
    library.errors["stars"] = {"message": "no stars today", "path": ["_entities", 0, "stars"]}
    library.entities["stars"] = {"stars": None}
    library.errors["book {"] = {"message": "no title", "path": ["book", "title"]}
    library.books["book"] = BOOK | {"title": None}

    parts = await library.run("{ book { id title ... @defer { stars } } }")

    assert parts[0]["errors"] == [("book.title", "no title")]
    assert parts[1] == [{"lost": ("book",), "errors": [("book.stars", "no stars today")]}]


async def test_whole_fragments_each_have_the_errors_of_what_they_share(library: Library) -> None:
    library.errors["book {"] = {"message": "no title", "path": ["book", "title"]}
    library.books["book"] = BOOK | {"title": None}

    parts = await library.run(
        "{ book { title ... @defer { title stars } ... @defer { title pages } } }", repeats=True
    )

    sent = [one[("book",)] for part in parts[1:] for one in part]
    assert parts[0]["errors"] == [("book.title", "no title")]
    assert len(sent) == 2
    assert all(one["errors"] == [("book.title", "no title")] for one in sent)


async def test_a_failing_subgraph_costs_only_the_parts_it_was_asked_for(library: Library) -> None:
    library.broken.add("reviews")
    library.books["books"] = [BOOK, BOOK | {"id": "2"}]

    parts = await library.run(
        '{ books { id ... @defer(label: "r") { reviews { body } } ... @defer { pages } } }'
    )

    sent = [one for part in parts[1:] for one in part]
    message = "subgraph `critics` is down"
    assert parts[0]["data"] == {"books": [{"id": "1"}, {"id": "2"}]}
    assert {("books", 0): {"pages": 240}} in sent
    assert {("books", 1): {"reviews": None, "errors": [("books.1.reviews", message)]}} in sent
    assert "errors" not in parts[0]


async def test_an_error_of_a_deferred_field_that_came_early_waits_for_its_part(
    library: Library,
) -> None:
    library.books["book"] = BOOK | {"reviews": None}
    library.entities["reviews"] = {
        "reviews": [{"__typename": "Review", "id": "r1", "critic": {"name": None}}]
    }
    library.errors["critic"] = {
        "message": "who was it?",
        "path": ["_entities", 0, "reviews", 0, "critic", "name"],
    }

    # A critic has no key, so the name comes with the reviews already.
    parts = await library.run("{ book { reviews { id critic { ... @defer { name } } } } }")

    assert parts == [
        {
            "data": {"book": {"reviews": [{"id": "r1", "critic": {}}]}},
            "pending": [(("book", "reviews", 0, "critic"), None)],
        },
        [
            {
                "lost": ("book", "reviews", 0, "critic"),
                "errors": [("book.reviews.0.critic.name", "who was it?")],
            }
        ],
    ]


@pytest.mark.parametrize(("later", "count"), [(True, 2), (False, 1)])
async def test_a_variable_decides_whether_a_fragment_is_deferred(
    library: Library, later: bool, count: int
) -> None:
    parts = await library.run(
        "query ($later: Boolean!) { book { id ... @defer(if: $later) { stars } } }",
        variables={"later": later},
    )

    assert len(parts) == count


async def test_a_variable_that_is_not_given_defers(library: Library) -> None:
    parts = await library.run(
        "query ($later: Boolean) { book { id ... @defer(if: $later) { stars } } }"
    )

    assert len(parts) == 2


async def test_a_skipped_fragment_is_neither_fetched_nor_announced(library: Library) -> None:
    parts = await library.run(
        "query ($more: Boolean!) { book { id ... @defer @include(if: $more) { stars } } }",
        variables={"more": False},
    )

    assert parts == [{"data": {"book": {"id": "1"}}, "pending": []}]
    assert len(library.asked) == 1


async def test_what_is_deferred_sees_all_mutations_done(library: Library) -> None:
    library.books["burn"] = True

    await library.run("mutation { buy { id ... @defer { stars } } burn }")

    assert ["mutation" in one for one in library.asked] == [True, False]
    assert "burn" in library.asked[0]


async def test_introspection_can_be_deferred(library: Library) -> None:
    parts = await library.run('{ ... @defer { __type(name: "Critic") { ... @defer { name } } } }')

    assert parts == [
        {"data": {}, "pending": [((), None)]},
        [{(): {"__type": {"name": "Critic"}}}],
    ]
    assert library.asked == []


async def test_when_the_client_leaves_nothing_is_waited_for(library: Library) -> None:
    library.hold("reviews")
    executor, prepared = library.prepared("{ book { id ... @defer { reviews { body } } } }")
    running = asyncio.ensure_future(
        executor.execute_in_parts(prepared, {}, {}, library.take, repeats=False)
    )
    await library.arrived.wait()
    others = {*asyncio.all_tasks()} - {asyncio.current_task(), running}
    assert others

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert all(task.done() for task in others)
