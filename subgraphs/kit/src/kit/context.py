"""What the resolvers of one request may reach."""

from typing import Generic, TypeVar

from strawberry.fastapi import BaseContext

from kit.database import Database
from kit.identity import Viewer

Loaders = TypeVar("Loaders")


class Context(BaseContext, Generic[Loaders]):
    """The viewer, the loaders and the database of one request."""

    def __init__(self, viewer: Viewer | None, loaders: Loaders, database: Database) -> None:
        super().__init__()
        self.viewer = viewer
        self.loaders = loaders
        self.database = database
