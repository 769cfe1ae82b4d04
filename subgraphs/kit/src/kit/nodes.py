"""Relay's `Node`: one interface and one form of id for every service."""

from base64 import b64encode
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.relay import from_base64

# The keys of a type whose fields live in another service.
ELSEWHERE = (Key(fields=FieldSet("id"), resolvable=False),)


def opaque_id(type_name: str, key: UUID) -> str:
    """Return the id that clients see for the `type_name` with this key.

    >>> opaque_id("Artist", UUID(int=1))
    'QXJ0aXN0OjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMQ=='
    """
    return b64encode(f"{type_name}:{key}".encode()).decode()


def parse_id(text: str) -> tuple[str, UUID] | None:
    """Return the type name and key in an id, or None when `opaque_id` did not make it."""
    try:
        type_name, key_text = from_base64(text)
        key = UUID(key_text)
    except ValueError:
        return None
    # One object has one id: other spellings of a UUID or of base64 are not ids.
    return (type_name, key) if opaque_id(type_name, key) == text else None


def _made_field(description: str) -> Any:  # noqa: ANN401 (as Strawberry's own `field`)
    """Return a field that an object makes itself; Strawberry's `init` is for type checkers only."""
    field = strawberry.field(description=description)
    field.init = False
    return field


@strawberry.interface(description="Something with an id of its own, unique in the whole graph.")
class Node:
    """Something with an id of its own; subclasses are named as their GraphQL type."""

    key: strawberry.Private[UUID]

    # Not a method: each would be resolved with all that arguments and coroutines take.
    id: strawberry.ID = _made_field("The opaque id, unique in the whole graph.")

    def __post_init__(self) -> None:
        """Make the opaque id."""
        self.id = strawberry.ID(opaque_id(type(self).__name__, self.key))

    @classmethod
    def key_in(cls, text: str) -> UUID | None:
        """Return the key in an id of this type, or None when it is not one."""
        match parse_id(text):
            case (type_name, key) if type_name == cls.__name__:
                return key
            case _:
                return None

    @classmethod
    def stub(cls, text: str) -> Self | None:
        """Return an object that only knows its id: its fields live in another service."""
        key = cls.key_in(text)
        return None if key is None else cls(key=key)
