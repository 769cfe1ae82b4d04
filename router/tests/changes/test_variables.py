"""An operation is named exactly if a value that could be sent for a variable is refused now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any, cast

import graphql
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    print_ast,
    validate,
    validate_schema,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.inputs import RandomInputs, values
from graphwing.supergraph import api_changes, check_operations, operations_in

# Its functions are typed in part only.
_graphql = cast("Any", graphql)


def operations(random: Random, api: RandomInputs) -> Iterator[DocumentNode]:
    """Yield operations that use variables for arguments, for fields and for items of lists."""
    for name, text in api.arguments.items():
        of_type, _, default = text.partition(" = ")
        others = [
            f"{other}: $o"
            for other, its in api.arguments.items()
            if other != name and its.partition(" = ")[0].endswith("!") and " = " not in its
        ]
        other_type = next((api.arguments[it[0]] for it in others), None)
        more = f", $o: {other_type}" if other_type else ""
        plain = of_type.removesuffix("!") if default or random.random() < 0.3 else of_type
        own = f" = {default}" if default and random.random() < 0.5 else ""
        given_ = [(plain + own, "$v")]
        inner = of_type.strip("!")
        if inner.startswith("["):
            given_.append((inner[1:-1], "[$v]"))
        for field, item in api.inputs.get(inner, {}).items():
            given_.append((item.partition(" = ")[0], f"{{ {field}: $v }}"))
        for variable, value in given_:
            arguments = ", ".join([f"{name}: {value}", *others])
            yield parse(f"query($v: {variable}{more}) {{ f({arguments}) }}")


def is_refused(schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> bool:
    result = _graphql.execute_sync(schema, document, variable_values=variables, root_value={"f": 1})
    errors: list[GraphQLError] = result.errors or []
    return bool(errors)


def does_break(old: GraphQLSchema, new: GraphQLSchema, document: DocumentNode) -> bool:
    if validate(new, document):
        return True
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    candidates: dict[str, list[object]] = {}
    for definition in operation.variable_definitions or ():
        of_type = _graphql.type_from_ast(old, definition.type)
        candidates[definition.variable.name.value] = values(of_type)
    usual = {name: all_[-1] for name, all_ in candidates.items()}
    sent = [{**usual, name: value} for name, all_ in candidates.items() for value in all_]
    sent += [{name: usual[name] for name in usual if name != left} for left in usual]
    return any(not is_refused(old, document, it) and is_refused(new, document, it) for it in sent)


def outcomes(seed: int) -> Counter[str]:
    """Compare both for operations on one pair of APIs, and return how often there was what."""
    random, counts = Random(seed), Counter[str]()  # noqa: S311 - reproducible, not a secret
    before = RandomInputs.made(random)
    after = before.changed()
    old, new = (build_schema(it.sdl(), assume_valid_sdl=True) for it in (before, after))
    if validate_schema(old) or validate_schema(new):
        return counts
    for document in operations(random, before):
        if validate(old, document):
            continue
        breaks = does_break(old, new, document)
        found = check_operations(
            operations_in(document, "a.graphql", {}), old, new, api_changes(old, new)
        )
        text = f"{before.sdl()}\n--- becomes\n{after.sdl()}\n--- asked\n{print_ast(document)}"
        assert bool(found.broken) is breaks, f"{text}\n{found.broken}"
        counts["valid and broken" if breaks and not validate(new, document) else str(breaks)] += 1
    return counts


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_an_operation_is_named_exactly_if_it_breaks(seed: int) -> None:
    outcomes(seed)


def test_all_that_can_happen_does_happen() -> None:
    """Without this, the test above might compare nothing."""
    counts = sum(map(outcomes, range(30)), Counter[str]())

    assert counts["valid and broken"] >= 5
    assert counts["True"] >= 5
    assert counts["False"] >= 20
