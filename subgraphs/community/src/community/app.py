"""The community service as an application."""

from fastapi import FastAPI

from community.demo import seed
from community.loaders import Loaders
from community.schema import schema
from community.settings import Settings
from kit.app import Service, build_app
from kit.context import Context
from kit.database import Database
from kit.identity import Viewer

SERVICE = Service(name="community", port=4003, schema=schema, settings=Settings, seed=seed)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the community service, or raise `StartError`; its lifespan opens the database."""

    def context(viewer: Viewer | None, database: Database) -> Context[Loaders]:
        return Context(viewer, Loaders(database), database)

    return build_app(SERVICE, settings or Settings.read(), context)
