"""What a statement for tables returns, without an object-relational session around each read.

The rows of `select(Artist)` have the columns of `Artist` as attributes. Nothing
here changes what it has read, so nothing needs what a session and its objects add, and they would
take as long again as the statement itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

Row = TypeVar("Row")


def rows_of(_table: type[Row], result: Sequence[Any]) -> Sequence[Row]:
    """Return the rows of a statement for a table, which read as its objects do."""
    return cast("Sequence[Row]", result)


def keyed_rows_of(_table: type[Row], result: Iterable[Any]) -> Iterable[tuple[Any, Row]]:
    """Return the rows of a statement for a key and a table, each with its key."""
    return ((row[0], cast("Row", row)) for row in result)
