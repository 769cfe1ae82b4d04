"""Fixtures of the tests that need the whole platform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from running_platform import Platform, running_platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform with each service in a process of its own, over its own databases."""
    with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform
