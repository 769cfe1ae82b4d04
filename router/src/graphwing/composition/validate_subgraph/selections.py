"""What the selection of a `@key`, `@requires` or `@provides` may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from graphwing.composition.definitions import FieldDefinition, TypeDefinition, TypeKind
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import FieldSet, SelectedField, SelectedType, is_composite
from graphwing.composition.graphql_rules.directive_uses import BUILT_IN_DIRECTIVES
from graphwing.composition.graphql_rules.input_values import value_complaint
from graphwing.composition.subgraph_schema import SubgraphSchema
from graphwing.composition.suggestion import closest
from graphwing.composition.type_reference import named_type

_ARTICLES = {TypeKind.INTERFACE: "an interface", TypeKind.UNION: "a union"}


class Fault(NamedTuple):
    """Something wrong with a selection; `code` lacks the name of the directive."""

    code: str
    message: str
    remedy: str


class _Invalid(Exception):  # noqa: N818 - a way out of the walk, not an error of the caller
    """What makes a selection no selection of its type, so that there is nothing else to say."""

    def __init__(self, message: str, remedy: str, code: str = "INVALID_FIELDS") -> None:
        super().__init__(message)
        self.fault = Fault(code, message, remedy)


def _has_fields(owner: TypeDefinition, selections: FieldSet) -> bool:
    names = (it.name for it in selections if isinstance(it, SelectedField))
    return all(name == "__typename" or name in owner.fields for name in names)


_Level: TypeAlias = tuple[Iterator[SelectedField | SelectedType], TypeDefinition, bool]
"""Selections left to look at, the type that they are on, and whether a field above is external."""


@dataclass(slots=True)
class SelectionWalk:
    """Goes down a selection in its order, without recursion."""

    schema: SubgraphSchema
    facts: FieldFacts
    spec: str
    _faults: list[Fault] = field(default_factory=list[Fault])

    def faults_in(self, selections: FieldSet, parent: TypeDefinition) -> list[Fault]:
        """Return all that is wrong with `selections` on `parent`."""
        try:
            self._walk(selections, parent)
        except _Invalid as invalid:
            return [invalid.fault]
        return self._faults

    def _walk(self, selections: FieldSet, parent: TypeDefinition) -> None:
        levels: list[_Level] = [(iter(selections), parent, False)]
        while levels:
            left, owner, below_external = levels[-1]
            selection = next(left, None)
            if selection is None:
                levels.pop()
                continue
            self._check_directives(selection.directives)
            if isinstance(selection, SelectedType):
                target = self._narrowed(selection, owner)
                levels.append((iter(selection.selections), target, below_external))
            else:
                levels += self._into_field(selection, owner, below_external=below_external)

    def _check_directives(self, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.schema.directives and name not in BUILT_IN_DIRECTIVES:
                raise _Invalid(f"applies `@{name}`, which is not defined here", "remove it there")
            message = f"applies `@{name}` inside its selection"
            self._faults.append(Fault("DIRECTIVE_IN_FIELDS_ARG", message, "remove it there"))

    def _narrowed(self, selection: SelectedType, owner: TypeDefinition) -> TypeDefinition:
        if selection.condition is None:
            return owner
        target = self.schema.types.get(selection.condition)
        if target is None and _has_fields(owner, selection.selections):
            # A type that only other subgraphs know narrows nothing down here, as in the references.
            return owner
        if target is None or not is_composite(target):
            message = f"selects on `{selection.condition}`, which is no type with fields"
            raise _Invalid(message, "name an object type, interface or union of this subgraph")
        return target

    def _into_field(
        self, selection: SelectedField, owner: TypeDefinition, *, below_external: bool
    ) -> list[_Level]:
        if selection.alias:
            message = f"gives `{selection.name}` the alias `{selection.alias}`"
            raise _Invalid(message, "select it by its own name")
        if selection.name == "__typename":
            if self.spec != "key" and not below_external:
                self._report_own(f"{owner.name}.__typename", "known to every subgraph")
            return []
        item = owner.fields.get(selection.name)
        if item is None:
            message = f"selects `{selection.name}`, which `{owner.name}` does not have here"
            raise _Invalid(message, self._existing(selection.name, owner))
        self._check_arguments(selection, owner, item)
        if self.spec == "key":
            self._check_key_field(owner, item)
        returned = self.schema.types.get(named_type(item.type))
        if bool(selection.selections) != is_composite(returned):
            what = "no fields of" if is_composite(returned) else "fields of"
            remedy = "select fields of it in braces" if is_composite(returned) else "remove them"
            message = f"selects {what} `{owner.name}.{item.name}`, which is `{item.type}`"
            raise _Invalid(message, remedy)
        is_external = below_external or (owner.name, item.name) in self.facts.external
        if self.spec != "key" and not selection.selections and not is_external:
            self._refuse_own_field(owner, item)
        is_external = is_external or bool(self._external_implementations(owner, item))
        return [(iter(selection.selections), returned, is_external)] if returned else []

    def _existing(self, name: str, owner: TypeDefinition) -> str:
        """Return the remedy for a field that does not exist."""
        external = "" if self.spec == "key" else " as `@external`"
        meant = closest(name, owner.fields)
        add = f"add `{name}` to `{owner.name}`{external}"
        return f"{add}, or select {f'`{meant}`' if meant else 'a field that it has'}"

    def _check_arguments(
        self, selection: SelectedField, owner: TypeDefinition, item: FieldDefinition
    ) -> None:
        coordinate = f"{owner.name}.{item.name}"
        given = dict(selection.values)
        for name, value in given.items():
            argument = item.arguments.get(name)
            if argument is None:
                message = f"gives `{coordinate}` an argument `{name}`, which it does not take"
                raise _Invalid(message, f"remove `{name}`")
            complaint = value_complaint(value, argument.type, self.schema.types)
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
        if item.arguments and self.spec != "requires":
            message = f"selects `{coordinate}`, which takes arguments"
            remedy = "select a field without arguments"
            self._faults.append(Fault("FIELDS_HAS_ARGS", message, remedy))

    def _check_key_field(self, owner: TypeDefinition, item: FieldDefinition) -> None:
        returned = self.schema.types.get(named_type(item.type))
        what = _ARTICLES.get(returned.kind) if returned is not None else None
        if what is not None:
            coordinate = f"{owner.name}.{item.name}"
            raise _Invalid(
                f"selects `{coordinate}`, which is {what} and cannot identify anything",
                "select fields of scalar, enum or object types",
                "FIELDS_SELECT_INVALID_TYPE",
            )

    def _external_implementations(self, owner: TypeDefinition, item: FieldDefinition) -> list[str]:
        """Return the types that leave a field of an interface, never external itself, to others."""
        implementations = self.schema.implementations.get(owner.name, ())
        return [name for name in implementations if (name, item.name) in self.facts.external]

    def _refuse_own_field(self, owner: TypeDefinition, item: FieldDefinition) -> None:
        coordinate = f"{owner.name}.{item.name}"
        implementations = self._external_implementations(owner, item)
        if implementations:
            message = f"selects `{coordinate}`, which is external only where types implement it"
            parts = " ".join(f"... on {name} {{ {item.name} }}" for name in implementations)
            remedy = f"select it on those types: `{parts}`"
            self._faults.append(Fault("FIELDS_MISSING_EXTERNAL", message, remedy))
            return
        is_fake = (owner.name, item.name) in self.facts.fake_external
        why = (
            "a key of the extended type, and so resolved here in spite of its `@external`"
            if is_fake
            else "resolved by this subgraph itself"
        )
        self._report_own(coordinate, why)

    def _report_own(self, coordinate: str, why: str) -> None:
        remedy = f"mark `{coordinate}` `@external` if it comes from elsewhere, or do not select it"
        message = f"selects `{coordinate}`, which is {why}"
        self._faults.append(Fault("FIELDS_MISSING_EXTERNAL", message, remedy))
