"""Fixtures of every test that needs a database: one PostgreSQL per test session."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count

import pytest

from runner.postgres import UNSAFE_AND_FAST, PostgresServer, embedded_postgres
from running_service import seed_database

# Modules that only Alembic can import, and so cannot be searched for doctests.
collect_ignore_glob = ["subgraphs/*/src/*/migrations/*"]

# Takes the name of a service and `demo=True` for a database with the scene in it.
CreateDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """Run one PostgreSQL for this test session, without care for what a power cut would do."""
    # A test session that is told to end, in CI for example, ends as after Ctrl-C: in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = tmp_path_factory.mktemp("postgres")
    with embedded_postgres(folder, settings=UNSAFE_AND_FAST) as server:
        yield server


@pytest.fixture(scope="session")
def database_template(postgres: PostgresServer) -> CreateDatabase:
    """Return the name of a service's database that is only copied, made when first asked for."""

    @cache
    def template(service: str, *, demo: bool) -> str:
        name = f"{service}_demo" if demo else f"{service}_template"
        # A migration has an event loop of its own, and the test may be running in one.
        with ThreadPoolExecutor(1) as thread:
            url = _create(postgres, service, name)
            thread.submit(_prepare, service, url, demo=demo).result()
        return name

    return template


@pytest.fixture
def create_database(
    postgres: PostgresServer, database_template: CreateDatabase
) -> Iterator[CreateDatabase]:
    """Create databases of services for one test: migrated, and full of the scene for `demo`."""
    created: list[str] = []

    def create(service: str, *, demo: bool = False) -> str:
        template = database_template(service, demo=demo)
        name = f"{service}_{next(_numbers)}"
        created.append(name)
        return _create(postgres, service, name, template)

    yield create
    for name in created:
        postgres.run_sql('DROP DATABASE :"name" WITH (FORCE);', name=name)


_numbers = count(1)


def _create(postgres: PostgresServer, service: str, name: str, template: str = "template1") -> str:
    """Create a database that belongs to the role of `service` and return its address."""
    postgres.create_service_database(service)
    postgres.run_sql(
        'CREATE DATABASE :"name" OWNER :"owner" TEMPLATE :"template";',
        name=name,
        owner=service,
        template=template,
    )
    return postgres.url(name, role=service)


def _prepare(service: str, url: str, *, demo: bool) -> None:
    asyncio.run(seed_database(service, url, demo=demo))
