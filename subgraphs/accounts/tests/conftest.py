"""The accounts service over the demo scene."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from accounts.keys import create_keys
from running_service import RunningService, running_service


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signing key and its public half."""
    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder)
    return folder


@pytest.fixture
async def accounts(
    create_database: Callable[..., str], keys: Path
) -> AsyncIterator[RunningService]:
    database_url = create_database("accounts", demo=True)
    async with running_service(
        "accounts", database_url, signing_key_file=keys / "signing-key.pem"
    ) as service:
        yield service
