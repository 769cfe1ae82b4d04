"""One service as a test sees it: the real application over a real database, in this process."""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from kit.app import Service
from kit.database import open_database
from kit.migrations import upgrade
from kit.settings import ServiceSettings

SECRET = "of-the-tests-0123456789-0123456789"  # noqa: S105


@dataclass(frozen=True, slots=True)
class RunningService:
    """A running service: ask it over ASGI, and look at the statements that this takes."""

    app: FastAPI
    client: httpx.AsyncClient

    async def ask(
        self, operation: str, viewer: UUID | None = None, **variables: object
    ) -> dict[str, Any]:
        """Return the data of the answer, which must have no errors."""
        answer = await self.answer(operation, viewer, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def answer(
        self, operation: str, viewer: UUID | None = None, **variables: object
    ) -> dict[str, Any]:
        """Return the whole answer to `operation`, asked by `viewer` or anonymously."""
        claims = signed_claims(viewer) if viewer else {}
        response = await self.client.post(
            "/graphql",
            # Escaped, so that a test can send characters that UTF-8 does not hold.
            content=json.dumps({"query": operation, "variables": variables}),
            headers={"content-type": "application/json", **claims},
        )
        assert response.status_code == 200, response.text
        return response.json()

    async def entities(
        self, type_name: str, ids: Iterable[str], selection: str
    ) -> list[dict[str, Any] | None]:
        """Return the fields of `selection` of the entities with these ids."""
        data = await self.ask(
            "query ($representations: [_Any!]!) { _entities(representations: $representations)"
            f" {{ ... on {type_name} {selection} }} }}",
            representations=[{"__typename": type_name, "id": each} for each in ids],
        )
        return data["_entities"]

    @contextmanager
    def statements(self) -> Generator[list[str]]:
        """Collect the SQL statements that are sent meanwhile."""
        sent: list[str] = []

        def note(*arguments: object) -> None:
            sent.append(str(arguments[2]))

        engine = self.app.state.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)


@asynccontextmanager
async def running_service(
    name: str, database_url: str, **settings: object
) -> AsyncGenerator[RunningService]:
    """Run the service `name` over a database, as the router does it in one process."""
    module = import_module(f"{name}.app")
    app: FastAPI = module.create_app(_settings(module.SERVICE, database_url, settings))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as client,
    ):
        yield RunningService(app, client)


async def seed_database(name: str, database_url: str, *, demo: bool) -> None:
    """Migrate the database of service `name`, and fill it with the demo scene if asked to."""
    service: Service = import_module(f"{name}.app").SERVICE
    settings = _settings(service, database_url, {"signing_key_file": "unused"})
    async with open_database(settings) as database:
        await upgrade(settings.database_url, name)
        if demo:
            await service.seed(database)


def _settings(service: Service, database_url: str, more: Mapping[str, object]) -> ServiceSettings:
    given = {"database_url": database_url, "claims_secret": SECRET, "demo": False, **more}
    return service.settings.model_validate(given)


def signed_claims(
    user: UUID,
    *,
    roles: Iterable[str] = ("FAN",),
    secret: str = SECRET,
    created: float | None = None,
    expires: float | None = None,
) -> dict[str, str]:
    """Return the headers with which the router tells a service who is asking."""
    now = int(time.time())
    claims = {
        "sub": str(user),
        "roles": list(roles),
        "iss": "https://wing.example/accounts",
        "aud": "wing",
        "iat": now,
        "exp": now + 3600 if expires is None else expires,
    }
    return sign(json.dumps(claims), secret=secret, created=now if created is None else int(created))


def sign(claims: str, *, secret: str, created: int) -> dict[str, str]:
    """Return the headers that carry a text as signed claims (RFC 9421)."""
    value = urlsafe_b64encode(claims.encode()).rstrip(b"=").decode()
    parameters = f'("graphwing-claims");created={created};keyid="graphwing";alg="hmac-sha256"'
    base = f'"graphwing-claims": {value}\n"@signature-params": {parameters}'
    signature = b64encode(hmac.digest(secret.encode(), base.encode(), "sha256")).decode()
    return {
        "graphwing-claims": value,
        "signature-input": f"graphwing={parameters}",
        "signature": f"graphwing=:{signature}:",
    }
