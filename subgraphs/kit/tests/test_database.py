"""Reads go through a pool whose connections are good when they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from runner.postgres import PostgresServer
from running_service import running_service

HOLD = text("SELECT pg_advisory_xact_lock(7)")


async def test_a_read_that_is_given_up_leaves_the_database_usable(
    create_database: Callable[..., str],
) -> None:
    async with running_service("music", create_database("music")) as music:
        database = music.app.state.database
        async with database.begin() as holder:
            await holder.execute(HOLD)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await database.rows(HOLD)

            answers = [await database.rows(text("SELECT 1")) for _ in range(10)]

        assert answers == [[(1,)]] * 10
        assert database.engine.sync_engine.pool.checkedout() == 0


async def test_a_read_is_one_statement_outside_of_a_transaction(
    create_database: Callable[..., str],
) -> None:
    async with running_service("music", create_database("music")) as music:
        [first], [second] = [
            await music.app.state.database.rows(text("SELECT pg_current_xact_id()::text"))
            for _ in range(2)
        ]

    assert int(second[0]) == int(first[0]) + 1


async def test_a_read_whose_server_went_away_is_read_again(
    create_database: Callable[..., str], postgres: PostgresServer
) -> None:
    url = create_database("music")
    async with running_service("music", url) as music:
        database = music.app.state.database
        [[pid]] = await database.rows(text("SELECT pg_backend_pid()"))
        postgres.run_sql("SELECT pg_terminate_backend(:'pid');", pid=str(pid))

        [[another]] = await database.rows(text("SELECT pg_backend_pid()"))

    assert another != pid


async def test_a_write_whose_server_went_away_gets_another_connection(
    create_database: Callable[..., str], postgres: PostgresServer
) -> None:
    url = create_database("music")
    async with running_service("music", url) as music:
        database = music.app.state.database
        [[pid]] = await database.rows(text("SELECT pg_backend_pid()"))
        postgres.run_sql("SELECT pg_terminate_backend(:'pid');", pid=str(pid))

        async with database.write() as session, session.begin():
            another = await session.scalar(text("SELECT pg_backend_pid()"))

    assert another != pid
