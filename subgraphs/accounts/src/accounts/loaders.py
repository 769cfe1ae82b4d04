"""The loaders of one request: keys in, rows out, one statement per batch."""

from accounts import queries
from kit.database import Database
from kit.loaders import loader


class Loaders:
    """The loaders of one request."""

    def __init__(self, database: Database) -> None:
        self.user_by_id = loader(database, queries.users_by_id, default=None)
        self.user_by_email = loader(database, queries.users_by_email, default=None)
