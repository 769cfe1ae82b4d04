"""The loaders of one request: keys in, rows out, one statement per batch."""

from community import queries
from kit.database import Database
from kit.loaders import loader, page_loader


class Loaders:
    """The loaders of one request."""

    def __init__(self, database: Database) -> None:
        self.comment_by_id = loader(database, queries.comments_by_id, default=None)
        self.comments_by_artist = page_loader(database, queries.comments_by_artist)
        self.comment_count_by_artist = loader(database, queries.comment_counts_by_artist, default=0)
