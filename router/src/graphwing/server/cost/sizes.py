"""How long a list may be: what the client asks for, or what the schema lets expect.

https://ibm.github.io/graphql-specs/cost-spec.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from graphql import FieldNode, ValueNode

from graphwing.server.cost.inputs import has_variable, value_of
from graphwing.server.cost.program import Amount, Program, Variables
from graphwing.server.cost.weights import FieldWeight, ListSize

Complain = Callable[[str, tuple[str, ...]], None]
"""Is told of a field that is not sliced as it has to be, and of the arguments that do it."""

_Given = Sequence[tuple[ValueNode | None, ValueNode | None]]
"""The slicing arguments, each as it is written and as it is by default."""


def expected_size(  # noqa: PLR0913, PLR0917 - all of it decides
    program: Program,
    field: FieldWeight,
    size: ListSize,
    node: FieldNode,
    default: int,
    complain: Complain,
) -> Amount:
    """Return how many items a field may have, or those below it that are sized by it.

    `default` holds where neither the client nor the schema says anything.
    """
    written = {argument.name.value: argument.value for argument in node.arguments or ()}
    given = [
        (written.get(name), field.arguments[name].default)
        for name in size.slicing
        if name in field.arguments
    ]
    reading = partial(_size, field.coordinate, size, given, default, complain)
    if any(value is not None and has_variable(value) for value, _ in given):
        return program.read(reading)
    return reading({})


def _size(  # noqa: PLR0913, PLR0917 - as above
    coordinate: str,
    size: ListSize,
    given: _Given,
    default: int,
    complain: Complain,
    variables: Variables,
) -> int:
    values = [value_of(written, fallback, variables) for written, fallback in given]
    wanted = [value for value in values if isinstance(value, int)]
    if size.requires_one and given and len(wanted) != 1:
        complain(coordinate, size.slicing)
    assumed = default if size.assumed is None else size.assumed
    if not wanted:
        return assumed
    # What a subgraph makes of a negative number nobody knows: surely not less than usual.
    return max(value if value >= 0 else assumed for value in wanted)
