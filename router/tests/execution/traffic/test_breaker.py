"""The circuit breaker: when it opens, whom it lets try, and when it closes."""

from __future__ import annotations

from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing.execution.traffic.breaker import Breaker
from graphwing.execution.traffic.recent import RecentCounts

WINDOW, PAUSE = 10.0, 5.0


def breaker(*, share: float = 0.5, requests: int = 4) -> Breaker:
    return Breaker(share=share, requests=requests, window=WINDOW, pause=PAUSE)


def end(one: Breaker, now: float, *failures: bool) -> None:
    for is_failure in failures:
        permit = one.admit(now)
        assert permit is not None
        one.settle(permit, now, is_failure=is_failure)


def test_it_opens_when_half_of_enough_requests_have_failed() -> None:
    one = breaker()

    end(one, 0, True, True, True)
    before = one.state(0)
    end(one, 0, False)
    end(one, 1, True)

    assert before == "closed"
    assert one.state(1) == "open"
    assert one.admit(1) is None
    assert one.refuses(1)


def test_failures_of_long_ago_do_not_count() -> None:
    one = breaker()

    end(one, 0, True, True, True)
    end(one, WINDOW, False, False, True)

    assert one.state(WINDOW) == "closed"


def test_after_the_pause_one_request_tries_and_its_success_closes_the_breaker() -> None:
    one = breaker()
    end(one, 0, True, True, True, True)

    early, probe, second = one.admit(4.9), one.admit(5), one.admit(5)
    assert one.state(5) == "half-open"
    assert probe is not None
    one.settle(probe, 6, is_failure=False)

    assert (early, second) == (None, None)
    assert one.state(6) == "closed"
    # What failed before is forgotten.
    end(one, 6, True, False, False)
    assert one.state(6) == "closed"


def test_a_probe_that_fails_opens_it_for_another_pause() -> None:
    one = breaker()
    end(one, 0, True, True, True, True)

    end(one, 5, True)

    assert [one.state(now) for now in (5, 9.9, 10)] == ["open", "open", "half-open"]


def test_a_probe_that_says_nothing_makes_room_for_another() -> None:
    one = breaker()
    end(one, 0, True, True, True, True)

    probe = one.admit(5)
    assert probe is not None
    one.abandon(probe)

    assert one.admit(5) is not None


def test_requests_that_began_before_it_opened_do_not_close_it() -> None:
    one = breaker()
    early = one.admit(0)
    assert early is not None
    end(one, 0, True, True, True, True)

    one.settle(early, 5, is_failure=False)
    during = one.state(1)
    probe = one.admit(5)
    assert probe is not None
    one.settle(early, 5, is_failure=True)
    one.abandon(early)

    assert during == "open"
    assert one.admit(5) is None
    assert one.state(5) == "half-open"


Event = tuple[Literal["wait", "ask", "fail", "succeed", "leave"], int]


class Model:
    """What a breaker should be, from the whole history and without any cleverness."""

    def __init__(self) -> None:
        self.ended: list[tuple[float, bool]] = []
        self.opened_at: float | None = None
        self.is_probing = False
        self.changes = 0

    def admits(self, now: float) -> bool:
        return self.opened_at is None or (now >= self.opened_at + PAUSE and not self.is_probing)

    def begin(self) -> int:
        self.is_probing = self.opened_at is not None
        return self.changes

    def leave(self, began: int) -> None:
        if began == self.changes:
            self.is_probing = False

    def end(self, began: int, now: float, *, is_failure: bool) -> None:
        if began != self.changes:
            return
        if self.opened_at is not None:
            self._change(now if is_failure else None)
            return
        self.ended.append((now, is_failure))
        # Seconds are whole here, and the window is cut into tenths of ten seconds.
        recent = [failed for at, failed in self.ended if at > now - WINDOW]
        if is_failure and len(recent) >= 4 and sum(recent) >= 0.5 * len(recent):
            self._change(now)

    def _change(self, opened_at: float | None) -> None:
        self.opened_at, self.ended, self.is_probing = opened_at, [], False
        self.changes += 1


events = st.tuples(st.sampled_from(["wait", "ask", "fail", "succeed", "leave"]), st.integers(0, 9))


@settings(deadline=None)
@given(st.lists(events, max_size=120))
def test_it_is_what_its_history_says(history: list[Event]) -> None:
    one, model, now = breaker(), Model(), 0.0
    under_way: list[tuple[int, int]] = []

    for what, number in history:
        if what == "wait":
            now += number
        elif what == "ask":
            expected, permit = model.admits(now), one.admit(now)
            assert (permit is not None) is expected
            if permit is not None:
                under_way.append((permit, model.begin()))
        elif under_way:
            permit, began = under_way.pop(number % len(under_way))
            if what == "leave":
                one.abandon(permit)
                model.leave(began)
            else:
                one.settle(permit, now, is_failure=what == "fail")
                model.end(began, now, is_failure=what == "fail")
        assert (one.state(now) == "closed") is (model.opened_at is None)
        assert one.refuses(now) is not model.admits(now)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60))
def test_recent_counts_forget_what_is_older_than_the_window_and_nothing_else(
    things: list[tuple[float, bool]],
) -> None:
    counts, now = RecentCounts(WINDOW), 0.0
    seen: list[tuple[float, bool]] = []

    for step, is_marked in things:
        now += step
        seen.append((now, is_marked))
        counts.add(now)
        if is_marked:
            counts.mark(now)

        surely = [marked for at, marked in seen if at > now - 0.9 * WINDOW]
        at_most = [marked for at, marked in seen if at > now - WINDOW]
        assert len(surely) <= counts.total(now) <= len(at_most)
        assert sum(surely) <= counts.marked(now) <= sum(at_most)
