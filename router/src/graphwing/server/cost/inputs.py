"""What the arguments of a field or directive cost.

https://ibm.github.io/graphql-specs/cost-spec.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from graphql import (
    ArgumentNode,
    GraphQLInputObjectType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from graphwing.server.cost.program import Amount, Program, Variables
from graphwing.server.cost.weights import InputWeight, Weights


def cost_of_arguments(
    weights: Weights,
    program: Program,
    inputs: Mapping[str, InputWeight],
    given: Iterable[ArgumentNode],
) -> Amount:
    """Return what arguments cost: those that are `given`, and those that have a default."""
    nodes = {argument.name.value: argument.value for argument in given}
    return program.total(
        _cost(weights, program, one, nodes.get(name))
        for name, one in inputs.items()
        if not weights.is_free(one)
    )


def _cost(weights: Weights, program: Program, one: InputWeight, node: ValueNode | None) -> Amount:
    if node is not None and has_variable(node):

        def reading(variables: Variables) -> int:
            return cost_of_value(weights, one, value_of(node, one.default, variables))

        return program.read(reading)
    return cost_of_value(weights, one, value_of(node, one.default, {}))


def value_of(node: ValueNode | None, default: ValueNode | None, variables: Variables) -> Any:  # noqa: ANN401 - any of JSON
    """Return the value of an argument, or its default, or nothing."""
    value = Undefined
    if isinstance(node, VariableNode):
        value = variables.get(node.name.value, Undefined)
    elif node is not None:
        value = value_from_ast_untyped(node, dict(variables))
    if value is Undefined and default is not None:
        value = value_from_ast_untyped(default)
    return None if value is Undefined else value


def has_variable(node: ValueNode) -> bool:
    """Return whether a value depends on variables."""
    pending = [node]
    while pending:
        match pending.pop():
            case VariableNode():
                return True
            case ListValueNode() as node:
                pending += node.values
            case ObjectValueNode() as node:
                pending += [field.value for field in node.fields]
            case _:
                pass
    return False


def cost_of_value(weights: Weights, one: InputWeight, value: object) -> int:
    """Return what an argument or input field costs with this value; nothing if it is null."""
    cost = 0
    pending = [(one, value)]
    while pending:
        one, value = pending.pop()
        if value is None or value is Undefined:
            continue
        if one.weight is not None:
            cost += one.weight
        for each in _items(value):
            if one.weight is None:
                cost += weights.type(one.type)
            if isinstance(one.type, GraphQLInputObjectType) and isinstance(each, Mapping):
                known = weights.input_fields(one.type)
                entries = cast("Mapping[str, object]", each)
                pending += [(known[name], entries[name]) for name in entries if name in known]
    return cost


def _items(value: object) -> Iterator[object]:
    """Yield what a value consists of, however many lists it is in; nulls are nothing."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending += cast("list[object]", each)
        elif each is not None and each is not Undefined:
            yield each
