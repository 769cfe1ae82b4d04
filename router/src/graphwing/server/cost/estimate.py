"""What an operation will cost at most, as far as its document and variables tell.

Each field counts as often as the lists that it stands in may be long; of the types that an object
may have, the dearest counts. What is asked twice in one place counts once, for it is fetched once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    OperationDefinitionNode,
    is_abstract_type,
)

from graphwing.server.cost.collected import Collected, Key, Sets, key_of, selection_sets
from graphwing.server.cost.inputs import cost_of_arguments
from graphwing.server.cost.program import MOST, Amount, Program, Reading, Variables
from graphwing.server.cost.sizes import Complain, expected_size
from graphwing.server.cost.weights import MUTATION, FieldWeight, Weights

_Sized = tuple[tuple[str, Amount], ...]
"""How many items fields below have, where `@listSize(sizedFields:)` above them says it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one operation will cost."""

    amount: int | Reading

    @property
    def constant(self) -> int | None:
        """Return the cost, unless variables decide about it."""
        return self.amount if isinstance(self.amount, int) else None

    def cost(self, variables: Variables) -> int:
        """Return the cost with these variables, which are coerced already."""
        amount = self.amount
        return amount if isinstance(amount, int) else min(amount(variables), MOST)


def estimate(
    weights: Weights,
    collected: Collected,
    definition: OperationDefinitionNode,
    *,
    list_size: int,
    complain: Complain,
) -> Estimate:
    """Return what the operation `definition` will cost, of a valid document that is `collected`.

    `complain` is told of fields that are not sliced as the schema requires, here or when the
    variables are known. Raises `TooMuchToCollectError` and, for one that is nested too deeply,
    `RecursionError`.
    """
    root_type = weights.schema.get_root_type(definition.operation)
    if root_type is None:
        raise ValueError("the document is not valid")
    estimation = _Estimation(weights, collected, list_size, complain)
    root = (definition.selection_set,)
    program = estimation.program
    # As with fields, what is negative does not pay for something else.
    directives = program.largest([estimation.directives(definition.directives)])
    base = MUTATION if definition.operation.value == "mutation" else 0
    total = program.total((base, directives, estimation.selections(root_type, root, ())))
    amount = total if isinstance(total, int) else program.compiled(total)
    return Estimate(amount)


class _Estimation:
    """Adds up one operation; the same selections of the same type once."""

    def __init__(
        self, weights: Weights, collected: Collected, list_size: int, complain: Complain
    ) -> None:
        self.program = Program()
        self.collected = collected
        self._weights = weights
        self._list_size = list_size
        self._complain = complain
        self._known: dict[tuple[Key, _Sized], Amount] = {}

    def selections(self, of: GraphQLObjectType, sets: Sets, sized: _Sized) -> Amount:
        """Return what the selections of one object of this type cost."""
        key = key_of(of, sets), sized
        known = self._known.get(key)
        if known is None:
            sizes = dict(sized)
            amounts = [self._field(of, nodes, sizes) for nodes in self.collected.fields(of, sets)]
            known = self._known[key] = self.program.total(amounts)
        return known

    def directives(self, nodes: Iterable[DirectiveNode] | None) -> Amount:
        """Return what the arguments of directives cost."""
        known = self._weights.directives
        return self.program.total(
            cost_of_arguments(
                self._weights, self.program, known[node.name.value], node.arguments or ()
            )
            for node in nodes or ()
            if node.name.value in known
        )

    def _field(
        self, of: GraphQLObjectType, nodes: Sequence[FieldNode], sizes: Mapping[str, Amount]
    ) -> Amount:
        """Return what a field costs; `nodes` are all that ask for it in this place."""
        node = nodes[0]
        field = self._weights.field(of, node.name.value)
        if field is None:
            return 0
        items, sized = self._items(field, node, sizes)
        each = self._each(field, selection_sets(nodes), sized)
        program = self.program
        arguments = cost_of_arguments(self._weights, program, field.arguments, node.arguments or ())
        directives = [self.directives(one.directives) for one in nodes]
        # Negative weights are there to make something cheaper, not to pay for something else.
        return program.largest(
            [program.total((program.product(items, each), arguments, *directives))]
        )

    def _each(self, field: FieldWeight, below: Sets, sized: _Sized) -> Amount:
        """Return what each item of a field costs, the dearest if there are several types."""
        return self.program.largest(
            self.program.total(
                (
                    self._weights.type(one) if field.weight is None else field.weight,
                    self.selections(one, below, sized) if isinstance(one, GraphQLObjectType) else 0,
                )
            )
            for one in self._possible(field.type)
        )

    def _possible(self, of: GraphQLNamedType) -> Sequence[GraphQLNamedType]:
        return self._weights.schema.get_possible_types(of) if is_abstract_type(of) else (of,)

    def _items(
        self, field: FieldWeight, node: FieldNode, sizes: Mapping[str, Amount]
    ) -> tuple[Amount, _Sized]:
        """Return how many items a field has, and how many the fields below it that it sizes."""
        size = field.size
        items = sizes.get(node.name.value) if field.lists else None
        sized: _Sized = ()
        if size is not None:
            expected = expected_size(
                self.program, field, size, node, self._list_size, self._complain
            )
            if size.sized:
                sized = tuple((name, expected) for name in size.sized)
            elif items is None:
                items = expected
        if not field.lists:
            return 1, sized
        if items is None:
            items = self._list_size
        # A list in a list is as long as any.
        return self.program.product(items, self._list_size ** (field.lists - 1)), sized
