"""What a client may read, by its verified claims and by what the policies of the service say."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from graphwing.errors import AccessRefusedError
from graphwing.execution import Operation
from graphwing.supergraph.access import Requirement, Requirements

AccessMode = Literal["filter", "reject", "dry_run"]
"""What happens to an operation of which the client may not read all: it gets the rest, it gets
nothing, or it gets everything and the log says what it would not have got."""

_log = logging.getLogger("graphwing")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what subgraphs are told of it."""

    headers: Mapping[str, str]
    """For subgraphs."""
    claims: Mapping[str, Any] | None = None
    """What the client's token says; nothing if it sent none."""


Policies = Callable[[frozenset[str], Caller], Awaitable[Collection[str]]]
"""Returns which of the named policies hold for who asks."""


class Authorization:
    """Decides which requirements a client meets."""

    def __init__(
        self,
        *,
        mode: AccessMode = "filter",
        scopes_claim: str = "scope",
        policies: Policies | None = None,
    ) -> None:
        """Take the claim that lists scopes, as a list or with spaces between them (RFC 8693).

        Without `policies` none holds.
        """
        self.mode: AccessMode = mode
        self._scopes_claim = scopes_claim
        self._policies = policies

    async def permitted(
        self,
        operation: Operation,
        caller: Caller,
        without: Callable[[Requirements], Awaitable[Operation]],
    ) -> Operation:
        """Return what of an operation a client gets; raise `AccessRefusedError` if nothing.

        `without` returns the operation without what requires something.
        """
        unmet = await self.unmet(operation.requirements, caller)
        if not unmet:
            return operation
        rest = await without(unmet)
        match self.mode:
            case "reject" if rest.withheld:
                raise AccessRefusedError(rest.withheld)
            case "dry_run":
                if rest.withheld:
                    _log.warning("a client may not read %s, and does", ", ".join(rest.withheld))
                return operation
            case _:
                return rest

    async def unmet(self, requirements: Requirements, caller: Caller) -> Requirements:
        """Return those of an operation's requirements that a client does not meet.

        Policies are asked once, for all names in the operation that still matter.
        """
        scopes = self._scopes(caller)
        unmet = {one for one in requirements if not _is_met(one, caller, scopes)}
        asked = frozenset[str]().union(*(one.names() for one in unmet if one.kind == "policies"))
        if asked and self._policies is not None:
            holding = frozenset(await self._policies(asked, caller)) & asked
            unmet = {one for one in unmet if one.kind != "policies" or not _covers(one, holding)}
        return frozenset(unmet)

    def _scopes(self, caller: Caller) -> frozenset[str]:
        said: object = (caller.claims or {}).get(self._scopes_claim)
        if isinstance(said, str):
            return frozenset(said.split())
        if isinstance(said, list):
            return frozenset(one for one in cast("list[object]", said) if isinstance(one, str))
        return frozenset()


def _is_met(requirement: Requirement, caller: Caller, scopes: frozenset[str]) -> bool:
    match requirement.kind:
        case "authenticated":
            return caller.claims is not None
        case "scopes":
            return _covers(requirement, scopes)
        case "policies":
            # To be without a policy takes no asking.
            return frozenset() in requirement.alternatives


def _covers(requirement: Requirement, having: frozenset[str]) -> bool:
    return any(alternative <= having for alternative in requirement.alternatives)
