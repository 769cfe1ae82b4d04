"""The community service over the demo scene."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from running_service import RunningService, running_service


@pytest.fixture
async def community(create_database: Callable[..., str]) -> AsyncIterator[RunningService]:
    async with running_service("community", create_database("community", demo=True)) as service:
        yield service
