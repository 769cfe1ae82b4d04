"""Profiles: named sets of defaults, which the settings file overrides key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

Profile = Literal["development", "production"]

_LOCAL = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"

PROFILES: Mapping[Profile, Mapping[str, Any]] = {
    # Written as in a settings file. What a profile does not name has the default of its field.
    "development": {
        "health": {"verbose": True},
        "shutdown": {"lame_duck": "0s"},
        # Whatever a developer serves on the same machine may ask, without cookies.
        "http": {"cors": {"policies": [{"patterns": [_LOCAL]}]}},
    },
    "production": {
        # On the port of the clients, nobody learns what the graph is made of.
        "health": {"verbose": False},
        # A load balancer needs this long to notice that no more requests are wanted.
        "shutdown": {"lame_duck": "5s"},
        # Clients of one's own know the schema; errors suggest no names either then.
        "introspection": False,
        "http": {"compression": {"enabled": True}},
        # A subgraph that fails is given time to recover, and its clients do not wait for that.
        "traffic": {"subgraphs": {"breaker": {"enabled": True}}},
        # Room for all that pages of one's own ask, and little for whoever tries things out.
        "limits": {
            "tokens": 5_000,
            "operation": {
                "depth": 25,
                "height": 2_000,
                "aliases": 50,
                "root_fields": 20,
                "directives": 50,
                "fragments": 500,
                "values": 1_000,
                "recursion": 100,
                "variables": 10_000,
            },
        },
    },
}


def with_profile(profile: Profile | None, sections: Mapping[Any, object]) -> dict[Any, object]:
    """Return the sections of a settings file with the defaults of a profile below them.

    >>> with_profile("production", {"shutdown": {"drain": "9s"}})["shutdown"]
    {'lame_duck': '5s', 'drain': '9s'}
    """
    if profile is None:
        return dict(sections)
    return {**_merged(PROFILES[profile], sections), "profile": profile}


def _merged(defaults: Mapping[str, Any], written: Mapping[Any, object]) -> dict[Any, object]:
    merged: dict[Any, object] = {**defaults, **written}
    for key, default in defaults.items():
        value = merged[key]
        if isinstance(default, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(
                cast("Mapping[str, Any]", default), cast("Mapping[Any, object]", value)
            )
    return merged
