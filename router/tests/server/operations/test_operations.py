"""Operations are parsed, validated and planned once and kept."""

from __future__ import annotations

import asyncio
import re
import threading
import weakref

import pytest
from plans.graphs import Library

from graphwing import OperationLimits, OperationRules, Router
from graphwing.errors import OperationInvalidError, OperationUnknownError
from graphwing.execution import Operation
from graphwing.server.operations.operations import Operations

BOOK = "{ book(id: 1) { title } }"


@pytest.fixture
def operations() -> Operations:
    return Operations(Router(Library().subgraphs()).supergraph)


async def until_gone(operation: weakref.ref[Operation]) -> None:
    """Wait until the thread that made an operation has let go of it too."""
    async with asyncio.timeout(10):
        while operation() is not None:  # noqa: ASYNC110 - nothing sets an event
            await asyncio.sleep(0)


async def test_an_operation_is_planned_once_under_a_burst(operations: Operations) -> None:
    burst = await asyncio.gather(*[operations.get(BOOK, None) for _ in range(20)])
    later = await operations.get(BOOK, None)

    assert {id(one) for one in [*burst, later]} == {id(later)}


async def test_a_client_that_leaves_does_not_spoil_the_plan_for_the_others(
    operations: Operations,
) -> None:
    first = asyncio.create_task(operations.get(BOOK, None))
    second = asyncio.create_task(operations.get(BOOK, None))
    await asyncio.sleep(0)

    first.cancel()

    assert (await second).plan.kind == "query"
    assert first.cancelled()


async def test_what_cannot_run_is_refused_every_time_and_not_kept(operations: Operations) -> None:
    for _ in range(2):
        with pytest.raises(OperationInvalidError):
            await operations.get("{ nope }", None)


async def test_operations_of_one_document_are_told_apart_by_name(operations: Operations) -> None:
    document = "query A { book(id: 1) { id } } mutation B { rename(id: 1, title: 2) { id } }"
    document = document.replace("title: 2", 'title: "x"')

    first, second = [await operations.get(document, name) for name in "AB"]

    assert (first.plan.kind, second.plan.kind) == ("query", "mutation")
    with pytest.raises(OperationUnknownError, match="no operation named `C`"):
        await operations.get(document, "C")
    with pytest.raises(OperationUnknownError, match=r"choose one operation .*: `A`, `B`"):
        await operations.get(document, None)


async def test_the_least_recently_used_operation_is_forgotten_first(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphwing.server.operations.operations._KEPT_OPERATIONS", 2)
    texts = [f"query Q{number} {BOOK}" for number in range(3)]

    first, second = [weakref.ref(await operations.get(text, None)) for text in texts[:2]]
    await operations.get(texts[0], None)
    await operations.get(texts[2], None)

    assert await operations.get(texts[0], None) is first()
    await until_gone(second)


async def test_what_is_kept_is_bounded_by_its_size_too(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphwing.server.operations.operations._KEPT_CHARACTERS", 100)

    large = weakref.ref(await operations.get(f"{{ books {{ title }} }} #{'x' * 90}", None))
    small = weakref.ref(await operations.get(BOOK, None))

    await until_gone(large)
    assert small() is not None


async def test_other_operations_go_on_while_one_takes_long_to_plan() -> None:
    is_planning, may_go_on = threading.Event(), threading.Event()

    def clock() -> float:
        if not is_planning.is_set():
            is_planning.set()
            may_go_on.wait(10)
        return 0.0

    operations = Operations(Router(Library().subgraphs()).supergraph, clock=clock)
    slow = asyncio.create_task(operations.get(BOOK, None))
    await asyncio.to_thread(is_planning.wait, 10)

    quick = await operations.get("{ books { title } }", None)

    assert quick.plan.kind == "query"
    assert not slow.done()
    may_go_on.set()
    assert (await slow).plan.kind == "query"
    operations.stop_planning()


async def test_operations_that_turn_out_slow_to_plan_wait_for_each_other_and_nobody_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_planning, may_go_on = threading.Event(), threading.Event()

    def clock() -> float:
        if threading.current_thread().name.startswith("graphwing-plan-large"):
            is_planning.set()
            may_go_on.wait(10)
        return 0.0

    monkeypatch.setattr("graphwing.server.operations.operations._QUICK_WORK", 10)
    operations = Operations(Router(Library().subgraphs()).supergraph, clock=clock)
    titles = " ".join(f"t{number}: title" for number in range(10))
    texts = [f"query Q{number} {{ books {{ {titles} }} }}" for number in range(5)]
    slow = [asyncio.create_task(operations.get(text, None)) for text in texts]
    await asyncio.to_thread(is_planning.wait, 10)

    quick = await operations.get(BOOK, None)

    assert quick.plan.kind == "query"
    assert not any(task.done() for task in slow)
    may_go_on.set()
    assert [operation.plan.kind for operation in await asyncio.gather(*slow)] == ["query"] * 5
    operations.stop_planning()


async def test_texts_that_differ_in_spaces_and_comments_are_one_operation(
    operations: Operations,
) -> None:
    plain = await operations.get(BOOK, None)
    spaced = await operations.get("# the first\n{\n  book(id: 1,) { title }\n}", None)
    other = await operations.get("{ book(id: 2) { title } }", None)

    assert spaced is plain
    assert other is not plain


TOO_MUCH = "{ ...F0 }" + "".join(
    f" fragment F{number} on Query {{ books {{ id }} ...F{number + 1} }}" for number in range(600)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{ book(id: 1) { __typename: title } }",
            "`title` cannot be called `__typename`, where the router looks for the type;",
        ),
        (f"{TOO_MUCH} fragment F600 on Query {{ books {{ id }} }}", "takes too much work"),
    ],
)
async def test_what_cannot_be_run_is_refused_with_the_reason(text: str, message: str) -> None:
    rules = OperationRules(limits=OperationLimits(recursion=None, root_fields=None))
    operations = Operations(Router(Library().subgraphs()).supergraph, rules=rules)

    with pytest.raises(OperationInvalidError, match=re.escape(message)):
        await operations.get(text, None)
