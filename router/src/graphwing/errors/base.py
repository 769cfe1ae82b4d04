"""Every error this package raises on purpose.

FederationError
├── SettingsError        a configuration file, flag or argument is wrong (found at start-up)
├── SupergraphError      the supergraph document is wrong (operator's fault, found at start-up)
│   └── UnsupportedFeatureError  or needs more of a router than this one does
├── CompositionError     the subgraphs do not fit together (found before deploy)
├── RequestError         the client's request cannot be answered as it stands
│   ├── OperationError           its operation
│   │   ├── SyntaxRefusedError       is not GraphQL
│   │   ├── OperationInvalidError    does not fit the schema
│   │   ├── OperationUnknownError    is not named, or named wrongly
│   │   ├── IntrospectionRefusedError asks for the schema
│   │   ├── OperationLimitError      is larger than allowed, as `operations` draws
│   │   ├── OperationCostError       costs more than allowed
│   │   ├── SlicingArgumentsError    does not say how much it wants
│   │   ├── SubscriptionRefusedError is one that plain HTTP does not carry
│   │   ├── VariablesInvalidError    comes with values that do not fit
│   │   ├── PersistedQueryNotFoundError is named by a hash that is not known yet
│   │   ├── PersistedQueryNotSupportedError is named, and names are not taken
│   │   ├── DocumentUnknownError     is named by an id that is in no manifest
│   │   ├── DocumentNotTrustedError  is sent as a text that is in no manifest
│   │   └── DocumentIdRequiredError  is sent as a text where only ids are taken
│   ├── PersistedQueryMismatchError its document, which has another hash than it says
│   ├── DocumentTooLargeError    the size of its document
│   ├── MethodRefusedError       its HTTP method
│   ├── MediaTypeUnknownError    what it sends
│   ├── MediaTypeRefusedError    what it wants back
│   ├── BodyTooLargeError        its size
│   ├── UnauthenticatedError     its credentials
│   ├── IdentityUnavailableError the keys that would verify them
│   ├── HeaderInvalidError       a header that is to be passed on
│   ├── AccessRefusedError       what it may not read
│   ├── TooManySubscriptionsError its being one subscription too many
│   ├── RateLimitedError         its being one of too many of the same client
│   ├── RouterBusyError          its being one of too many of all clients
│   ├── RequestTimeoutError      its taking too long
│   └── ClientTooSlowError       its not reading the answers
├── NotReadyError        the router is not open (yet, or any more)
├── PlanningError        no plan exists for a valid operation (a bug in us or the supergraph)
│   └── PlanningBudgetError      or finding one takes more work than is allowed
│       └── PlanningTimeoutError     or more time
└── SubgraphError        a subgraph answered badly, or not at all (found at run time)
    ├── SubgraphTimeoutError
    │   └── RequestTimeIsOverError   for the whole request took too long
    ├── SubgraphConnectionError  it cannot be reached, or the connection breaks
    ├── SubgraphFailedError      it raises an exception in this process
    ├── SubgraphAnswerTooLargeError
    ├── SubgraphNotAskedError    the router leaves it alone
    │   ├── CircuitOpenError         for too much of it failed
    │   └── SubgraphBusyError        for it has enough to do
    ├── StreamRefusedError       it answers a subscription with errors and not with events
    ├── StreamLostError          its events break off
    └── SubgraphStartError       an application in this process does not start
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class FederationError(Exception):
    """The root of the tree; `code` is stable and reaches clients as `extensions.code`."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"


class SupergraphError(FederationError):
    """The supergraph document cannot be used: what is wrong, and what to do about it."""

    code = "INVALID_SUPERGRAPH"

    def __init__(self, cause: str, *, remedy: str, coordinate: str | None = None) -> None:
        place = f" at `{coordinate}`" if coordinate else ""
        super().__init__(f"the supergraph is wrong{place}: {cause}; {remedy}")
        self.cause = cause
        self.remedy = remedy
        self.coordinate = coordinate


class UnsupportedFeatureError(SupergraphError):
    """The supergraph links a feature that a router must understand, and this one does not."""

    code = "UNSUPPORTED_LINKED_FEATURE"


