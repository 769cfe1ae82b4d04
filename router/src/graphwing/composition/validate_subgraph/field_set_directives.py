"""`@key`, `@requires` and `@provides` select what exists, and what each of them may select."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from graphwing.composition.definitions import (
    AppliedDirective,
    FieldDefinition,
    TypeDefinition,
    TypeKind,
    applied,
    has_applied,
)
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedField,
    SelectedType,
    is_composite,
    parse_field_set,
)
from graphwing.composition.graphql_rules.directive_uses import BUILT_IN_DIRECTIVES
from graphwing.composition.graphql_rules.input_values import value_complaint
from graphwing.composition.links import Version
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import SubgraphSchema, keys_of
from graphwing.composition.suggestion import closest
from graphwing.composition.type_reference import named_type

_SELECTION_REMEDY = "write the names of fields, each with its own in braces if it has any"
_KEYS_ON_INTERFACES = Version(2, 3)
_ARTICLES = {TypeKind.INTERFACE: "an interface", TypeKind.UNION: "a union"}


@dataclass(slots=True)
class _Check:
    """One use of one of the three directives."""

    schema: SubgraphSchema
    facts: FieldFacts
    problems: Problems
    use: AppliedDirective
    coordinate: str

    @property
    def prefix(self) -> str:
        """What the codes of this directive begin with."""
        return (self.use.spec or "").upper()

    def report(self, code: str, message: str, remedy: str) -> None:
        self.problems.report(
            code,
            f"`{self.use}` on `{self.coordinate}` {message}",
            at=[self.schema.at(self.use.position)],
            coordinate=self.coordinate,
            remedy=remedy,
        )


def check_keys(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report keys that select what cannot identify an entity."""
    for definition in schema.objects_and_interfaces():
        for use in keys_of(definition):
            check = _Check(schema, facts, problems, use, definition.name)
            too_old = schema.federation_version < _KEYS_ON_INTERFACES
            if definition.kind is TypeKind.INTERFACE and too_old:
                check.report(
                    "KEY_UNSUPPORTED_ON_INTERFACE",
                    "is on an interface, which this federation version does not know",
                    f"link federation {_KEYS_ON_INTERFACES} or later",
                )
                continue
            _check_selections(check, definition)


