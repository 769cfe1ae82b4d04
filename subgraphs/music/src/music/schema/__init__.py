"""The music graph: artists, albums and tracks, and the one owner of `Query.node`."""

from kit.schema import Schema
from music.schema.query import Query
from music.schema.types import Comment, User

schema = Schema(Query, types=[User, Comment])