class SettingsError(FederationError):
    """A configuration file, flag or argument is wrong: where, what, and what to do about it."""

    code = "INVALID_SETTINGS"

    def __init__(self, cause: str, *, place: str | None = None, remedy: str | None = None) -> None:
        start = f"{place}: " if place else ""
        end = f"; {remedy}" if remedy else ""
        super().__init__(f"{start}{cause}{end}")
        self.cause = cause
        self.place = place
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A line and column, both from 1, in the SDL of one subgraph."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CompositionProblem:
    """One reason why the subgraphs do not compose, and what to do about it."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    coordinate: str | None = None
    locations: tuple[SourceLocation, ...] = ()
    remedy: str | None = None

    def __str__(self) -> str:
        """Return code, subgraphs, message and remedy in one line."""
        where = f"[{', '.join(self.subgraphs)}] " if self.subgraphs else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.code}: {where}{self.message}{remedy}"


class CompositionError(FederationError):
    """The subgraphs do not fit together; `problems` are all reasons that one phase found.

    `hints` are what the phases until then found worth a look.
    """

    code = "COMPOSITION_FAILED"

    def __init__(self, problems: Sequence[CompositionProblem], hints: Sequence[Any] = ()) -> None:
        count = f"{len(problems)} problems" if len(problems) != 1 else "1 problem"
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"the subgraphs do not compose, {count}:\n{lines}")
        self.problems = tuple(problems)
        self.hints = tuple(hints)


class RequestError(FederationError):
    """The client's request cannot be answered as it stands; the text is meant for the client."""

    code = "BAD_REQUEST"
    status: ClassVar[int] = 400

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {}

    def formatted(self) -> list[dict[str, Any]]:
        """Return what the response says under `errors`."""
        return [{"message": str(self), "extensions": {"code": self.code}}]


class OperationError(RequestError):
    """The HTTP request is well formed, the operation in it is not; each fault is one error."""

    def __init__(self, faults: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("; ".join(str(fault["message"]) for fault in faults))
        self.faults = faults

    def formatted(self) -> list[dict[str, Any]]:
        """Return what the response says under `errors`."""
        return [{**fault, "extensions": {"code": self.code}} for fault in self.faults]


class SyntaxRefusedError(OperationError):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class OperationInvalidError(OperationError):
    """The document does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class OperationUnknownError(OperationError):
    """The document has no operation of the wanted name, or several and no name is given."""

    code = "OPERATION_RESOLUTION_FAILURE"

    def __init__(self, message: str) -> None:
        super().__init__([{"message": message}])


class SubscriptionRefusedError(OperationError):
    """The operation is a subscription, and the client asked for a single response."""

    code = "SUBSCRIPTION_NOT_SUPPORTED"

    def __init__(self) -> None:
        message = (
            "a subscription cannot be answered by a single response; accept `text/event-stream` or"
            ' `multipart/mixed;subscriptionSpec="1.0"`, or open a WebSocket with the protocol'
            " `graphql-transport-ws`"
        )
        super().__init__([{"message": message}])


class VariablesInvalidError(OperationError):
    """The variables do not fit their types."""

    code = "BAD_USER_INPUT"


class MethodRefusedError(RequestError):
    """The HTTP method cannot do what the request wants."""

    code = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"allow": self.allow}


class MediaTypeUnknownError(RequestError):
    """The body is of a media type that the router does not read."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415

    def __init__(self, media_type: str) -> None:
        found = f"`{media_type}`" if media_type else "no content type"
        super().__init__(f"send the request as `application/json`, not with {found}")


class MediaTypeRefusedError(RequestError):
    """The client accepts no media type that the router writes."""

    code = "NOT_ACCEPTABLE"
    status = 406

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(f"the answer can be had as {' or '.join(f'`{one}`' for one in offered)}")


class BodyTooLargeError(RequestError):
    """The body is larger than the router reads."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body of the request is larger than {limit} bytes")
        self.limit = limit


class UnauthenticatedError(RequestError):
    """The client sent credentials that are not valid."""

    code = "UNAUTHENTICATED"
    status = 401

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs.

        https://www.rfc-editor.org/rfc/rfc6750#section-3
        """
        return {"www-authenticate": 'Bearer error="invalid_token"'}


class TooManySubscriptionsError(RequestError):
    """The router serves as many subscriptions as it is allowed to."""

    code = "TOO_MANY_SUBSCRIPTIONS"
    status = 503

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the router serves {limit} subscriptions, as many as it may; try again later"
        )
        self.limit = limit

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"retry-after": "5"}


