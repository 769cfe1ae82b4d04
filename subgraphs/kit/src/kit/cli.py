"""The commands that every service has: `serve`, `migrate`, `seed` and `schema`."""

import asyncio
import logging
import signal
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI

from kit.app import Service
from kit.database import open_database
from kit.errors import AddressError, StartError
from kit.migrations import downgrade, upgrade

# Longer than the router keeps an idle connection, so that it never writes into a closed one.
KEEP_ALIVE_SECONDS = 75
INTERRUPTED = 130

logger = logging.getLogger(__name__)


class Commands:
    """The command line of one service: the shared commands, and those it adds."""

    def __init__(self, service: Service, create_app: Callable[[], FastAPI]) -> None:
        self._name = service.name
        self._parser = ArgumentParser(prog=f"python -m {service.name}")
        self._commands = self._parser.add_subparsers(required=True, metavar="COMMAND")

        serve = self.add(
            "serve",
            "answer requests",
            lambda options: asyncio.run(_serve(create_app(), options.host, options.port)),
        )
        serve.add_argument("--host", default="127.0.0.1")
        serve.add_argument("--port", type=int, default=service.port)

        migrate = self.add(
            "migrate",
            "bring the database up to date",
            lambda options: asyncio.run(_migrate(service, options.down_to)),
        )
        migrate.add_argument("--down-to", metavar="REVISION", help="go back; `base` is nothing")

        self.add(
            "seed",
            "fill an empty database with the demo scene",
            lambda _: asyncio.run(_seed(service)),
        )
        self.add(
            "schema",
            "print the schema",
            lambda _: print(service.schema.as_str()),  # noqa: T201
        )

    def add(self, name: str, purpose: str, run: Callable[[Namespace], None]) -> ArgumentParser:
        """Add the command `name` and return its parser, for its arguments."""
        parser = self._commands.add_parser(name, help=purpose, description=purpose)
        parser.set_defaults(run=run)
        return parser

    def run(self) -> NoReturn:
        """Run the command in the process arguments and exit: with 1 after a `StartError`."""
        options = self._parser.parse_args()
        log_format = f"%(asctime)s %(levelname)s {self._name} %(name)s: %(message)s"
        logging.basicConfig(level=logging.INFO, format=log_format)
        # It tells at every start which database dialect it has found.
        logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
        try:
            options.run(options)
        except StartError as error:
            sys.exit(f"error: {error}")
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        sys.exit()


async def _serve(app: FastAPI, host: str, port: int) -> None:
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    # Not uvicorn's lifespan and socket: it would print a traceback where one line says it all.
    with _listen(host, port) as listener:
        async with app.router.lifespan_context(app):
            # Once it has stopped serving, uvicorn raises the signal again; the database is still
            # to be closed then.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, _do_nothing)
            logger.info("listening on http://%s:%s", host, port)
            await uvicorn.Server(config).serve(sockets=[listener])


async def _migrate(service: Service, down_to: str | None) -> None:
    settings = service.settings.read()
    async with open_database(settings):
        if down_to is None:
            await upgrade(settings.database_url, service.name)
        else:
            await downgrade(settings.database_url, service.name, down_to)


async def _seed(service: Service) -> None:
    settings = service.settings.read()
    async with open_database(settings) as database:
        await upgrade(settings.database_url, service.name)
        rows = await service.seed(database)
    print(f"{service.name}: {rows} rows" if rows else f"{service.name}: has rows already")  # noqa: T201


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Take a signal without an effect."""


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except (OSError, OverflowError) as error:
        # Python adds the address to what the system said.
        said = (isinstance(error, OSError) and error.strerror) or str(error)
        raise AddressError(host, port, reason=said.partition(" (while")[0]) from error
