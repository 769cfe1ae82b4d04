"""Check what a subgraph itself defines of a specification against that specification."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphwing.composition.definitions import (
    ABSENT,
    BUILT_IN_SCALARS,
    DirectiveDefinition,
    InputValue,
    TypeKind,
)
from graphwing.composition.federation_directives import (
    UPGRADED_FEDERATION,
    federation_directives,
    specification_directives,
    specification_types,
)
from graphwing.composition.graphql_rules.directive_uses import BUILT_IN_DIRECTIVES
from graphwing.composition.links import Links
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl
from graphwing.composition.type_reference import (
    TypeReference,
    is_list,
    is_non_null,
    item_type,
    nullable,
)
from graphwing.composition.values import print_value, same_value

_TYPE_KINDS = {"Purpose": TypeKind.ENUM}
# As in the reference, those that operations have for how they are answered are among them.
_BUILT_IN_NAMES = (*BUILT_IN_DIRECTIVES, "defer", "stream")
_REMEDY = "remove the definition; composition adds it"
_NOT_CHECKED = frozenset({"Any"})
_FIELD_SET = "federation__FieldSet"
_FIELD_SET_OF_FEDERATION_1 = "_FieldSet"


def check_definitions(subgraph: str, read: ReadSdl, links: Links, problems: Problems) -> None:
    """Report definitions of a specification's directives and types that do not agree with it."""
    checker = _Checker(subgraph, read, links, problems)
    for name in read.types:
        checker.check_type(name)
    for definition in read.directives.values():
        if links.federation is not None or not is_outdated(definition):
            checker.check_directive(definition)
    checker.check_built_in_names()


def is_outdated(definition: DirectiveDefinition) -> bool:
    """Return whether `definition` is one that old Federation 1 libraries add, and not meant."""
    if definition.name not in {"key", "requires", "provides"}:
        return False
    types = {name: argument.type for name, argument in definition.arguments.items()}
    return types in ({}, {"fields": "String"}, {"fields": "_FieldSet"})


