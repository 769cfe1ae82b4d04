"""Hold operations to what they may cost."""

from __future__ import annotations

import logging
from collections import Counter
from weakref import WeakKeyDictionary

from graphql import DocumentNode, OperationDefinitionNode
from msgspec import Raw
from msgspec.structs import replace

from graphwing.errors import OperationCostError, OperationError, SlicingArgumentsError
from graphwing.exact_json import decode_json
from graphwing.execution import ExecutionResult, Operation
from graphwing.server.cost.actual import Response
from graphwing.server.cost.collected import Collected, TooMuchToCollectError
from graphwing.server.cost.estimate import Estimate, estimate
from graphwing.server.cost.program import MOST, Variables
from graphwing.server.cost.weights import MUTATION, Weights
from graphwing.server.operations.validation import too_deep
from graphwing.server.settings.demand_control import DemandControl
from graphwing.supergraph import Supergraph

_log = logging.getLogger("graphwing")

# A name may be as long as the document.
_CHARACTERS_LOGGED = 100


class CostBudget:
    """What operations on one supergraph may cost."""

    def __init__(self, supergraph: Supergraph, control: DemandControl) -> None:
        self.exceeded = Counter[str]()
        """How many operations were beyond the budget, by the code of what is wrong."""
        self._weights = Weights(supergraph)
        self._control = control
        self._enforces = control.mode == "enforce"
        self._tells = control.extensions or control.headers
        self._prices = WeakKeyDictionary[Operation, Price]()

    def price(self, document: DocumentNode, definition: OperationDefinitionNode) -> Price:
        """Return what an operation will cost.

        Raises `OperationCostError` when that is too much whatever the variables are, and
        `SlicingArgumentsError`, if they are enforced.
        """
        price = Price(self, definition)
        collected = Collected(self._weights.schema, document)
        try:
            found = estimate(
                self._weights,
                collected,
                definition,
                list_size=self._control.list_size,
                complain=price.complain_of_slicing,
            )
        except RecursionError as error:
            raise too_deep() from error
        except TooMuchToCollectError:
            self._hold(price, MOST)
            return price
        price.estimate = found
        if self._control.actual and self._tells:
            price.response = Response(self._weights, collected)
        if found.constant is not None:
            self._hold(price, found.constant)
        return price

    def keep(self, operation: Operation, price: Price) -> None:
        """Remember what an operation will cost."""
        self._prices[operation] = price

    def require(self, operation: Operation, variables: Variables) -> None:
        """Raise what `price` does, for an operation that is too dear with these variables."""
        price = self._prices[operation]
        found = price.estimate
        if found is not None and found.constant is None:
            self._hold(price, found.cost(variables))

    def told(
        self, result: ExecutionResult, operation: Operation, variables: Variables
    ) -> ExecutionResult:
        """Return the result with what it costs, if clients are told."""
        price = self._prices[operation]
        found = price.estimate
        if found is None or not self._tells:
            return result
        cost = {"estimated": found.cost(variables)}
        if self._control.max is not None:
            cost["max"] = self._control.max
        if price.response is not None:
            cost["actual"] = self._actual(price.response, operation, result)
        if self._control.extensions:
            result = replace(result, extensions={**(result.extensions or {}), "cost": cost})
        if self._control.headers:
            headers = [(f"x-cost-{name}", str(value)) for name, value in cost.items()]
            result = replace(result, headers=[*result.headers, *headers])
        return result

    def _actual(self, response: Response, operation: Operation, result: ExecutionResult) -> int:
        base = MUTATION if operation.plan.kind == "mutation" else 0
        data = decode_json(result.data) if isinstance(result.data, Raw) else result.data
        if data is None:
            return base
        root_type = self._weights.schema.get_root_type(operation.definition.operation)
        assert root_type is not None  # noqa: S101 - the operation is valid
        return base + response.cost(root_type, (operation.definition.selection_set,), data)

    def _hold(self, price: Price, cost: int) -> None:
        most = self._control.max
        if most is not None and cost > most:
            price.complain(OperationCostError(cost, most), of="its cost")

    def exceed(self, error: OperationError) -> None:
        """Count an error, and raise it if the budget is enforced."""
        self.exceeded[error.code] += 1
        if self._enforces:
            raise error


class Price:
    """What one operation will cost, and what is wrong with that."""

    def __init__(self, budget: CostBudget, definition: OperationDefinitionNode) -> None:
        self.estimate: Estimate | None = None
        """It is missing for an operation that takes too much work to estimate."""
        self.response: Response | None = None
        """Adds up the responses, if that is wanted."""
        self._budget = budget
        self._name = definition.name.value if definition.name else "without a name"
        self._logged: set[str] = set()

    def complain(self, error: OperationError, *, of: str) -> None:
        """Raise an error, if the budget is enforced; else it is logged the first time."""
        self._budget.exceed(error)
        if of not in self._logged:
            self._logged.add(of)
            name = self._name[:_CHARACTERS_LOGGED]
            _log.warning("operation %s: %s [%s]", name, error, error.code)

    def complain_of_slicing(self, coordinate: str, arguments: tuple[str, ...]) -> None:
        """Raise the error about a list of which it is not said how much is wanted."""
        self.complain(SlicingArgumentsError(coordinate, arguments), of=coordinate)
