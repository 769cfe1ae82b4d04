"""Relay connections over keyset pages: the types, the cursors, and the page a client asks for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Self, TypeVar

import strawberry
from pydantic import TypeAdapter

from kit.errors import ArgumentError

MAX_FIRST = 100

Item = TypeVar("Item")
Row = TypeVar("Row")
Key = TypeVar("Key", bound=tuple[object, ...])

First = Annotated[int, strawberry.argument(description="How many to return, 1 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="A cursor; return what comes after it.")
]


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that a client asks for."""

    first: int
    after: str | None = None

    def __post_init__(self) -> None:
        """Raise `ArgumentError` when it would be too much, or nothing."""
        if not 1 <= self.first <= MAX_FIRST:
            raise ArgumentError("first", f"must be from 1 to {MAX_FIRST}, not {self.first}")


class Cursors(Generic[Key]):
    """Writes and reads the cursors of one list: the sort key of an item, made opaque."""

    def __init__(self, key_type: type[Key]) -> None:
        self._keys = TypeAdapter(key_type)
        # The keys of two lists may look alike.
        self._mark = f"{key_type.__name__}:".encode()

    def write(self, key: Key) -> str:
        """Return the cursor of the item with this sort key."""
        return urlsafe_b64encode(self._mark + self._keys.dump_json(key)).decode()

    def read(self, cursor: str | None) -> Key | None:
        """Return the sort key in `cursor`, or raise `ArgumentError` when it is another list's."""
        if cursor is None:
            return None
        try:
            mark, _, key = urlsafe_b64decode(cursor).partition(b":")
            if mark + b":" == self._mark:
                return self._keys.validate_json(key)
        except ValueError:
            pass
        raise ArgumentError("after", "is not a cursor of this list")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page, each with its cursor, and whether more follow."""

    entries: Sequence[tuple[str, Row]] = ()
    more: bool = False


@strawberry.federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether more follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether this page follows others.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item.")


@strawberry.type(description="One item of a list, with its place.")
class Edge(Generic[Item]):
    """One item of a list, with its place."""

    cursor: str = strawberry.field(description="The place of the item in the list.")
    node: Item = strawberry.field(description="The item.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[Item]):
    """One page of a list; counts the whole list only when asked to."""

    edges: list[Edge[Item]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has.")
    async def total_count(self) -> int:
        """Return how many items the whole list has."""
        return await self.count()

    @classmethod
    def of(
        cls,
        page: Page,
        rows: Slice[Row],
        node: Callable[[Row], Item],
        count: Callable[[], Awaitable[int]],
    ) -> Self:
        """Return `page` with `rows` as nodes; `count` is called only for `totalCount`."""
        edges = [Edge(cursor=cursor, node=node(row)) for cursor, row in rows.entries]
        return cls(
            edges=edges,
            page_info=PageInfo(
                has_next_page=rows.more,
                has_previous_page=page.after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
            count=count,
        )
