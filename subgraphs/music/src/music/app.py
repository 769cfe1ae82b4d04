"""The music service as an application."""

from fastapi import FastAPI

from kit.app import Service, build_app
from kit.context import Context
from kit.database import Database
from kit.identity import Viewer
from music.demo import seed
from music.loaders import Loaders
from music.schema import schema
from music.settings import Settings

SERVICE = Service(name="music", port=4002, schema=schema, settings=Settings, seed=seed)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the music service, or raise `StartError`; its lifespan opens the database."""

    def context(viewer: Viewer | None, database: Database) -> Context[Loaders]:
        return Context(viewer, Loaders(database), database)

    return build_app(SERVICE, settings or Settings.read(), context)
