"""The music service over the demo scene."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from running_service import RunningService, running_service


@pytest.fixture
async def music(create_database: Callable[..., str]) -> AsyncIterator[RunningService]:
    async with running_service("music", create_database("music", demo=True)) as service:
        yield service
