"""Serve the router and the web app from this process until it is asked to end."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import uvicorn

from graphwing import FederationError, Router, load_settings, router_from_settings
from runner.application import Platform
from runner.errors import RunnerError
from runner.services import HOST
from runner.web_build import DIST

# Longer than the idle time of browsers' and load balancers' pools, so that they close first.
KEEP_ALIVE_SECONDS = 75


def serve(settings_file: Path, port: int) -> None:
    """Serve on `port`; raise `RunnerError` with one line when that cannot begin."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = load_settings(settings_file)
        asyncio.run(_serve(router_from_settings(settings), settings.limits.body, port))
    except FederationError as error:
        raise RunnerError(str(error)) from error


async def _serve(router: Router, body_limit: int, port: int) -> None:
    # Opened here and not by the server's lifespan: what goes wrong is ours to tell, in one line.
    async with router:
        application = Platform(router.asgi(body_limit=body_limit), DIST)
        configuration = uvicorn.Config(
            application,
            host=HOST,
            port=port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        await uvicorn.Server(configuration).serve()
