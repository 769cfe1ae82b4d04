"""The accounts service as an application."""

from fastapi import FastAPI

from accounts.context import AccountsContext, SignIn
from accounts.demo import seed
from accounts.keys import SigningKey
from accounts.passwords import PasswordChecker
from accounts.schema import schema
from accounts.settings import Settings
from accounts.tokens import TokenIssuer
from kit.app import Service, build_app
from kit.database import Database
from kit.identity import Viewer

SERVICE = Service(name="accounts", port=4001, schema=schema, settings=Settings, seed=seed)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the accounts service, or raise `StartError`; its lifespan opens the database."""
    settings = settings or Settings.read()
    key = SigningKey.read(settings.signing_key_file)
    tokens = TokenIssuer(key, issuer=settings.issuer, audience=settings.audience)
    sign_in = SignIn(PasswordChecker(), tokens)
    public_keys = key.public_keys()

    def context(viewer: Viewer | None, database: Database) -> AccountsContext:
        return AccountsContext(viewer, database, sign_in)

    async def show_public_keys() -> dict[str, list[dict[str, str]]]:
        return public_keys

    app = build_app(SERVICE, settings, context)
    app.add_api_route("/.well-known/jwks.json", show_public_keys, methods=["GET"])
    return app
