"""Follow a supergraph that changes while it is served."""

from __future__ import annotations

import asyncio
import logging

from graphwing.errors import FederationError
from graphwing.server.router import Router

_log = logging.getLogger("graphwing")


async def keep_current(router: Router, *, every: float) -> None:
    """Look every so many seconds whether a router's graph has changed, until cancelled.

    A graph that cannot be served is told in the log, once, and changes nothing.
    """
    told = ""
    while True:
        await asyncio.sleep(every)
        try:
            is_new = await router.reload()
        except FederationError as error:
            if str(error) != told:
                told = str(error)
                _log.error("the graph stays as it was: %s", told)
        else:
            if is_new:
                told = ""
                _log.info("the graph has changed")