def check_requires(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report `@requires` that select what does not exist or is not external."""
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            for use in applied(item, "requires"):
                coordinate = f"{definition.name}.{item.name}"
                check = _Check(schema, facts, problems, use, coordinate)
                if _may_stand(check, definition, item):
                    _check_selections(check, definition)


def check_provides(schema: SubgraphSchema, facts: FieldFacts, problems: Problems) -> None:
    """Report `@provides` that select what does not exist or is not external."""
    for definition in schema.objects_and_interfaces():
        for item in definition.fields.values():
            for use in applied(item, "provides"):
                coordinate = f"{definition.name}.{item.name}"
                check = _Check(schema, facts, problems, use, coordinate)
                returned = schema.types.get(named_type(item.type))
                if returned is None or not is_composite(returned):
                    check.report(
                        "PROVIDES_ON_NON_OBJECT_FIELD",
                        f"provides nothing: the field returns `{item.type}`, which has no fields",
                        "remove it",
                    )
                    continue
                if _may_stand(check, definition, item):
                    _check_selections(check, returned)


def _may_stand(check: _Check, owner: TypeDefinition, item: FieldDefinition) -> bool:
    if owner.kind is TypeKind.INTERFACE:
        check.report(
            f"{check.prefix}_UNSUPPORTED_ON_INTERFACE",
            "is on a field of an interface",
            "put it on the fields of the implementing types",
        )
        return False
    if has_applied(item, "external"):
        check.report(
            "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
            "stands next to `@external`, and an external field is not resolved here",
            "remove one of the two",
        )
        return False
    return True


def _check_selections(check: _Check, parent: TypeDefinition) -> None:
    text = check.use.arguments.get("fields")
    if not isinstance(text, str):
        check.report(
            f"{check.prefix}_INVALID_FIELDS_TYPE",
            "needs a string",
            "write the selection as one string",
        )
        return
    try:
        selections = parse_field_set(text)
    except FieldSetError as error:
        check.report(f"{check.prefix}_INVALID_FIELDS", str(error), _SELECTION_REMEDY)
        return
    if not selections:
        check.report(f"{check.prefix}_INVALID_FIELDS", "selects nothing", _SELECTION_REMEDY)
        return
    try:
        _Walk(check).walk(selections, parent)
    except _Refused as refused:
        check.report(f"{check.prefix}_{refused.code}", refused.message, refused.remedy)


class _Refused(Exception):  # noqa: N818 - a way out of the walk, not an error of the caller
    """The first thing wrong with a selection."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


class _Invalid(_Refused):
    def __init__(self, message: str, remedy: str) -> None:
        super().__init__("INVALID_FIELDS", message, remedy)


_Step: TypeAlias = tuple[FieldSet, TypeDefinition, bool]
"""Selections to look at, the type that they are on, and whether a field above is external."""


@dataclass(slots=True)
class _Walk:
    """Goes down a selection, without recursion, and raises `_Refused` at the first fault."""

    check: _Check

    def walk(self, selections: FieldSet, parent: TypeDefinition) -> None:
        pending: list[_Step] = [(selections, parent, False)]
        while pending:
            current, owner, below_external = pending.pop()
            for selection in current:
                self._check_directives(selection.directives)
                match selection:
                    case SelectedType():
                        target = self._narrowed(selection, owner)
                        pending.append((selection.selections, target, below_external))
                    case SelectedField():
                        pending += self._into_field(selection, owner, below_external=below_external)

    def _check_directives(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.check.schema.directives and name not in BUILT_IN_DIRECTIVES:
                raise _Invalid(f"applies `@{name}`, which is not defined here", "remove it there")
            message = f"applies `@{name}` inside its selection"
            raise _Refused("DIRECTIVE_IN_FIELDS_ARG", message, "remove it there")

    def _narrowed(self, selection: SelectedType, owner: TypeDefinition) -> TypeDefinition:
        if selection.condition is None:
            return owner
        target = self.check.schema.types.get(selection.condition)
        if target is None or not is_composite(target):
            message = f"selects on `{selection.condition}`, which is no type with fields"
            raise _Invalid(message, "name an object type, interface or union of this subgraph")
        possible = self.check.schema.possible_types
        if not set(possible(owner.name)) & set(possible(target.name)):
            message = f"selects on `{target.name}`, and no `{owner.name}` can be one"
            raise _Invalid(message, f"remove that part, or select on what `{owner.name}` can be")
        return target

    def _into_field(
        self, selection: SelectedField, owner: TypeDefinition, *, below_external: bool
    ) -> list[_Step]:
        if selection.name == "__typename":
            return []
        item = owner.fields.get(selection.name)
        if item is None:
            message = f"selects `{selection.name}`, which `{owner.name}` does not have here"
            raise _Invalid(message, self._existing(selection.name, owner))
        self._check_arguments(selection, owner, item)
        if self.check.use.spec == "key":
            self._check_key_field(owner, item)
        returned = self.check.schema.types.get(named_type(item.type))
        if bool(selection.selections) != is_composite(returned):
            what = "no fields of" if is_composite(returned) else "fields of"
            remedy = "select fields of it in braces" if is_composite(returned) else "remove them"
            message = f"selects {what} `{owner.name}.{item.name}`, which is `{item.type}`"
            raise _Invalid(message, remedy)
        is_external = below_external or self._is_external(owner, item)
        if self.check.use.spec != "key" and not selection.selections and not is_external:
            self._refuse_own_field(owner, item)
        return [(selection.selections, returned, is_external)] if returned is not None else []

    def _existing(self, name: str, owner: TypeDefinition) -> str:
        """Return the remedy for a field that does not exist."""
        external = "" if self.check.use.spec == "key" else " as `@external`"
        meant = closest(name, owner.fields)
        add = f"add `{name}` to `{owner.name}`{external}"
        return f"{add}, or select {f'`{meant}`' if meant else 'a field that it has'}"

    def _check_arguments(
        self, selection: SelectedField, owner: TypeDefinition, item: FieldDefinition
    ) -> None:
        coordinate = f"{owner.name}.{item.name}"
        if item.arguments and self.check.use.spec != "requires":
            message = f"selects `{coordinate}`, which takes arguments"
            raise _Refused("FIELDS_HAS_ARGS", message, "select a field without arguments")
        given = dict(selection.values)
        for name, value in given.items():
            argument = item.arguments.get(name)
            if argument is None:
                message = f"gives `{coordinate}` an argument `{name}`, which it does not take"
                raise _Invalid(message, f"remove `{name}`")
            complaint = value_complaint(value, argument.type, self.check.schema.types)
            if complaint is not None:
                message = f"gives `{coordinate}` a `{name}` that {complaint}"
                raise _Invalid(message, f"give a value of `{argument.type}`")
        missing = [
            f"`{it.name}: {it.type}`"
            for it in item.arguments.values()
            if it.is_required and it.name not in given
        ]
        if missing:
            message = f"does not give `{coordinate}` its required arguments"
            raise _Invalid(message, f"give {', '.join(missing)}")

    def _check_key_field(self, owner: TypeDefinition, item: FieldDefinition) -> None:
        returned = self.check.schema.types.get(named_type(item.type))
        what = _ARTICLES.get(returned.kind) if returned is not None else None
        if what is not None:
            raise _Refused(
                "FIELDS_SELECT_INVALID_TYPE",
                f"selects `{owner.name}.{item.name}`, which is {what} and cannot identify anything",
                "select fields of scalar, enum or object types",
            )

    def _is_external(self, owner: TypeDefinition, item: FieldDefinition) -> bool:
        facts = self.check.facts
        if (owner.name, item.name) in facts.external:
            return True
        if owner.kind is not TypeKind.INTERFACE:
            return False
        # An interface field cannot be external itself; it is where an implementation's is.
        implementations = self.check.schema.implementations.get(owner.name, ())
        return any((name, item.name) in facts.external for name in implementations)

    def _refuse_own_field(self, owner: TypeDefinition, item: FieldDefinition) -> NoReturn:
        coordinate = f"{owner.name}.{item.name}"
        if (owner.name, item.name) in self.check.facts.fake_external:
            why = "a key of the extended type, and so resolved here in spite of its `@external`"
        else:
            why = "resolved by this subgraph itself"
        raise _Refused(
            "FIELDS_MISSING_EXTERNAL",
            f"selects `{coordinate}`, which is {why}",
            f"mark `{coordinate}` `@external` if it comes from elsewhere, or do not select it",
        )
