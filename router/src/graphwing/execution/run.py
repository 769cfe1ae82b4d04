"""What the fetches of one request share: the tree they fill, the errors, and the way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from graphwing.errors import SubgraphError
from graphwing.execution.answer import read_raw_answer
from graphwing.execution.renames import rename
from graphwing.execution.response_errors import ErrorLog
from graphwing.execution.transport import Endpoint, SubgraphAnswer, SubgraphRequest
from graphwing.execution.tree import Failure, Object, copied, mark_missing, merge
from graphwing.planner.plan import Condition, OperationKind, Rename, Selection


class Run:
    """The state of one request while its fetches run."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        abstract: AbstractSet[str],
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> None:
        self.tree: Object = {}
        self.errors = ErrorLog()
        self.failures: list[SubgraphError] = []
        self._endpoints = endpoints
        self._abstract = abstract
        self._variables = variables
        self._headers = headers

    def all_hold(self, conditions: Iterable[Condition]) -> bool:
        """Return whether every condition has the value that the plan wants."""
        return all(
            self._variables.get(condition.variable) is condition.expected
            for condition in conditions
        )

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the client's variables of these names that have a value."""
        return {name: self._variables[name] for name in names if name in self._variables}

    async def ask(
        self, subgraph: str, operation: str, variables: Mapping[str, Any], kind: OperationKind
    ) -> SubgraphAnswer:
        """Return the subgraph's answer; if there is none, an answer with one error and no data."""
        endpoint = self._endpoints[subgraph]
        request = SubgraphRequest(operation, variables, self._headers, kind)
        try:
            sent = await endpoint.transport.send(request, timeout=endpoint.timeout)
            return read_raw_answer(sent)
        except SubgraphError as error:
            self.failures.append(error)
            return SubgraphAnswer(
                None, ({"message": str(error), "extensions": {"code": error.code}},)
            )

    def merge_into(
        self, targets: Sequence[Object], answer: Object, renames: Sequence[Rename]
    ) -> None:
        """Merge an answer into each of the objects it is for; they share nothing afterwards."""
        rename(answer, renames, self._abstract)
        copies = [{key: copied(value) for key, value in answer.items()} for _ in targets[1:]]
        for target, its_own in zip(targets, (answer, *copies), strict=True):
            merge(target, its_own, self._abstract)

    def owe(
        self,
        targets: Iterable[Object],
        selections: Sequence[Selection],
        renames: Sequence[Rename],
        failure: Failure | None,
    ) -> None:
        """Note in each object that what `selections` would have brought is missing, and why."""
        for target in targets:
            owed: Object = {}
            mark_missing(owed, selections, failure)
            rename(owed, renames, self._abstract)
            merge(target, owed, self._abstract)
