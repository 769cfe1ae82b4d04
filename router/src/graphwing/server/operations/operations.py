"""Operations of clients, parsed, validated and planned once, kept for the next request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from weakref import WeakValueDictionary

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
)

from graphwing.errors import (
    FederationError,
    OperationUnknownError,
    SyntaxRefusedError,
    TokenLimitError,
)
from graphwing.execution import Operation
from graphwing.execution.variables import Variables
from graphwing.execution.withheld import required_of, withhold
from graphwing.planner import Limits, Planner, TakesLongerError
from graphwing.planner.size import expanded_fields
from graphwing.server.cost.budget import CostBudget, Price
from graphwing.server.operations.lanes import LaneLoad, Lanes, Shared
from graphwing.server.operations.limits import DocumentLimits
from graphwing.server.operations.refusals import Refusals, refusal_key
from graphwing.server.operations.rules import OperationRules
from graphwing.server.operations.validation import require_valid, too_deep
from graphwing.supergraph import Supergraph
from graphwing.supergraph.access import AccessRules, Requirements

# So graphql-core ends its message about a document that has more.
_TOO_MANY_TOKENS = "tokens. Parsing aborted."
# An operation that takes long must not hold up the next: texts that are not small have a thread of
# their own, and those that turn out not to be quick to validate or to plan, or have many fields, go
# on in another, one after another.
_WORKERS = 2
_SMALL_CHARACTERS = 4_000
_QUICK_WORK = 300
_LARGE_FIELDS = 1_000
_MOST_LARGE = 16
_KEPT_OPERATIONS = 2_000
_KEPT_CHARACTERS = 32_000_000

_NO_LABELS: frozenset[str] = frozenset()

_NO_REQUIREMENTS: Requirements = frozenset()

Asked = tuple[str, str | None, bool, frozenset[str], Requirements]
"""A document, the name of the operation, whether it may defer, the labels that hold, and the
requirements that the client does not meet."""
_NormalisedKey = tuple[bytes, str | None, bool, frozenset[str], Requirements]


@dataclass(slots=True)
class _Read:
    """A document that is parsed, and not planned yet."""

    key: _NormalisedKey
    document: DocumentNode
    is_valid: bool = False
    """Whether that is known."""
    price: Price | None = None
    """What it will cost, if that is estimated."""


class Operations:
    """Turns documents into operations that can run; the same document only once."""

    def __init__(
        self,
        supergraph: Supergraph,
        *,
        limits: Limits | None = None,
        rules: OperationRules | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        rules = rules or OperationRules()
        self._limits = DocumentLimits(rules.limits, introspection=rules.introspection)
        costs = rules.demand_control
        self.budget = None if costs.mode == "off" else CostBudget(supergraph, costs)
        self._hides_suggestions = rules.hides_suggestions
        self._most_tokens = rules.tokens
        self._schema = supergraph.api_schema
        self._access = AccessRules(supergraph)
        self._planner = Planner(supergraph, limits=limits, clock=clock)
        self._kept: OrderedDict[Asked, Operation] = OrderedDict()
        self._kept_characters = 0
        # An operation is here as long as one of its texts is kept.
        self._by_normalised = WeakValueDictionary[_NormalisedKey, Operation]()
        self._in_flight: dict[Asked, Shared[Operation]] = {}
        self._refusals = Refusals()
        self._lanes: Lanes | None = None

    def count_exceeded(self, counter: Counter[str]) -> None:
        """Count in `counter` from now on how many operations are beyond a limit."""
        self._limits.exceeded = counter
        if self.budget is not None:
            self.budget.exceeded = counter

    @property
    def kept(self) -> int:
        """Return how many operations are ready for the next request."""
        return len(self._kept)

    def lane_loads(self) -> dict[str, LaneLoad]:
        """Return how much planning there is to do, by lane."""
        return {} if self._lanes is None else self._lanes.loads()

    def stop_planning(self) -> None:
        """Release the planning threads; what waits for one raises `NotReadyError`."""
        if self._lanes is not None:
            self._lanes.stop()
        self._lanes = None
        self._in_flight.clear()

    async def get(
        self,
        text: str,
        name: str | None,
        *,
        may_defer: bool = False,
        labels: frozenset[str] = _NO_LABELS,
        unmet: Requirements = _NO_REQUIREMENTS,
    ) -> Operation:
        """Return the operation `name` of the document `text`, in parts if it `may_defer`.

        `labels` are those of `@override(label:)` that hold; what requires one of `unmet` is left
        out. A new one is made in a thread, so that
        other requests go on, and made once however many ask for it at that moment. Raises
        `OperationError` and `PlanningError`, and `PlanningBusyError` while too many large ones are
        asked for.
        """
        operation = self.find(text, name, may_defer=may_defer, labels=labels, unmet=unmet)
        if operation is not None:
            return operation
        key = _asked(text, name, labels, unmet, may_defer=may_defer)
        making = self._in_flight.get(key)
        if making is None or making.is_over:
            refused = self._refusals.find(refusal_key(*key), asyncio.get_running_loop().time())
            if refused is not None:
                raise refused
            making = self._begin(key)
        return await making.result()

    def find(
        self,
        text: str,
        name: str | None,
        *,
        may_defer: bool = False,
        labels: frozenset[str] = _NO_LABELS,
        unmet: Requirements = _NO_REQUIREMENTS,
    ) -> Operation | None:
        """Return what `get` would if that is at hand."""
        key = _asked(text, name, labels, unmet, may_defer=may_defer)
        operation = self._kept.get(key)
        if operation is not None:
            self._kept.move_to_end(key)
        return operation

    def lately_used(self, most: int) -> list[Asked]:
        """Return so many of the operations that are kept, those that were used last first."""
        return list(islice(reversed(self._kept), most))

    async def prepare(self, asked: Iterable[Asked]) -> None:
        """Make operations before somebody asks for them; what is not valid here is left out."""
        for text, name, may_defer, labels, unmet in asked:
            with suppress(FederationError):
                await self.get(text, name, may_defer=may_defer, labels=labels, unmet=unmet)

    def make(
        self,
        text: str,
        name: str | None,
        *,
        may_defer: bool = True,
        labels: frozenset[str] = _NO_LABELS,
    ) -> Operation:
        """Parse, validate and plan. Raises `OperationError` and `PlanningError`."""
        read = self._read((text, name, may_defer, labels, _NO_REQUIREMENTS))
        if isinstance(read, Operation):
            return read
        self._require_valid(read.document)
        return self._planned(read)

    def _begin(self, key: Asked) -> Shared[Operation]:
        """Begin to make an operation."""
        lanes = self._lanes
        if lanes is None:
            lanes = self._lanes = Lanes(small=_WORKERS, most_large=_MOST_LARGE)
        making = Shared[Operation](lambda making: self._made(key, making, lanes))
        self._in_flight[key] = making
        making.task.add_done_callback(lambda _: self._landed(key, making))
        return making

    async def _made(self, key: Asked, making: Shared[Operation], lanes: Lanes) -> Operation:
        """Return a new operation, made in threads."""
        size = len(key[0])
        lane = lanes.small if size <= _SMALL_CHARACTERS else lanes.middle
        tried = await lane.run(making, size, partial(self._tried, key))
        if isinstance(tried, Operation):
            return tried
        if not tried.is_valid:
            # It has a thread of its own: what is known to be valid does not wait for that.
            valid = partial(self._require_valid, tried.document)
            await lanes.validation.run(making, size, valid)
        fields = expanded_fields(tried.document)
        return await lanes.large.run(making, fields, partial(self._planned, tried))

    def _tried(self, key: Asked) -> Operation | _Read:
        """Return the operation if it is quickly made, or how far that went."""
        read = self._read(key)
        if isinstance(read, Operation):
            return read
        with suppress(TakesLongerError):
            self._require_valid(read.document, quickly=True)
            read.is_valid = True
            if expanded_fields(read.document) <= _LARGE_FIELDS:
                return self._planned(read, _QUICK_WORK)
        return read

    def _read(self, key: Asked) -> Operation | _Read:
        """Parse a document; what is known in other words is returned at once."""
        text, name, may_defer, labels, unmet = key
        document = _parsed(text, self._most_tokens)
        self._limits.require(document)
        # Documents that differ in spaces and comments only are one operation.
        normalised = (_digest(document), name, may_defer, labels, unmet)
        return self._by_normalised.get(normalised) or _Read(normalised, document)

    def _require_valid(self, document: DocumentNode, *, quickly: bool = False) -> None:
        require_valid(
            self._schema, document, quickly=quickly, hides_suggestions=self._hides_suggestions
        )

    def _planned(self, read: _Read, patience: int | None = None) -> Operation:
        _, name, may_defer, labels, unmet = read.key
        document = read.document
        definition = _definition(document, name)
        if self.budget is not None and read.price is None:
            # Planning takes longer.
            read.price = self.budget.price(document, definition)
        chosen = definition.name and definition.name.value
        rules = self._access
        withheld = withhold(self._schema, rules, document, chosen, unmet) if unmet else None
        if withheld is not None and definition.operation is OperationType.SUBSCRIPTION:
            withheld.require_root(self._schema.subscription_type)
        plan = self._planner.plan(
            document if withheld is None else withheld.document,
            chosen,
            may_defer=may_defer,
            labels=labels,
            patience=patience,
        )
        variables = Variables(
            self._schema,
            definition.variable_definitions or (),
            hides_suggestions=self._hides_suggestions,
            require=self._limits.require_variables,
        )
        operation = Operation(
            self._schema,
            document,
            definition,
            plan,
            variables,
            requirements=required_of(self._schema, rules, document, chosen),
            withheld=withheld,
        )
        if self.budget is not None and read.price is not None:
            self.budget.keep(operation, read.price)
        self._by_normalised[read.key] = operation
        return operation

    def _landed(self, key: Asked, making: Shared[Operation]) -> None:
        made = making.task
        if self._in_flight.get(key) is making:
            del self._in_flight[key]
        if made.cancelled():
            return
        if made.exception() is not None:
            now = made.get_loop().time()
            self._refusals.add(refusal_key(*key), made.exception(), now)
            return
        self._kept[key] = made.result()
        self._kept_characters += len(key[0])
        while len(self._kept) > _KEPT_OPERATIONS or self._kept_characters > _KEPT_CHARACTERS:
            (text, *_), _ = self._kept.popitem(last=False)
            self._kept_characters -= len(text)


def _asked(
    text: str,
    name: str | None,
    labels: frozenset[str],
    unmet: Requirements,
    *,
    may_defer: bool,
) -> Asked:
    # Most operations defer nothing, and are the same either way.
    return text, name, may_defer and "defer" in text, labels, unmet


def _parsed(text: str, most_tokens: int) -> DocumentNode:
    try:
        return parse(text, max_tokens=most_tokens)
    except GraphQLSyntaxError as error:
        if error.message.endswith(_TOO_MANY_TOKENS):
            raise TokenLimitError(most_tokens) from error
        raise SyntaxRefusedError([{**error.formatted}]) from error
    except RecursionError as error:
        raise too_deep() from error


def _digest(document: DocumentNode) -> bytes:
    try:
        return sha256(print_ast(document).encode(errors="surrogatepass")).digest()
    except RecursionError as error:
        raise too_deep() from error


def _definition(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = {
        node.name.value if node.name else "": node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }
    if name:
        if name not in operations:
            raise OperationUnknownError(f"the document has no operation named `{name}`")
        return operations[name]
    if not operations:
        raise OperationUnknownError("the document has no operation")
    if len(operations) > 1:
        names = ", ".join(f"`{one}`" for one in operations)
        raise OperationUnknownError(f"choose one operation with `operationName`: {names}")
    return next(iter(operations.values()))
