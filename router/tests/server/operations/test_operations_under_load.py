"""Operations that are hard to validate or to plan cost the others nothing, and cost once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from graphql import DocumentNode, GraphQLSchema
from plans.graphs import Library

from graphwing import Router
from graphwing.errors import (
    NotReadyError,
    OperationError,
    OperationInvalidError,
    PlanningBudgetError,
    PlanningBusyError,
    SyntaxRefusedError,
)
from graphwing.planner import Limits
from graphwing.server.operations import operations as module
from graphwing.server.operations import refusals, validation
from graphwing.server.operations.operations import Operations

BOOK = "{ book(id: 1) { title } }"


class Validation:
    """Validates, counts how often, and is held up where it takes long, until it may go on."""

    def __init__(self) -> None:
        self.quick = self.long = 0
        self.is_long, self.may_go_on = threading.Event(), threading.Event()
        self.may_go_on.set()

    def __call__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        *,
        quickly: bool = False,
        hides_suggestions: bool = False,
    ) -> None:
        if quickly:
            self.quick += 1
        else:
            self.long += 1
            self.is_long.set()
            assert self.may_go_on.wait(10)
        validation.require_valid(
            schema, document, quickly=quickly, hides_suggestions=hides_suggestions
        )


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Validation]:
    counted = Validation()
    monkeypatch.setattr(module, "require_valid", counted)
    monkeypatch.setattr(validation, "_QUICK_WORK", 100)
    yield counted
    counted.may_go_on.set()


@pytest.fixture
def operations() -> Iterator[Operations]:
    operations = Operations(Router(Library().subgraphs()).supergraph)
    yield operations
    operations.stop_planning()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - there is nothing to set an event
            await asyncio.sleep(0)


def bomb(name: str = "Bomb", times: int = 20) -> str:
    """Return an operation whose fields have to agree in many places."""
    return f"query {name} {{ {'book(id: 1) { title id } ' * times} }}"


async def test_small_and_large_operations_go_on_while_others_take_long_to_validate(
    operations: Operations, counted: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGE_FIELDS", 5)
    counted.may_go_on.clear()
    bombs = [asyncio.create_task(operations.get(bomb(f"B{n}"), None)) for n in range(5)]
    await asyncio.to_thread(counted.is_long.wait, 10)

    small = await operations.get(BOOK, None)
    many = " ".join(f"t{n}: title" for n in range(10))
    large = await operations.get(f"{{ books {{ {many} }} }}", None)
    long_text = await operations.get(f"{BOOK} # {'x' * 5_000}", None)

    assert (small.plan.kind, large.plan.kind) == ("query", "query")
    assert long_text is small
    assert counted.long == 1
    assert not any(task.done() for task in bombs)
    counted.may_go_on.set()
    assert [made.plan.kind for made in await asyncio.gather(*bombs)] == ["query"] * 5
    assert counted.long == 5


async def test_what_is_validated_quickly_is_validated_once(
    operations: Operations, counted: Validation
) -> None:
    await operations.get(BOOK, None)
    with pytest.raises(OperationInvalidError):
        await operations.get("{ nope }", None)

    assert (counted.quick, counted.long) == (2, 0)


async def test_what_its_clients_have_left_is_not_validated(
    operations: Operations, counted: Validation
) -> None:
    counted.may_go_on.clear()
    bombs = [asyncio.create_task(operations.get(bomb(f"B{n}"), None)) for n in range(5)]
    await asyncio.to_thread(counted.is_long.wait, 10)
    await until(lambda: counted.quick == 5)

    for task in bombs:
        task.cancel()
    await asyncio.wait(bombs)
    counted.may_go_on.set()

    # Whoever comes back is served, and not with what was dropped.
    texts = [bomb("B3"), bomb("B4")]
    again = await asyncio.gather(*[operations.get(text, None) for text in texts])
    assert [made.plan.kind for made in again] == ["query"] * 2
    assert counted.long == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{ nope }", OperationInvalidError),
        ("{ book(id: 1) { title }", SyntaxRefusedError),
        ("{ ...F } fragment F on Query { ...F }", OperationInvalidError),
        ("{ a: book(id: 1) { title id } books { title id } }", PlanningBudgetError),
        (bomb(times=200), OperationInvalidError),
    ],
)
async def test_what_was_refused_is_refused_again_without_any_work(
    monkeypatch: pytest.MonkeyPatch, text: str, kind: type[Exception]
) -> None:
    monkeypatch.setattr(
        "graphql.validation.rules.overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET", 50_000
    )
    operations = Operations(Router(Library().subgraphs()).supergraph, limits=Limits(selections=3))
    with pytest.raises(kind) as first:
        await operations.get(text, None)
    monkeypatch.setattr(module, "_parsed", None)

    with pytest.raises(kind) as second:
        await operations.get(text, None)

    assert str(second.value) == str(first.value)
    # Another object: frames pile up in one that is raised again and again.
    assert second.value is not first.value
    if isinstance(first.value, OperationError):
        assert isinstance(second.value, OperationError)
        assert second.value.formatted() == first.value.formatted()
    operations.stop_planning()


async def test_a_refusal_is_of_that_operation_only(
    operations: Operations, counted: Validation
) -> None:
    document = "query A { book(id: 1) { id } } query B { nope }"
    for name in (None, "A", "C", "A", None):
        with pytest.raises(OperationError):
            await operations.get(document, name)
    assert counted.quick == 3

    with pytest.raises(OperationError):
        await operations.get("query A { book(id: 1) { id } }", "C")
    assert (await operations.get("query A { book(id: 1) { id } }", "A")).plan.kind == "query"


async def test_refusals_are_forgotten_after_a_while(
    operations: Operations, counted: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_SECONDS", 0.0)
    for _ in range(2):
        with pytest.raises(OperationInvalidError):
            await operations.get("{ nope }", None)

    assert counted.quick == 2


@pytest.mark.parametrize(("bound", "most"), [("_KEPT", 2), ("_KEPT_CHARACTERS", 250)])
async def test_refusals_are_bounded_and_those_asked_for_last_are_kept(
    operations: Operations,
    counted: Validation,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    most: int,
) -> None:
    monkeypatch.setattr(refusals, bound, most)
    for text in ("{ nope1 }", "{ nope2 }", "{ nope1 }", "{ nope3 }", "{ nope1 }"):
        with pytest.raises(OperationInvalidError):
            await operations.get(text, None)
    assert counted.quick == 3

    with pytest.raises(OperationInvalidError):
        await operations.get("{ nope2 }", None)
    assert counted.quick == 4


async def test_large_operations_beyond_those_that_may_wait_are_refused_for_now(
    operations: Operations, counted: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_LARGE", 2)
    counted.may_go_on.clear()
    bombs = [asyncio.create_task(operations.get(bomb(f"B{n}"), None)) for n in range(5)]
    await asyncio.to_thread(counted.is_long.wait, 10)
    await until(lambda: sum(task.done() for task in bombs) == 2)
    counted.may_go_on.set()
    results = await asyncio.gather(*bombs, return_exceptions=True)

    busy = [number for number, one in enumerate(results) if isinstance(one, PlanningBusyError)]
    assert len(busy) == 2
    # That is not remembered.
    assert (await operations.get(bomb(f"B{busy[0]}"), None)).plan.kind == "query"


async def test_after_a_stop_operations_are_made_again(
    operations: Operations, counted: Validation
) -> None:
    counted.may_go_on.clear()
    bombs = [asyncio.create_task(operations.get(bomb(f"B{n}"), None)) for n in range(3)]
    await asyncio.to_thread(counted.is_long.wait, 10)
    await until(lambda: counted.quick == 3)

    operations.stop_planning()
    counted.may_go_on.set()
    results = await asyncio.gather(*bombs, return_exceptions=True)

    # What was validated then is not planned any more.
    assert [type(one) for one in results] == [NotReadyError] * 3
    assert (await operations.get(bomb("B0"), None)).plan.kind == "query"
