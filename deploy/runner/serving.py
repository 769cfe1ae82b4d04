"""The process that serves the router and the web app: `python -m runner.serving SETTINGS PORT`.

A module of its own, because the runner itself should start without importing the whole platform.
"""

from __future__ import annotations

import asyncio
import logging
import sys
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


def main() -> int:
    """Serve with the settings file and on the port that the arguments name."""
    settings_file, port = sys.argv[1:]
    try:
        serve(Path(settings_file), int(port))
    except RunnerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
