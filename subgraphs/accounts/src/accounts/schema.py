"""The accounts graph: users, and how they sign in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from accounts import tables
from accounts.context import AccountsContext
from accounts.rules import normal_email
from kit.nodes import Node
from kit.schema import Schema

Info = strawberry.Info[AccountsContext, None]

strawberry.enum(tables.Role, description="What a user may be to the platform.")


@strawberry.federation.type(keys=["id"], description="Somebody with an account.")
class User(Node):
    """Somebody with an account. Their e-mail address is not for the graph."""

    display_name: str = strawberry.field(description="The name that others see.")
    joined_at: datetime = strawberry.field(description="Since when they are with us.")
    roles: list[tables.Role] = strawberry.field(description="What they may be to the platform.")

    @classmethod
    def from_row(cls, row: tables.User) -> Self:
        """Return the user in `row`."""
        return cls(
            key=row.id,
            display_name=row.display_name,
            joined_at=row.joined_at,
            roles=[tables.Role(role) for role in row.roles],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: str) -> Self | None:  # noqa: A002
        """Return the user another subgraph refers to, or nothing if they have left."""
        key = cls.key_in(id)
        row = None if key is None else await info.context.loaders.user_by_id.load(key)
        return None if row is None else cls.from_row(row)


@strawberry.input(description="Who wants to sign in.")
class SignInInput:
    """Who wants to sign in."""

    email: str = strawberry.field(description="The address of the account.")
    password: str = strawberry.field(description="Its password.")


@strawberry.type(description="The user has signed in.")
class SignInSuccess:
    """The user has signed in."""

    token: str = strawberry.field(description="To send as `Authorization: Bearer …`.")
    expires_at: datetime = strawberry.field(description="Until when the token is good.")
    user: User = strawberry.field(description="Who has signed in.")


@strawberry.type(description="No account has this address and password.")
class InvalidCredentials:
    """No account has this address and password; which of the two is wrong is not told."""

    message: str = strawberry.field(description="What is wrong.")


SignInResult = Annotated[
    SignInSuccess | InvalidCredentials,
    strawberry.union("SignInResult", description="What became of signing in."),
]


@strawberry.type(description="What the graph can be asked.")
class Query:
    """What the graph can be asked."""

    @strawberry.field(description="Who is asking; null when they have not signed in.")
    async def me(self, info: Info) -> User | None:
        """Return who is asking."""
        viewer = info.context.viewer
        row = None if viewer is None else await info.context.loaders.user_by_id.load(viewer.id)
        return None if row is None else User.from_row(row)


@strawberry.type(description="What the graph can be told to do.")
class Mutation:
    """What the graph can be told to do."""

    @strawberry.mutation(description="Sign in with an address and a password.")
    async def sign_in(
        self,
        info: Info,
        input: Annotated[  # noqa: A002
            SignInInput, strawberry.argument(description="The credentials.")
        ],
    ) -> SignInResult:
        """Return a token for the account with this address and password."""
        context = info.context
        row = await context.loaders.user_by_email.load(normal_email(input.email))
        password_hash = None if row is None else row.password_hash
        right = await context.sign_in.passwords.is_right(input.password, password_hash)
        if row is None or not right:
            return InvalidCredentials(message="no account has this address and password")
        token = context.sign_in.tokens.issue(row, now=datetime.now(UTC))
        return SignInSuccess(token=token.text, expires_at=token.expires_at, user=User.from_row(row))


schema = Schema(Query, mutation=Mutation)
