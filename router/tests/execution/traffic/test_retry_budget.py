"""How many requests may be sent again, and after which pause."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.execution.traffic.backoff import next_delay, retry_after
from graphwing.execution.traffic.retry_budget import RetryBudget


def test_a_tenth_of_many_requests_is_sent_again() -> None:
    budget = RetryBudget(share=0.1, floor=0.5)
    for _ in range(1000):
        budget.add_request(0)

    granted = [budget.take(1) for _ in range(200)]

    assert granted == [True] * 100 + [False] * 100
    assert budget.granted == 100


def test_of_few_requests_so_many_a_second_are_sent_again() -> None:
    budget = RetryBudget(share=0.1, floor=0.5)
    budget.add_request(0)

    first = [budget.take(0) for _ in range(6)]
    later = [budget.take(10) for _ in range(6)]

    assert first == later == [True] * 5 + [False]


@settings(deadline=None)
@given(
    share=st.floats(0.01, 1),
    floor=st.floats(0, 3),
    steps=st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=150),
)
def test_never_more_is_granted_than_the_share_or_the_floor(
    share: float, floor: float, steps: list[tuple[float, bool]]
) -> None:
    budget, now = RetryBudget(share=share, floor=floor), 0.0
    requests: list[float] = []
    granted: list[float] = []

    for step, is_failure in steps:
        now += step
        requests.append(now)
        budget.add_request(now)
        if is_failure and budget.take(now):
            granted.append(now)
            lately = sum(at > now - 9 for at in granted)
            asked = sum(at > now - 10 for at in requests)
            assert lately <= max(10 * floor, share * asked)


@settings(deadline=None)
@given(
    least=st.floats(0.001, 1),
    factor=st.floats(1, 100),
    lots=st.lists(st.floats(0, 1), min_size=1, max_size=20),
)
def test_pauses_stay_between_their_bounds(least: float, factor: float, lots: list[float]) -> None:
    most, delay = least * factor, least
    drawn = iter(lots)

    for _ in lots:
        before = delay
        delay = next_delay(
            before,
            least=least,
            most=most,
            uniform=lambda low, high: low + next(drawn) * (high - low),
        )
        assert least <= delay <= most
        assert delay <= max(least, 3 * before) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("3", 3),
        ("-3", 0),
        ("soon", 0),
        ("٣", 0),
        ("1.5", 0),
        ("Thu, 01 Jan 1970 00:01:10 GMT", 10),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
        ("Thu, 01 Jan 99999 00:00:10 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float) -> None:
    assert retry_after(value, now=60) == seconds