class ClientTooSlowError(RequestError):
    """The client does not read its events as fast as they come."""

    code = "CLIENT_TOO_SLOW"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"the subscription ends: {waiting} events wait for the client, which does not read them"
        )
        self.waiting = waiting


class PlanningBusyError(RequestError):
    """As many large operations wait to be checked and planned as may."""

    code = "QUERY_PLANNING_BUSY"
    status: ClassVar[int] = 503

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} other large operations wait to be planned, as many as may; try again later,"
            " or ask for less"
        )
        self.limit = limit

    def headers(self) -> dict[str, str]:
        """Return the HTTP headers that this refusal needs."""
        return {"retry-after": "5"}


class SupergraphChangedError(RequestError):
    """A subscription ends, for the supergraph that it began on is no longer served."""

    code = "SUBSCRIPTION_SCHEMA_RELOAD"

    def __init__(self) -> None:
        super().__init__("the subscription ends: the graph has changed; subscribe again")


class NotReadyError(FederationError):
    """The router is not open: it has no subgraphs to ask."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the router is not open; enter it first with `async with router:`")


class SubgraphError(FederationError):
    """A subgraph answered badly, or not at all."""

    code = "DOWNSTREAM_SERVICE_ERROR"

    def __init__(self, subgraph: str, reason: str) -> None:
        super().__init__(f"subgraph `{subgraph}` {reason}")
        self.subgraph = subgraph
        self.reason = reason


class SubgraphTimeoutError(SubgraphError):
    """A subgraph did not answer in time."""

    code = "DOWNSTREAM_SERVICE_TIMEOUT"

    def __init__(self, subgraph: str, seconds: float) -> None:
        super().__init__(subgraph, f"did not answer within {seconds:g} s")
        self.seconds = seconds


class StreamRefusedError(SubgraphError):
    """A subgraph answered a subscription with errors; no event will come (any more)."""

    code = "DOWNSTREAM_SUBSCRIPTION_REFUSED"

    def __init__(self, subgraph: str, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(subgraph, "refuses the subscription")
        self.errors = tuple(errors)


class StreamLostError(SubgraphError):
    """The events of a subgraph broke off; asking for them again may help."""

    code = "DOWNSTREAM_STREAM_LOST"


class SubgraphStartError(SubgraphError):
    """An application that runs as a subgraph in this process does not start."""

    code = "SUBGRAPH_START_FAILED"


class PlanningError(FederationError):
    """No sequence of fetches can answer the operation."""

    code = "QUERY_PLANNING_FAILED"

    def __init__(self, field: str, *, path: str = "", tried: Sequence[str] = ()) -> None:
        place = f" at `{path}`" if path else ""
        names = ", ".join(f"`{name}`" for name in tried) or "none"
        super().__init__(f"no subgraph can be asked for `{field}`{place} (came from: {names})")
        self.field = field
        self.path = path
        self.tried = tuple(tried)


class PlanningBudgetError(PlanningError):
    """Planning the operation takes more work than is allowed."""

    code = "QUERY_PLANNING_BUDGET_EXCEEDED"

    def __init__(self, what: str, *, limit: int) -> None:
        FederationError.__init__(
            self, f"the operation is too large to plan: more than {limit} {what}; ask for less"
        )
        self.field = ""
        self.path = ""
        self.tried = ()
        self.limit = limit


class PlanningTimeoutError(PlanningBudgetError):
    """Planning the operation takes longer than is allowed."""

    code = "QUERY_PLANNING_TIMED_OUT"

    def __init__(self, *, seconds: float) -> None:
        FederationError.__init__(
            self, f"the operation takes longer than {seconds:g} s to plan; ask for less"
        )
        self.field = ""
        self.path = ""
        self.tried = ()
        self.seconds = seconds
