"""The sections `traffic` of the settings: for all subgraphs, for one, and what cannot be meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphwing import (
    BreakerSettings,
    ConcurrencySettings,
    RateLimitSettings,
    RetrySettings,
    Router,
    Settings,
    SettingsError,
    Subgraph,
    SubgraphTraffic,
    TrafficSettings,
    load_settings,
    router_from_settings,
)
from graphwing.server.settings.reader import Duration

README = (Path(__file__).parents[3] / "README.md").read_text()
SDL = "type Query { a: Int }"


def loaded(path: Path, text: str) -> Settings:
    (path / "graphwing.yaml").write_text(text)
    return load_settings(path / "graphwing.yaml")


def test_the_example_of_the_readme_is_read_as_it_says(tmp_path: Path) -> None:
    section = README.partition("\n## Traffic\n")[2].partition("\n## ")[0]
    (example,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)

    settings = loaded(tmp_path, example)
    own = settings.subgraphs["search"].traffic.over(settings.traffic.subgraphs)

    limit = settings.traffic.rate_limit
    assert isinstance(limit, RateLimitSettings)
    assert (limit.requests, limit.per, limit.burst, limit.by.claim) == (50, 1, 200, "sub")
    assert settings.traffic.in_flight == ConcurrencySettings(limit=200)
    assert settings.traffic.request_timeout == 30
    assert own.retry == RetrySettings(attempts=2, attempt_timeout=Duration(0.6))
    assert own.breaker == BreakerSettings()
    assert own.concurrency is not None
    assert (own.concurrency.limit, own.concurrency.queue, own.concurrency.patience) == (20, 50, 1)


async def test_a_subgraph_has_the_sections_of_all_where_it_has_none_of_its_own() -> None:
    everything = SubgraphTraffic(
        breaker=BreakerSettings(), concurrency=ConcurrencySettings(limit=7)
    )
    subgraphs = {
        "one": Subgraph(sdl=SDL, url="http://127.0.0.1:1/"),
        "two": Subgraph(
            sdl="type Query { b: Int }",
            url="http://127.0.0.1:1/",
            traffic=SubgraphTraffic(breaker=BreakerSettings(enabled=False)),
        ),
    }
    async with Router(subgraphs, traffic=TrafficSettings(subgraphs=everything)) as router:
        views = router.traffic

    assert (views["one"].breaker, views["one"].under_way) == ("closed", 0)
    assert (views["two"].breaker, views["two"].under_way) == (None, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "traffic: { subgraphs: { retry: { budget: 0 } } }",
            "traffic.subgraphs.retry.budget: expected `float` > 0.0",
        ),
        (
            "traffic: { subgraphs: { breaker: { failures: 101 } } }",
            "traffic.subgraphs.breaker.failures: expected `float` <= 100.0",
        ),
        (
            "traffic: { rate_limit: { per: 1s } }",
            "traffic.rate_limit.requests: it is missing; set it",
        ),
        (
            "traffic: { in_flight: { limit: 0 } }",
            "traffic.in_flight.limit: expected `int` >= 1",
        ),
        (
            "subgraphs: { a: { traffic: { brekaer: {} } } }",
            "subgraphs.a.traffic.brekaer: unknown key; did you mean `breaker`?",
        ),
        (
            "traffic: { request_timeout: soon }",
            "traffic.request_timeout: expected a duration such as `10s`",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refusal:
        loaded(tmp_path, text)

    assert str(refusal.value).endswith(message)


def test_pauses_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    retry = "{ retry: { delay: 2s, longest_delay: 1s } }"
    for text, place in (
        (f"traffic: {{ subgraphs: {retry} }}", "traffic.subgraphs"),
        (
            f"subgraphs: {{ a: {{ url: 'http://a.test/', traffic: {retry} }} }}",
            "subgraphs.a.traffic",
        ),
    ):
        with pytest.raises(SettingsError) as refusal:
            router_from_settings(loaded(tmp_path, f"{text}\nsupergraph: none.graphql"))

        assert str(refusal.value) == (
            f"{place}.retry.longest_delay: 1 s is shorter than the shortest pause, 2 s;"
            " make it longer than `delay`"
        )


def test_a_request_may_have_all_the_time_in_the_world(tmp_path: Path) -> None:
    assert loaded(tmp_path, "traffic: { request_timeout: null }").traffic.request_timeout is None
