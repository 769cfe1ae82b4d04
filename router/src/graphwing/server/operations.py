"""Operations of clients, parsed, validated and planned once, kept for the next request."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from weakref import WeakValueDictionary

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    print_ast,
)

from graphwing.errors import (
    FederationError,
    OperationUnknownError,
    SyntaxRefusedError,
)
from graphwing.execution import Operation
from graphwing.planner import Limits, Planner, TakesLongerError
from graphwing.planner.size import expanded_fields
from graphwing.server.validation import require_valid, too_deep
from graphwing.supergraph import Supergraph

# A larger document is refused unread: parsing and validating it would hold up all other requests.
_MOST_TOKENS = 15_000
# An operation that takes long to plan must not hold up the next: those of many fields, and those
# that turn out not to be quick, are planned one after another, beside the others.
_WORKERS = 3
_QUICK_WORK = 300
_LARGE_FIELDS = 1_000
_LARGE_CHARACTERS = 20_000
_KEPT_OPERATIONS = 2_000
_KEPT_CHARACTERS = 32_000_000

_NO_LABELS: frozenset[str] = frozenset()

Asked = tuple[str, str | None, bool, frozenset[str]]
"""A document, the name of the operation, whether it may defer, and the labels that hold."""
_NormalisedKey = tuple[bytes, str | None, bool, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Checked:
    """An operation that is valid, and not planned yet."""

    key: _NormalisedKey
    document: DocumentNode
    definition: OperationDefinitionNode


class Operations:
    """Turns documents into operations that can run; the same document only once."""

    def __init__(
        self,
        supergraph: Supergraph,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schema = supergraph.api_schema
        self._planner = Planner(supergraph, limits=limits, clock=clock)
        self._kept: OrderedDict[Asked, Operation] = OrderedDict()
        self._kept_characters = 0
        # An operation is here as long as one of its texts is kept.
        self._by_normalised = WeakValueDictionary[_NormalisedKey, Operation]()
        self._in_flight: dict[Asked, asyncio.Future[Operation]] = {}
        self._worker: ThreadPoolExecutor | None = None
        self._worker_of_large: ThreadPoolExecutor | None = None

    def stop_planning(self) -> None:
        """Release the planning threads."""
        for worker in (self._worker, self._worker_of_large):
            if worker is not None:
                worker.shutdown(wait=False, cancel_futures=True)
        self._worker = self._worker_of_large = None

    async def get(
        self,
        text: str,
        name: str | None,
        *,
        may_defer: bool = False,
        labels: frozenset[str] = _NO_LABELS,
    ) -> Operation:
        """Return the operation `name` of the document `text`, in parts if it `may_defer`.

        `labels` are those of `@override(label:)` that hold. A new one is made in a thread, so that
        other requests go on, and made once however many ask for it at that moment. Raises
        `OperationError` and `PlanningError`.
        """
        # Most operations defer nothing, and are the same either way.
        key = (text, name, may_defer and "defer" in text, labels)
        operation = self._kept.get(key)
        if operation is not None:
            self._kept.move_to_end(key)
            return operation
        making = self._in_flight.get(key)
        if making is None:
            making = asyncio.get_running_loop().create_task(self._made(key))
            self._in_flight[key] = making
            making.add_done_callback(lambda made: self._landed(key, made))
        # Shielded: whoever asked first may leave, the others still want it.
        return await asyncio.shield(making)

    def lately_used(self, most: int) -> list[Asked]:
        """Return so many of the operations that are kept, those that were used last first."""
        return list(islice(reversed(self._kept), most))

    async def prepare(self, asked: Iterable[Asked]) -> None:
        """Make operations before somebody asks for them; what is not valid here is left out."""
        for text, name, may_defer, labels in asked:
            with suppress(FederationError):
                await self.get(text, name, may_defer=may_defer, labels=labels)

    def make(
        self,
        text: str,
        name: str | None,
        *,
        may_defer: bool = True,
        labels: frozenset[str] = _NO_LABELS,
    ) -> Operation:
        """Parse, validate and plan. Raises `OperationError` and `PlanningError`."""
        checked = self._checked((text, name, may_defer, labels))
        return checked if isinstance(checked, Operation) else self._planned(checked)

    async def _made(self, key: Asked) -> Operation:
        """Return a new operation, made in threads."""
        if self._worker is None or self._worker_of_large is None:
            self._worker = ThreadPoolExecutor(_WORKERS, "graphwing-plan")
            self._worker_of_large = ThreadPoolExecutor(1, "graphwing-plan-large")
        loop, small, large = asyncio.get_running_loop(), self._worker, self._worker_of_large
        worker = large if len(key[0]) > _LARGE_CHARACTERS else small
        checked = await loop.run_in_executor(worker, self._checked, key)
        if isinstance(checked, Operation):
            return checked
        if worker is small and expanded_fields(checked.document) <= _LARGE_FIELDS:
            with suppress(TakesLongerError):
                return await loop.run_in_executor(small, self._planned, checked, _QUICK_WORK)
        return await loop.run_in_executor(large, self._planned, checked)

    def _checked(self, key: Asked) -> Operation | _Checked:
        """Parse and validate; what is known in other words is returned at once."""
        text, name, may_defer, labels = key
        document = _parsed(text)
        # Documents that differ in spaces and comments only are one operation.
        normalised = (_digest(document), name, may_defer, labels)
        known = self._by_normalised.get(normalised)
        if known is not None:
            return known
        require_valid(self._schema, document)
        return _Checked(normalised, document, _definition(document, name))

    def _planned(self, checked: _Checked, patience: int | None = None) -> Operation:
        _, _, may_defer, labels = checked.key
        document, definition = checked.document, checked.definition
        chosen = definition.name and definition.name.value
        plan = self._planner.plan(
            document, chosen, may_defer=may_defer, labels=labels, patience=patience
        )
        operation = Operation(self._schema, document, definition, plan)
        self._by_normalised[checked.key] = operation
        return operation

    def _landed(self, key: Asked, made: asyncio.Future[Operation]) -> None:
        del self._in_flight[key]
        if made.cancelled() or made.exception() is not None:
            return
        self._kept[key] = made.result()
        self._kept_characters += len(key[0])
        while len(self._kept) > _KEPT_OPERATIONS or self._kept_characters > _KEPT_CHARACTERS:
            (text, *_), _ = self._kept.popitem(last=False)
            self._kept_characters -= len(text)


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=_MOST_TOKENS)
    except GraphQLSyntaxError as error:
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
