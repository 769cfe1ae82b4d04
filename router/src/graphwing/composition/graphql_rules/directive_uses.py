"""Every directive is known, stands where it may, once unless repeatable, with proper arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from graphwing.composition.definitions import (
    AppliedDirective,
    DirectiveDefinition,
    InputValue,
    TypeDefinition,
)
from graphwing.composition.federation_directives import (
    LATEST_FEDERATION,
    federation_directives,
    is_known_version,
)
from graphwing.composition.graphql_rules.input_values import value_complaint
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema, elements_of
from graphwing.composition.type_reference import named_type

# https://spec.graphql.org/October2021/#sec-Type-System.Directives.Built-in-Directives
# `@oneOf` came later: as in the reference, a subgraph that uses it must define it.
BUILT_IN_DIRECTIVES = {
    "skip": DirectiveDefinition(
        "skip",
        {"if": InputValue("if", "Boolean!")},
        ("FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"),
    ),
    "include": DirectiveDefinition(
        "include",
        {"if": InputValue("if", "Boolean!")},
        ("FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"),
    ),
    "deprecated": DirectiveDefinition(
        "deprecated",
        {"reason": InputValue("reason", "String", "No longer supported")},
        ("FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"),
    ),
    "specifiedBy": DirectiveDefinition(
        "specifiedBy", {"url": InputValue("url", "String!")}, ("SCALAR",)
    ),
}
# Any constant is a `fields` or `selection` as far as GraphQL goes; later rules look inside.
_LENIENT = {"key": "fields", "requires": "fields", "provides": "fields", "fromContext": "field"}
# Unless the author's own definition says that it is something else altogether.
_NO_TEXT = frozenset({"Boolean", "Float", "Int"})


def check_known_directives(schema: SubgraphSchema, used: Iterable[str], problems: Problems) -> None:
    """Report those of the `used` directives that are not defined, wherever they stand."""
    if all(name in schema.directives or name in BUILT_IN_DIRECTIVES for name in used):
        return
    checker = _Checker(schema, problems)
    for coordinate, uses, _ in uses_in(schema):
        for use in uses:
            if checker.definition_of(use) is None:
                checker.report_unknown(use, coordinate)


def check_directive_uses(schema: SubgraphSchema, problems: Problems) -> None:
    """Report directives that are misplaced, repeated or wrongly filled in."""
    checker = _Checker(schema, problems)
    for coordinate, uses, location in uses_in(schema):
        checker.check(coordinate, uses, location)


class CarriesDirectives(Protocol):
    """A schema as far as directives stand in it: a subgraph's, or what is merged of them."""

    types: dict[str, TypeDefinition]
    directives: dict[str, DirectiveDefinition]
    schema_directives: list[AppliedDirective]


def uses_in(schema: CarriesDirectives) -> Iterator[tuple[str, list[AppliedDirective], str]]:
    """Yield coordinate, directives and location of everything that carries some."""
    yield "schema", schema.schema_directives, "SCHEMA"
    for definition in schema.types.values():
        for coordinate, element, location in elements_of(definition):
            yield coordinate, element.directives, location
    for definition in schema.directives.values():
        for argument in definition.arguments.values():
            if argument.directives:
                coordinate = f"@{definition.name}({argument.name}:)"
                yield coordinate, argument.directives, "ARGUMENT_DEFINITION"


@dataclass(slots=True)
class _Checker:
    schema: SubgraphSchema
    problems: Problems

    def definition_of(self, use: AppliedDirective) -> DirectiveDefinition | None:
        return self.schema.directives.get(use.name) or BUILT_IN_DIRECTIVES.get(use.name)

    def check(self, coordinate: str, uses: list[AppliedDirective], location: str) -> None:
        seen: set[str] = set()
        for use in uses:
            definition = self.definition_of(use)
            if definition is None:
                continue
            if location not in definition.locations:
                places = ", ".join(definition.locations)
                self._report(
                    f"`@{use.name}` may not stand on {location}, only on {places}",
                    use,
                    coordinate,
                    "move it to where it may stand, or remove it",
                )
            if use.name in seen and not definition.is_repeatable:
                message = f"`@{use.name}` stands here twice"
                self._report(message, use, coordinate, "keep one, or define it as repeatable")
            seen.add(use.name)
            self._check_arguments(use, definition, coordinate)

    def _check_arguments(
        self, use: AppliedDirective, definition: DirectiveDefinition, coordinate: str
    ) -> None:
        for name in use.arguments:
            if name not in definition.arguments:
                message = f"`@{use.name}` has no argument `{name}`"
                known = ", ".join(f"`{it}`" for it in definition.arguments) or "none"
                remedy = f"remove it; the arguments that it has: {known}"
                self._report(message, use, coordinate, remedy)
        for name, argument in definition.arguments.items():
            if name not in use.arguments:
                if argument.is_required:
                    message = f"`@{use.name}` needs its argument `{name}`"
                    self._report(message, use, coordinate, f"give `{name}: {argument.type}`")
                continue
            type_name = named_type(argument.type)
            is_own = definition.position is not None and type_name in self.schema.types
            is_checked = is_own or type_name in _NO_TEXT
            if use.spec is not None and _LENIENT.get(use.spec) == name and not is_checked:
                continue
            complaint = value_complaint(use.arguments[name], argument.type, self.schema.types)
            if complaint is not None:
                message = f"argument `{name}` of `@{use.name}` {complaint}"
                self._report(message, use, coordinate, f"give a value of `{argument.type}`")

    def report_unknown(self, use: AppliedDirective, coordinate: str) -> None:
        self.problems.report(
            "INVALID_GRAPHQL",
            f"`@{use.name}` is not defined here",
            at=[self.schema.at(use.position)],
            coordinate=coordinate,
            remedy=self._remedy(use.name),
        )

    def _remedy(self, name: str) -> str:
        source = self.schema.links.directive_source(name)
        if source is not None and not is_known_version(source[0]):
            return f"link a version of `{source[0].url.identity}` that exists"
        if name not in federation_directives(LATEST_FEDERATION):
            definition = f"@{name}" if name != "oneOf" else "directive @oneOf on INPUT_OBJECT"
            return f"define `{definition}` in this subgraph"
        link = self.schema.links.federation
        if link is None:
            return f"link a federation version that has `@{name}`, and import it"
        if name in federation_directives(link.url.version):
            return f'add "@{name}" to the imports of federation, or write `@{link.name}__{name}`'
        return f"link a later version of federation; {link.url.version} has no `@{name}`"

    def _report(self, message: str, use: AppliedDirective, coordinate: str, remedy: str) -> None:
        self.problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[self.schema.at(use.position)],
            coordinate=coordinate,
            remedy=remedy,
        )
