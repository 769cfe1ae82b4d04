"""Uses of composed directives follow the one definition that the supergraph has of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graphwing.composition.definitions import AppliedDirective, DirectiveDefinition
from graphwing.composition.graphql_rules.directive_uses import uses_in
from graphwing.composition.graphql_rules.input_values import coerced, value_complaint
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.problems import Place
from graphwing.composition.values import ConstValue, same_value


def check_composed_uses(merge: Merge) -> None:
    """Make values what the definition takes; report uses that only an older definition allows."""
    if not merge.composed:
        return
    for coordinate, uses, location in uses_in(merge):
        for index, use in enumerate(uses):
            if use.spec is None and use.name in merge.composed:
                definition = merge.directives[use.name]
                arguments = {
                    name: _value(merge, definition, name, value)
                    for name, value in use.arguments.items()
                }
                uses[index] = replace(use, arguments=arguments)
                for code, complaint in _complaints(merge, uses[index], definition, location):
                    _report(merge, code, complaint, use, coordinate)


def _value(
    merge: Merge, definition: DirectiveDefinition, name: str, value: ConstValue
) -> ConstValue:
    argument = definition.arguments.get(name)
    return value if argument is None else coerced(value, argument.type, merge.types)


def _complaints(
    merge: Merge, use: AppliedDirective, definition: DirectiveDefinition, location: str
) -> Iterator[tuple[str, str]]:
    """Yield codes and what is wrong with `use`, as the end of a sentence about it."""
    code = "DIRECTIVE_COMPOSITION_ERROR"
    if location not in definition.locations:
        yield code, f"stands on {location}, which is no place for it"
    for name, argument in definition.arguments.items():
        if name not in use.arguments and argument.is_required:
            yield code, f"lacks the argument `{name}`, which is required"
    for name, value in use.arguments.items():
        if name not in definition.arguments:
            yield code, f"has an argument `{name}` that it does not take"
        # A null that may not be one is taken, as in the reference.
        elif value is not None:
            complaint = value_complaint(value, definition.arguments[name].type, merge.types)
            if complaint is not None:
                yield "INVALID_GRAPHQL", f"has an argument `{name}` that {complaint}"


def _report(
    merge: Merge, code: str, complaint: str, use: AppliedDirective, coordinate: str
) -> None:
    merge.problems.report(
        code,
        f"by the definition of `@{use.name}` that is composed, its use here {complaint}",
        at=_places(merge, use, coordinate),
        coordinate=coordinate,
        remedy="define the directive alike in all subgraphs, or adapt its use to the newest form",
    )


def _places(merge: Merge, use: AppliedDirective, coordinate: str) -> Iterator[Place]:
    for subgraph in merge.subgraphs:
        for place, found, _ in uses_in(subgraph.schema):
            for own in found if place == coordinate else ():
                if (
                    own.name == use.name
                    and own.spec is None
                    and same_value(own.arguments, use.arguments)
                ):
                    yield subgraph.schema.at(own.position)
