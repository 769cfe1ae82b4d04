"""What every service does alike: its database's history, its demo data, its health."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kit.database import open_database
from kit.migrations import downgrade, upgrade
from kit.settings import ServiceSettings
from runner.postgres import PostgresServer
from running_service import SECRET, running_service, seed_database

SERVICES = ("accounts", "music", "community")
CreateDatabase = Callable[..., str]

every_service = pytest.mark.parametrize("service", SERVICES)


def driver_url(url: str) -> str:
    return url.replace("postgresql:", "postgresql+asyncpg:", 1)


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def tables_in(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(table_names)


def dump(postgres: PostgresServer, url: str) -> str:
    """Return every row of a database as text."""
    database = url.rpartition("/")[2]
    tables = postgres.run_sql(
        f"\\connect {database}\nSELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version' ORDER BY 1;"
    ).split()
    copies = (f"COPY (TABLE {table} ORDER BY 1, 2) TO STDOUT;" for table in tables)
    return postgres.run_sql("\n".join([f"\\connect {database}", *copies]))


@every_service
async def test_migrations_make_the_tables_that_the_code_knows(
    service: str, create_database: CreateDatabase
) -> None:
    metadata = import_module(f"{service}.tables").metadata
    engine = create_async_engine(driver_url(create_database(service)))

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, metadata)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


@every_service
async def test_migrations_go_down_to_nothing_and_up_again(
    service: str, create_database: CreateDatabase
) -> None:
    url = driver_url(create_database(service))
    engine = create_async_engine(url)
    before = await tables_in(engine)

    await downgrade(url, service, "base")
    nothing = await tables_in(engine)
    await upgrade(url, service)

    assert nothing == {"alembic_version"}
    assert await tables_in(engine) == before > nothing
    await engine.dispose()


@every_service
async def test_replicas_that_start_together_set_up_one_database_once(
    service: str, postgres: PostgresServer, create_database: CreateDatabase, signing_key_file: Path
) -> None:
    url = create_database(service)
    await downgrade(driver_url(url), service, "base")

    async def start() -> None:
        async with running_service(
            service, url, demo=True, signing_key_file=signing_key_file
        ) as running:
            assert (await running.client.get("/healthz")).status_code == 200

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(start())

    assert dump(postgres, url) == dump(postgres, create_database(service, demo=True))


@every_service
def test_the_same_scene_is_seeded_by_every_process(
    service: str, postgres: PostgresServer, create_database: CreateDatabase
) -> None:
    here, there = create_database(service, demo=True), create_database(service)

    seeded = subprocess.run(
        [sys.executable, "-m", service, "seed"],
        env=environment_of(service, there) | {"PYTHONHASHSEED": "5"},
        capture_output=True,
        text=True,
        check=True,
    )

    rows = {"accounts": 406, "music": 446, "community": 1500}[service]
    assert seeded.stdout == f"{service}: {rows} rows\n"
    assert dump(postgres, there) == dump(postgres, here)


@every_service
async def test_a_database_with_rows_is_not_seeded_again(
    service: str, postgres: PostgresServer, create_database: CreateDatabase
) -> None:
    url = create_database(service, demo=True)
    postgres.run_sql(
        '\\connect :name\nDELETE FROM :"first" WHERE id = (SELECT id FROM :"first" LIMIT 1);',
        name=url.rpartition("/")[2],
        first={"accounts": "account", "music": "artist", "community": "comment"}[service],
    )
    before = dump(postgres, url)

    await seed_database(service, url, demo=True)

    assert dump(postgres, url) == before


@every_service
async def test_health_is_that_of_the_database(
    service: str, postgres: PostgresServer, create_database: CreateDatabase, signing_key_file: Path
) -> None:
    url = create_database(service)
    async with running_service(service, url, signing_key_file=signing_key_file) as running:
        well = await running.client.get("/healthz")
        postgres.run_sql(
            'ALTER DATABASE :"name" ALLOW_CONNECTIONS false;\n'
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name';",
            name=url.rpartition("/")[2],
        )
        ill = await running.client.get("/healthz")

    assert (well.status_code, well.text) == (200, "ok\n")
    assert ill.status_code == 503
    assert ill.text.startswith(f"cannot use the database of `{service.upper()}_DATABASE_URL` at ")
    assert ill.text.count("\n") == 1


@every_service
async def test_a_service_goes_on_after_its_connections_were_cut(
    service: str, postgres: PostgresServer, create_database: CreateDatabase, signing_key_file: Path
) -> None:
    url = create_database(service, demo=True)
    async with running_service(service, url, signing_key_file=signing_key_file) as running:
        postgres.run_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name';",
            name=url.rpartition("/")[2],
        )

        assert (await running.client.get("/healthz")).status_code == 200


def test_the_schema_command_prints_the_live_schema_and_needs_no_settings() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "music", "schema"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout == import_module("music.schema").schema.as_str() + "\n"
    assert '@link(url: "https://specs.apollo.dev/federation/v2.' in printed.stdout
    assert printed.stderr == ""


@every_service
def test_every_type_field_and_argument_is_described(service: str) -> None:
    types: list[dict[str, Any]] = import_module(f"{service}.schema").schema.introspect()[
        "__schema"
    ]["types"]

    undescribed: set[str] = set()
    for each in types:
        fields: list[dict[str, Any]] = each["fields"] or each["inputFields"] or []
        own = [field for field in fields if not field["name"].startswith("_")]
        arguments = [argument for field in own for argument in field.get("args", [])]
        for part in [each, *own, *arguments]:
            if not part["description"]:
                undescribed.add(f"{each['name']} {part['name']}")

    # Federation's and introspection's own; and in community, a Query of nothing else.
    undescribed = {name for name in undescribed if not name.startswith(("_", "link__"))}
    assert undescribed == ({"Query Query"} if service == "community" else set())


def environment_of(service: str, database_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GRAPHWING_CLAIMS_SECRET": SECRET,
        "ACCOUNTS_SIGNING_KEY_FILE": "unused",
        f"{service.upper()}_DATABASE_URL": database_url,
    }


def test_no_service_has_a_table_of_another() -> None:
    tables = {name: import_module(f"{name}.tables").metadata.tables for name in SERVICES}

    assert {name: sorted(each) for name, each in tables.items()} == {
        "accounts": ["account"],
        "music": ["album", "artist", "artist_genre", "genre", "track", "track_artist"],
        "community": ["comment"],
    }


async def test_a_role_cannot_open_the_database_of_another_service(
    create_database: CreateDatabase, postgres: PostgresServer
) -> None:
    create_database("music")
    url = postgres.url("community", role="music")
    settings = import_module("music.settings").Settings.model_validate(
        {"database_url": url, "claims_secret": SECRET}
    )
    create_database("community")

    assert isinstance(settings, ServiceSettings)
    with pytest.raises(Exception, match="permission denied for database"):
        async with open_database(settings):
            pass
