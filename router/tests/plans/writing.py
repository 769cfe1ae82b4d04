"""Write the parts of a plan from text: selections as GraphQL, paths as dotted words."""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

from graphwing.planner.plan import (
    EntityFetch,
    FieldSelection,
    FragmentSelection,
    Items,
    Key,
    Lookup,
    OnTypes,
    Path,
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
    RootFetch,
    Selection,
)


def selections(text: str) -> tuple[Selection, ...]:
    """Return `text`, a selection set without its braces, as a plan has it."""
    return _selections(_parsed(text))


def path(text: str) -> Path:
    """Return a path written as `artists.[].<Band|Solo>.members`."""
    return tuple(_step(word) for word in text.split(".")) if text else ()


def root(
    fetch_id: int,
    subgraph: str,
    asked: str,
    *,
    variables: str = "",
    at: str = "",
    **rest: Any,  # noqa: ANN401
) -> RootFetch:
    """Return a fetch of root fields; `variables` is their definition, `$id: ID!`."""
    kind = rest.pop("kind", "query")
    head = f"{kind}({variables}) " if variables else f"{kind} "
    return RootFetch(
        id=fetch_id,
        subgraph=subgraph,
        kind=kind,
        operation=f"{head}{{ {asked} }}",
        selections=selections(asked),
        variables=_variable_names(variables),
        path=path(at),
        **rest,
    )


def lookup(
    asked: str,
    at: str,
    types: str,
    *,
    key: str = "id",
    requires: str = "",
    **rest: Any,  # noqa: ANN401
) -> Lookup:
    """Return one `_entities` field; `at` may name several paths, separated by spaces."""
    return Lookup(
        response_key=rest.pop("response_key", "_entities"),
        variable=rest.pop("variable", "representations"),
        paths=tuple(path(one) for one in at.split()),
        representations=tuple(
            Representation(
                types=(one,),
                typename=one,
                key=_copies(_parsed(key)),
                requires=_copies(_parsed(requires)) if requires else (),
            )
            for one in types.split()
        ),
        selections=selections(asked),
        **rest,
    )


def entities(
    fetch_id: int,
    subgraph: str,
    *lookups: Lookup,
    after: tuple[int, ...] = (),
    **rest: Any,  # noqa: ANN401
) -> EntityFetch:
    """Return a fetch of entities."""
    definitions = " ".join(f"${name}: [_Any!]!" for name in {one.variable: 0 for one in lookups})
    fields = " ".join(
        f"{one.response_key}: _entities(representations: ${one.variable}) {{ __typename }}"
        for one in lookups
    )
    operation = f"query ({definitions}) {{ {fields} }}"
    return EntityFetch(
        id=fetch_id, subgraph=subgraph, operation=operation, lookups=lookups, after=after, **rest
    )


def _parsed(text: str) -> SelectionSetNode:
    definition = parse(f"{{ {text} }}", no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


def _selections(selection_set: SelectionSetNode | None) -> tuple[Selection, ...]:
    made: list[Selection] = []
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            made.append(
                FieldSelection(
                    name=node.name.value,
                    response_key=(node.alias or node.name).value,
                    arguments=tuple(
                        (one.name.value, print_ast(one.value)) for one in node.arguments or ()
                    ),
                    selections=_selections(node.selection_set),
                )
            )
        else:
            assert isinstance(node, InlineFragmentNode)
            condition = node.type_condition
            made.append(
                FragmentSelection(
                    type_condition=condition.name.value if condition else None,
                    selections=_selections(node.selection_set),
                )
            )
    return tuple(made)


def _copies(selection_set: SelectionSetNode | None) -> tuple[RepresentationSelection, ...]:
    made: list[RepresentationSelection] = []
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            # `alias: name` reads the value at the alias and sends it under the name.
            read_at = (node.alias or node.name).value
            made.append(RepresentationField(node.name.value, read_at, _copies(node.selection_set)))
        else:
            assert isinstance(node, InlineFragmentNode)
            assert node.type_condition is not None
            condition = (node.type_condition.name.value,)
            made.append(RepresentationFragment(condition, _copies(node.selection_set)))
    return tuple(made)


def _step(word: str) -> Key | Items | OnTypes:
    if word == "[]":
        return Items()
    if word.startswith("<"):
        return OnTypes(tuple(word[1:-1].split("|")))
    return Key(word)


def _variable_names(definitions: str) -> tuple[str, ...]:
    return tuple(
        word.removeprefix("$").removesuffix(":")
        for word in definitions.split()
        if word.startswith("$")
    )
