"""What every service needs to start, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.keys import create_keys


@pytest.fixture(scope="session")
def signing_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key for accounts; the other services do not look at it."""
    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder)
    return folder / "signing-key.pem"
