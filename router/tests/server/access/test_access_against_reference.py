"""Random operations and rights: the answer is that of an executor that refuses field by field."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwing import Router, Subgraph, SubgraphAnswer
from graphwing.composition import SubgraphSdl, compose
from graphwing.execution.transport import SubgraphRequest
from graphwing.server.access.authorization import Authorization, Caller

# By coordinate: a policy, if it takes one, and the type of the field.
TYPES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Query": {
        "a": ("p", "A"),
        "again": ("", "A"),
        "b": ("", "B!"),
        "us": ("", "[U]"),
        "i": ("", "I"),
    },
    "A": {
        "id": ("", "ID"),
        "x": ("p", "Int"),
        "need": ("q", "Int!"),
        "b": ("r", "B"),
        "u": ("", "U"),
    },
    "B": {"id": ("", "ID"), "x": ("q", "Int"), "as": ("p", "[A!]"), "c": ("", "C"), "i": ("", "I")},
    "C": {"id": ("", "ID"), "a": ("", "A"), "must": ("", "B!")},
    "I": {"id": ("", "ID"), "x": ("p q", "Int")},
}
"""Reading `x` through the interface takes what reading it of its implementations takes."""
WHOLE_TYPES = {"C": "r"}
UNION = "union U = B | C"
RUNTIME = {"U": ("B", "C"), "I": ("A", "B")}
LINK = """extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@policy"])
"""


def sdl(*, with_policies: bool) -> str:
    def mark(policy: str) -> str:
        return f' @policy(policies: [["{policy}"]])' if policy and with_policies else ""

    types: list[str] = []
    for name, fields in TYPES.items():
        lines = " ".join(
            # Composition brings them to the interface.
            f"{key}: {of}{'' if name == 'I' else mark(policy)}"
            for key, (policy, of) in fields.items()
        )
        kind = "interface" if name == "I" else "type"
        implements = " implements I" if name in {"A", "B"} else ""
        types.append(f"{kind} {name}{implements}{mark(WHOLE_TYPES.get(name, ''))} {{ {lines} }}")
    return (LINK if with_policies else "") + "\n".join([*types, UNION])


PLAIN = build_schema(sdl(with_policies=False))
GRAPH = compose([SubgraphSdl("all", "http://all.test/", sdl(with_policies=True))])


def needed(type_name: str, field: str) -> set[str]:
    if field == "__typename":
        return set()
    policy, of = TYPES[type_name][field]
    return {*policy.split(), *WHOLE_TYPES.get(of.strip("[]!"), "").split()}


def withheld(
    selections: SelectionSetNode, type_name: str, holding: Collection[str], above: set[str]
) -> Iterator[int]:
    """The ids of the fields that may not be read, found without any cleverness."""
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else type_name
            inside = above | set(WHOLE_TYPES.get(condition, "").split())
            yield from withheld(node.selection_set, condition, holding, inside)
        elif isinstance(node, FieldNode):
            name = node.name.value
            if name != "__typename" and (above | needed(type_name, name)) - set(holding):
                yield id(node)
            if node.selection_set is not None:
                below = TYPES[type_name][name][1].strip("[]!")
                yield from withheld(node.selection_set, below, holding, set())


def value(of: str, depth: int) -> Any:  # noqa: ANN401
    """What a resolver returns: the same for the same type and depth."""
    if of.endswith("!"):
        return value(of[:-1], depth)
    if of.startswith("["):
        return [value(of[1:-1], depth + one) for one in range(2)]
    if of in {"Int", "ID"}:
        return depth
    return {"__typename": RUNTIME.get(of, (of,))[depth % len(RUNTIME.get(of, (of,)))], "at": depth}


def reference(operation: str, holding: Collection[str]) -> tuple[Any, set[tuple[str | int, ...]]]:
    """What an executor answers that refuses each field of which no occurrence may be read."""
    document = parse(operation)
    (definition,) = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    refused = set(withheld(definition.selection_set, "Query", holding, set()))

    def resolve(source: Mapping[str, Any] | None, info: Any) -> Any:  # noqa: ANN401
        if all(id(node) in refused for node in info.field_nodes):
            raise GraphQLError("refused")
        return value(str(info.return_type), (source or {"at": 0})["at"] + 1)

    result = execute_sync(PLAIN, document, field_resolver=resolve)
    return result.data, {tuple(one.path or ()) for one in result.errors or ()}


async def answer(request: SubgraphRequest) -> SubgraphAnswer:
    def resolve(source: Mapping[str, Any] | None, info: Any) -> Any:  # noqa: ANN401
        return value(str(info.return_type), (source or {"at": 0})["at"] + 1)

    result = execute_sync(PLAIN, parse(request.operation), field_resolver=resolve)
    assert not result.errors
    return SubgraphAnswer(result.data)


async def answered(
    operation: str, holding: Collection[str]
) -> tuple[Any, set[tuple[str | int, ...]]]:
    async def policies(_names: frozenset[str], _caller: Caller) -> Collection[str]:
        return holding

    subgraph = Subgraph(sdl=sdl(with_policies=True), answer=answer)
    async with Router({"all": subgraph}, authorization=Authorization(policies=policies)) as router:
        response = await router.execute(operation)
    return response.get("data"), {tuple(one["path"]) for one in response.get("errors", ())}


@st.composite
def selections(draw: st.DrawFn, type_name: str, depth: int) -> str:
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        conditions = [one for one in RUNTIME.get(type_name, ()) if depth < 4]
        if conditions and draw(st.booleans()):
            condition = draw(st.sampled_from(conditions))
            parts.append(f"... on {condition} {draw(selections(condition, depth + 1))}")
            continue
        names = [
            name
            for name, (_, of) in TYPES.get(type_name, {}).items()
            if depth < 4 or of.strip("[]!") in {"Int", "ID"}
        ]
        name = draw(st.sampled_from([*names, "__typename"]))
        if name == "__typename":
            parts.append(name)
            continue
        of = TYPES[type_name][name][1].strip("[]!")
        # An alias for each type and field, so that all selections can stand beside one another.
        field = f"{type_name}_{name}: {name}"
        parts.append(field if of in {"Int", "ID"} else f"{field} {draw(selections(of, depth + 1))}")
    return "{ " + " ".join(parts) + " }"


@settings(max_examples=200, deadline=None)
@given(selections("Query", 0), st.sets(st.sampled_from("pqr")))
def test_the_answer_is_that_of_an_executor_that_refuses_field_by_field(
    operation: str, holding: set[str]
) -> None:
    assert asyncio.run(answered(operation, holding)) == reference(operation, holding)
