"""Token buckets: what they let through, and whom they remember."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.server.traffic.token_buckets import TokenBuckets


def test_a_burst_passes_and_then_one_for_each_token() -> None:
    buckets = TokenBuckets(rate=2, burst=3, most=10)

    first = [buckets.take("a", 0) for _ in range(4)]
    later = [buckets.take("a", now) for now in (0.4, 0.5, 0.6, 1.0, 9.0, 9.0, 9.0, 9.0)]

    assert first == [0, 0, 0, 0.5]
    assert later == pytest.approx([0.1, 0, 0.4, 0, 0, 0, 0, 0.5])


def test_clients_have_buckets_of_their_own() -> None:
    buckets = TokenBuckets(rate=1, burst=1, most=10)

    assert [buckets.take(key, 0) for key in "abab"] == [0, 0, 1, 1]


def test_who_was_not_seen_for_longest_is_forgotten_first() -> None:
    buckets = TokenBuckets(rate=1, burst=1, most=2)

    assert [buckets.take(key, 0) for key in "aba"] == [0, 0, 1]
    buckets.take("c", 0)

    assert len(buckets) == 2
    # A refused request counts as being seen, so that nobody gets rid of a full count by insisting.
    assert [buckets.take(key, 0) for key in "ab"] == [1, 0]


@settings(deadline=None)
@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    steps=st.lists(st.floats(0, 2), max_size=80),
)
def test_never_more_than_a_burst_and_what_comes_in_with_time_passes(
    rate: float, burst: int, steps: list[float]
) -> None:
    buckets, now = TokenBuckets(rate=rate, burst=burst, most=1), 0.0
    passed: list[float] = []

    for step in steps:
        now += step
        wait = buckets.take("a", now)
        assert wait >= 0
        if not wait:
            passed.append(now)
            for index, since in enumerate(passed):
                assert len(passed) - index <= burst + rate * (now - since) + 0.01
        elif len(passed) >= burst:
            # No longer than it takes for one token to come in.
            assert wait <= 1 / rate * (1 + 1e-9)


@settings(deadline=None)
@given(rate=st.floats(0.1, 100), burst=st.integers(1, 20), count=st.integers(1, 60))
def test_who_waits_as_long_as_told_is_let_through(rate: float, burst: int, count: int) -> None:
    buckets, now = TokenBuckets(rate=rate, burst=burst, most=1), 100.0

    for _ in range(count):
        wait = buckets.take("a", now)
        if wait:
            now += wait
            assert buckets.take("a", now) == 0


@settings(deadline=None)
@given(rate=st.floats(0.1, 100), burst=st.integers(1, 20), count=st.integers(1, 60))
def test_who_keeps_to_the_rate_is_never_refused(rate: float, burst: int, count: int) -> None:
    buckets = TokenBuckets(rate=rate, burst=burst, most=1)

    assert not any(buckets.take("a", 1000 + turn / rate) for turn in range(count))
