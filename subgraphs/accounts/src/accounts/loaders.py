"""The loaders of one request: keys in, rows out, one statement per batch."""

from kit.database import Database


class Loaders:
    """The loaders of one request."""

    def __init__(self, database: Database) -> None:
        self.database = database
