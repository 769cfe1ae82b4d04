"""Settings of the access rules."""

from __future__ import annotations

import msgspec

from graphwing.server.access.authorization import AccessMode


class AuthorizationSettings(msgspec.Struct, frozen=True):
    """How `@authenticated`, `@requiresScopes` and `@policy` are enforced."""

    mode: AccessMode = "filter"
    """`filter` withholds what a client may not read, `reject` refuses the operation, `dry_run`
    answers it and tells the log."""
    scopes_claim: str = "scope"
    """The claim of a token that lists scopes: a list, or a text with spaces."""
    policies: str | None = None
    """The function that says which policies hold, `shop.policies:holding`; without it none does."""
