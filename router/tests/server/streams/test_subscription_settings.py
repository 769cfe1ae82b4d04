"""What the settings file says about subscriptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphwing import SettingsError, load_settings, router_from_settings
from graphwing.execution import Reconnect
from graphwing.execution.transports.event_streams import EventStreams
from graphwing.server.configured import subgraph_from_settings
from graphwing.server.settings.model import Settings
from graphwing.server.streams.subscriptions import SubscriptionSettings

WRITTEN = """
subscriptions:
  max: 7
  queue: 20
  patience: 500ms
  slow_client: drop_oldest
  ping: 5s
  silence: 12s
  connection_init: 1s
subgraphs:
  music:
    url: http://music:8000/graphql
    subscriptions:
      protocol: sse
      path: /events
      ping: 1s
      silence: 3s
      reconnect: { attempts: 4, delay: 200ms }
"""


def written(folder: Path, text: str) -> Settings:
    path = folder / "graphwing.yaml"
    path.write_text(text)
    return load_settings(path)


def test_every_setting_of_subscriptions_can_be_written(tmp_path: Path) -> None:
    settings = written(tmp_path, WRITTEN)

    assert settings.subscriptions == SubscriptionSettings(
        max=7,
        queue=20,
        patience=0.5,  # pyright: ignore[reportArgumentType]
        slow_client="drop_oldest",
        ping=5,  # pyright: ignore[reportArgumentType]
        silence=12,  # pyright: ignore[reportArgumentType]
        connection_init=1,  # pyright: ignore[reportArgumentType]
    )
    subgraph = subgraph_from_settings("music", settings.subgraphs["music"])
    assert subgraph.streams == EventStreams("sse", path="/events", ping=1, silence=3)
    assert subgraph.reconnect == Reconnect(attempts=4, delay=0.2)


MUSIC = "subgraphs: {{ music: {{ url: 'http://music', subscriptions: {} }} }}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subscriptions: { slow_client: wait }", "subscriptions.slow_client: invalid enum value"),
        ("subscriptions: { queue: 0 }", "subscriptions.queue: expected `int` >= 1"),
        (
            "subscriptions: { ping: 30s }",
            "subscriptions.silence: 30 s are over before a ping after 30 s is answered; make it",
        ),
        (MUSIC.format("{ protocol: callback }"), "subscriptions.protocol: invalid enum value"),
        (MUSIC.format("{ silence: 15s }"), "subgraphs.music.subscriptions.silence: 15 s are over"),
        (
            MUSIC.format("{ url: music }"),
            "subgraphs.music.subscriptions.url: `music` is no address",
        ),
        (MUSIC.format("{ retry: 1 }"), "subgraphs.music.subscriptions.retry: unknown key"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        router_from_settings(written(tmp_path, text))

    assert message in str(refusal.value)
