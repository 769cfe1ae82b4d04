"""The application of a service: GraphQL and health over one database."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request
from pydantic_core import to_json
from starlette.responses import JSONResponse, PlainTextResponse, Response
from strawberry.fastapi import BaseContext, GraphQLRouter

from kit.database import DATABASE_ERRORS, Database, open_database, unavailable
from kit.direct import DIRECT, direct_execution, refusal
from kit.errors import ClaimsError
from kit.identity import Viewer, read_viewer
from kit.migrations import upgrade
from kit.schema import Schema
from kit.settings import ServiceSettings

HEALTH_SECONDS = 4.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """What makes one service another than the next; its package has its name."""

    name: str
    port: int
    schema: Schema
    settings: type[ServiceSettings]
    seed: Callable[[Database], Awaitable[int]]


def build_app(
    service: Service,
    settings: ServiceSettings,
    context: Callable[[Viewer | None, Database], BaseContext],
) -> FastAPI:
    """Return the application of `service`; its lifespan raises `StartError` if it cannot start."""
    secret = settings.claims_secret.get_secret_value()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, object]]:
        async with open_database(settings) as database:
            await upgrade(settings.database_url, service.name)
            if settings.demo:
                logger.info("seeded %s rows", await service.seed(database))
            app.state.database = database

            def make_context(headers: Mapping[str, str]) -> BaseContext:
                return context(read_viewer(headers, secret=secret, now=time.time()), database)

            yield {DIRECT: direct_execution(service.schema, make_context)}

    async def request_context(request: Request) -> BaseContext:
        viewer = read_viewer(request.headers, secret=secret, now=time.time())
        return context(viewer, request.app.state.database)

    app = FastAPI(title=service.name, lifespan=lifespan, openapi_url=None)
    app.state.settings = settings
    app.add_exception_handler(ClaimsError, _refuse_claims)
    app.add_api_route("/healthz", _health, methods=["GET"])
    app.include_router(
        _Endpoint(
            service.schema,
            path="/graphql",
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(),
            context_getter=request_context,
        )
    )
    return app


class _Endpoint(GraphQLRouter[BaseContext, None]):
    """Strawberry's endpoint, with answers in UTF-8: Hangul escaped takes twice the bytes."""

    def encode_json(self, data: object) -> bytes:
        """Return `data` as JSON."""
        return to_json(data)


async def _health(request: Request) -> Response:
    """Answer 200 when the database does, else 503 with one line that says why."""
    database: Database = request.app.state.database
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await database.ping()
    except DATABASE_ERRORS as error:
        reason = unavailable(request.app.state.settings, error)
        return PlainTextResponse(f"{reason}\n", status_code=503)
    return PlainTextResponse("ok\n")


async def _refuse_claims(_request: Request, error: Exception) -> Response:
    """Answer 401 in GraphQL's form; who asks without claims is anonymous and comes through."""
    logger.warning("%s", error)
    return JSONResponse({"errors": [refusal(error).formatted]}, status_code=401)
