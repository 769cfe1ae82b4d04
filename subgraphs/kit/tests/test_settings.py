"""Settings: one clear line for what is missing or wrong."""

from __future__ import annotations

import pytest

from kit.errors import SettingsError
from kit.settings import DatabaseUrl, ServiceSettings, database_setting


class Settings(ServiceSettings):
    database_url: DatabaseUrl = database_setting("music")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("MUSIC_DATABASE_URL", "DATABASE_URL", "GRAPHWING_CLAIMS_SECRET", "DEMO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GRAPHWING_CLAIMS_SECRET", "s" * 32)
    return monkeypatch


def test_a_plain_address_becomes_one_for_the_driver(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSIC_DATABASE_URL", "postgresql://music:a%40b@db:5433/music")

    settings = Settings.read()

    assert settings.database_url == "postgresql+asyncpg://music:a%40b@db:5433/music"
    assert settings.demo is False


def test_the_address_may_ask_for_encryption_as_other_clients_do(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSIC_DATABASE_URL", "postgres://music@db/music?sslmode=require")

    assert Settings.read().database_url == "postgresql+asyncpg://music@db/music?ssl=require"


def test_the_services_own_address_comes_before_the_common_one(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("DATABASE_URL", "postgresql://db/common")
    assert Settings.read().database_url.endswith("/common")

    environment.setenv("MUSIC_DATABASE_URL", "postgresql://db/own")
    assert Settings.read().database_url.endswith("/own")


def test_a_missing_address_is_named_with_its_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read()

    assert str(caught.value) == (
        "setting `MUSIC_DATABASE_URL` is not set;"
        " give an address like postgresql://user:password@host:5432/database"
    )


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("mysql://db/music", "is not the address of a PostgreSQL database"),
        ("music", "is not an address"),
        ("postgresql://db:port/music", "is not an address"),
    ],
)
def test_a_wrong_address_is_named(
    environment: pytest.MonkeyPatch, address: str, problem: str
) -> None:
    environment.setenv("DATABASE_URL", address)

    with pytest.raises(SettingsError, match=f"^setting `MUSIC_DATABASE_URL` {problem}; give an"):
        Settings.read()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GRAPHWING_CLAIMS_SECRET", "short", "`GRAPHWING_CLAIMS_SECRET` is wrong"),
        ("DEMO", "perhaps", "`DEMO` is wrong"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    environment.setenv("DATABASE_URL", "postgresql://db/music")
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=message) as caught:
        Settings.read()

    assert value not in str(caught.value)


def test_secrets_do_not_show_when_settings_are_printed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://music:hidden@db/music")

    shown = repr(Settings.read())

    assert "hidden" not in shown
    assert "ssss" not in shown