@dataclass(slots=True)
class _Checker:
    subgraph: str
    read: ReadSdl
    links: Links
    problems: Problems

    def check_type(self, name: str) -> None:
        element = self._type_element(name)
        if element is None:
            return
        expected = _TYPE_KINDS.get(element, TypeKind.SCALAR)
        definition = self.read.types[name]
        if definition.kind is not expected:
            self.problems.report(
                "TYPE_DEFINITION_INVALID",
                f"`{name}` is `{definition.kind.value}` here, and `{expected.value}`"
                " in the specification that it comes from",
                at=[(self.subgraph, definition.position)],
                coordinate=name,
                remedy=_REMEDY,
            )

    def _type_element(self, name: str) -> str | None:
        """Return what `name` is in its specification, if it is to be checked."""
        if name == _FIELD_SET_OF_FEDERATION_1:
            return name if self.links.has_old_field_sets else None
        source = self.links.type_source(name)
        if source is None:
            return None
        link, element = source
        if element == "FieldSet" and self.links.has_old_field_sets:
            return None
        known = element in specification_types(link) and element not in _NOT_CHECKED
        return element if known and not link.url.identity.endswith("/connect") else None

    def check_directive(self, definition: DirectiveDefinition) -> None:
        expected = self._expected(definition.name)
        if expected is None:
            return
        if definition.name == self.links.link_name and self.links.is_self_linked:
            if definition.name != "link":
                # Nobody but the author says what a renamed `@link` is.
                return
            definition, expected = _without_imports(definition), _without_imports(expected)
        for complaint in self._complaints(definition, expected):
            self.problems.report(
                "DIRECTIVE_DEFINITION_INVALID",
                f"the definition of `@{definition.name}` {complaint}",
                at=[(self.subgraph, definition.position)],
                coordinate=f"@{definition.name}",
                remedy="remove the definition, which composition adds, or make it agree",
            )

    def check_built_in_names(self) -> None:
        """Report directives of a specification that are imported as those of GraphQL itself."""
        for name in _BUILT_IN_NAMES:
            source = self.links.directive_source(name)
            if source is None or name in self.read.directives:
                continue
            link, element = source
            if element in (specification_directives(link) or {}):
                self.problems.report(
                    "DIRECTIVE_DEFINITION_INVALID",
                    f"`@{element}` of `{link.url}` is called `@{name}` here, which is another"
                    " directive for GraphQL itself",
                    at=[(self.subgraph, link.position)],
                    coordinate=f"@{name}",
                    remedy="give it another name with `as`",
                )

    def _expected(self, name: str) -> DirectiveDefinition | None:
        source = self.links.directive_source(name)
        if source is not None:
            link, element = source
            return (specification_directives(link) or {}).get(element)
        if self.links.federation is not None:
            return None
        known = federation_directives(None).get(name)
        return known or federation_directives(UPGRADED_FEDERATION).get(name)

    def _complaints(self, actual: DirectiveDefinition, expected: DirectiveDefinition) -> list[str]:
        complaints = [
            f"has an argument `{name}`, which the specification does not know"
            for name in actual.arguments
            if name not in expected.arguments
        ]
        for name, argument in expected.arguments.items():
            complaints += self._argument_complaints(actual.arguments.get(name), argument)
        foreign = [it for it in actual.locations if it not in expected.locations]
        if foreign:
            complaints.append(
                f"allows it on {', '.join(foreign)};"
                f" the specification allows {', '.join(expected.locations)}"
            )
        # A repeatable directive may be defined as one that is not; its uses are checked by that.
        if actual.is_repeatable and not expected.is_repeatable:
            complaints.append("must not be repeatable")
        return complaints

    def _argument_complaints(self, actual: InputValue | None, expected: InputValue) -> list[str]:
        name = expected.name
        if actual is None:
            return [f"lacks the argument `{name}`"] if expected.is_required else []
        # An optional argument may be made mandatory.
        type_here = actual.type if is_non_null(expected.type) else nullable(actual.type)
        if not self._is_redefinition(expected.type, type_here):
            wanted = expected.type
            if self.links.has_old_field_sets:
                wanted = wanted.replace(_FIELD_SET, _FIELD_SET_OF_FEDERATION_1)
            return [f"gives argument `{name}` the type `{actual.type}`, not `{wanted}`"]
        if is_non_null(actual.type) or _same_default(actual, expected):
            return []
        default = "no default" if expected.default is ABSENT else print_value(expected.default)
        return [f"gives argument `{name}` another default than {default}"]

    def _is_redefinition(self, expected: TypeReference, actual: TypeReference) -> bool:
        """Return whether `actual` may stand for `expected`: any type may, for a custom scalar."""
        while is_non_null(expected) or is_list(expected):
            if is_non_null(expected):
                if not is_non_null(actual):
                    return False
                expected, actual = nullable(expected), nullable(actual)
            else:
                if not is_list(actual):
                    return False
                expected, actual = item_type(expected), item_type(actual)
        if self.links.has_old_field_sets and expected == _FIELD_SET:
            expected = _FIELD_SET_OF_FEDERATION_1
        if actual == expected:
            return True
        source = self.links.type_source(actual)
        if source is not None and source[1] == expected.rpartition("__")[2]:
            return True
        if expected in BUILT_IN_SCALARS:
            return False
        definition = self.read.types.get(actual)
        # A list, of whatever it is, is no other custom scalar; uses are checked by what it takes.
        return definition is None or definition.kind is not TypeKind.SCALAR


def _without_imports(definition: DirectiveDefinition) -> DirectiveDefinition:
    """Return `definition` of `@link` as far as it says what is linked, and by what name."""
    arguments = {it: value for it, value in definition.arguments.items() if it in {"url", "as"}}
    return replace(definition, arguments=arguments)


def _same_default(first: InputValue, second: InputValue) -> bool:
    if first.default is ABSENT or second.default is ABSENT:
        return first.default is second.default
    return same_value(first.default, second.default)
