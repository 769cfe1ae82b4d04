"""`@inaccessible` leaves an API that is still whole.

https://specs.apollo.dev/inaccessible/v0.2
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphwing.composition.definitions import (
    ABSENT,
    Element,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    TypeKind,
    has_applied,
)
from graphwing.composition.merge.executable_directives import EXECUTABLE_LOCATIONS
from graphwing.composition.merge.merge_state import Merge
from graphwing.composition.problems import Place
from graphwing.composition.type_reference import (
    TypeReference,
    is_list,
    item_type,
    named_type,
    nullable,
)
from graphwing.composition.values import ConstValue, EnumLiteral


def check_inaccessible(merge: Merge) -> None:
    """Report hidden elements that something visible needs."""
    name = merge.carried.get("inaccessible")
    if name is None or name not in merge.used_directives:
        return
    check = _Check(merge)
    check.check_directives()
    for definition in merge.types.values():
        check.check_type(definition)


def is_hidden(element: Element) -> bool:
    """Return whether `element` itself is inaccessible."""
    return has_applied(element, "inaccessible")


@dataclass(slots=True)
class _Check:
    merge: Merge

    def _report(self, code: str, message: str, coordinate: str, remedy: str) -> None:
        self.merge.problems.report(
            code, message, at=list(self._places(coordinate)), coordinate=coordinate, remedy=remedy
        )

    def _places(self, coordinate: str) -> Iterator[Place]:
        if coordinate.startswith("@"):
            for subgraph in self.merge.subgraphs:
                directive = subgraph.schema.directives.get(coordinate[1:].partition("(")[0])
                if directive is not None:
                    yield subgraph.schema.at(directive.position)
            return
        type_name, _, rest = coordinate.partition(".")
        field_name = rest.partition("(")[0]
        for subgraph, definition in self.merge.sources.get(type_name, ()):
            inner = (
                definition.fields.get(field_name)
                or definition.input_fields.get(field_name)
                or definition.values.get(field_name)
            )
            if inner is not None:
                yield subgraph.schema.at(inner.position)
            elif not field_name:
                yield subgraph.schema.at(definition.position)

    def check_directives(self) -> None:
        for directive in self.merge.directives.values():
            # Clients write executable directives, so an argument may be kept from them.
            is_executable = set(directive.locations) <= set(EXECUTABLE_LOCATIONS)
            for argument in directive.arguments.values():
                if is_hidden(argument) and not is_executable:
                    self._report(
                        "DISALLOWED_INACCESSIBLE",
                        f"argument `{argument.name}` of `@{directive.name}` is inaccessible, which"
                        " the arguments of a directive for schemas cannot be",
                        f"@{directive.name}",
                        "remove `@inaccessible` there",
                    )
                else:
                    coordinate = f"@{directive.name}({argument.name}:)"
                    self._check_input(argument, coordinate, "argument")

    def check_type(self, definition: TypeDefinition) -> None:
        name = definition.name
        if is_hidden(definition):
            if name == "Query":
                self._report(
                    "QUERY_ROOT_TYPE_INACCESSIBLE",
                    "the query root type is inaccessible, so there would be no API",
                    name,
                    "hide its fields one by one",
                )
            return
        self._check_children(definition)
        for item in definition.fields.values():
            if not is_hidden(item):
                self._check_field(definition, item)
            elif definition.kind is TypeKind.OBJECT or definition.interfaces:
                self._check_hidden_field(definition, item)
        for item in definition.input_fields.values():
            self._check_input(item, f"{name}.{item.name}", "input field")

    def _check_children(self, definition: TypeDefinition) -> None:
        children: list[Element] = [
            *definition.fields.values(),
            *definition.input_fields.values(),
            *definition.values.values(),
        ]
        members = [self.merge.types[it] for it in definition.members if it in self.merge.types]
        children += members
        if children and all(is_hidden(child) for child in children):
            self._report(
                "ONLY_INACCESSIBLE_CHILDREN",
                f"`{definition.name}` is visible, and all that is in it is inaccessible",
                definition.name,
                "mark the type `@inaccessible` too",
            )

    def _check_field(self, owner: TypeDefinition, item: FieldDefinition) -> None:
        coordinate = f"{owner.name}.{item.name}"
        self._check_reference(item.type, coordinate)
        for argument in item.arguments.values():
            where = f"{coordinate}({argument.name}:)"
            self._check_input(argument, where, "argument")
            if is_hidden(argument):
                self._check_hidden_argument(owner, item, argument)

    def _check_reference(self, reference: TypeReference, coordinate: str) -> None:
        target = self.merge.types.get(named_type(reference))
        if target is not None and is_hidden(target):
            is_of_directive = coordinate.startswith("@")
            hide = f"mark `{coordinate}` `@inaccessible` too"
            self._report(
                "REFERENCED_INACCESSIBLE",
                f"`{coordinate}` is visible, and its type `{target.name}` is inaccessible",
                coordinate,
                f"do not hide `{target.name}`" if is_of_directive else hide,
            )

    def _check_input(self, item: InputValue, coordinate: str, what: str) -> None:
        if is_hidden(item):
            if item.is_required:
                self._report(
                    "REQUIRED_INACCESSIBLE",
                    f"`{coordinate}` is a required {what} and inaccessible, so no client could"
                    " give it",
                    coordinate,
                    "make it nullable or give it a default",
                )
            return
        self._check_reference(item.type, coordinate)
        if item.default is not ABSENT:
            hidden = self._hidden_in(item.default, item.type)
            if hidden is not None:
                self._report(
                    "DEFAULT_VALUE_USES_INACCESSIBLE",
                    f"the default of `{coordinate}` uses `{hidden}`, which is inaccessible",
                    coordinate,
                    "use another default",
                )

    def _hidden_in(self, value: ConstValue, reference: TypeReference) -> str | None:
        reference = nullable(reference)
        if is_list(reference):
            items = value if isinstance(value, list) else [value]
            found = (self._hidden_in(item, item_type(reference)) for item in items)
            return next((it for it in found if it is not None), None)
        definition = self.merge.types.get(reference)
        if definition is None:
            return None
        if isinstance(value, EnumLiteral):
            chosen = definition.values.get(value.name)
            is_bad = chosen is not None and is_hidden(chosen)
            return f"{definition.name}.{value.name}" if is_bad else None
        return self._hidden_in_object(value, definition) if isinstance(value, dict) else None

    def _hidden_in_object(
        self, value: dict[str, ConstValue], definition: TypeDefinition
    ) -> str | None:
        for name, inner in value.items():
            item = definition.input_fields.get(name)
            if item is None:
                continue
            if is_hidden(item):
                return f"{definition.name}.{name}"
            found = self._hidden_in(inner, item.type)
            if found is not None:
                return found
        return None

    def _promised(
        self, owner: TypeDefinition, field_name: str
    ) -> Iterator[tuple[str, FieldDefinition]]:
        """Yield what visible interfaces show and `owner` implements by `field_name`."""
        for name in owner.interfaces:
            interface = self.merge.types.get(name)
            item = interface.fields.get(field_name) if interface is not None else None
            if interface is None or item is None or is_hidden(interface) or is_hidden(item):
                continue
            yield name, item

    def _check_hidden_field(self, owner: TypeDefinition, item: FieldDefinition) -> None:
        for interface, _ in self._promised(owner, item.name):
            self._report(
                "IMPLEMENTED_BY_INACCESSIBLE",
                f"`{interface}.{item.name}` is visible, and implemented by"
                f" `{owner.name}.{item.name}`, which is inaccessible",
                f"{owner.name}.{item.name}",
                f"mark `{interface}.{item.name}` `@inaccessible` too",
            )

    def _check_hidden_argument(
        self, owner: TypeDefinition, item: FieldDefinition, argument: InputValue
    ) -> None:
        if owner.kind is TypeKind.INTERFACE:
            self._check_required_below(owner, item, argument)
        for interface, promised in self._promised(owner, item.name):
            known = promised.arguments.get(argument.name)
            if known is not None and not is_hidden(known):
                self._report(
                    "IMPLEMENTED_BY_INACCESSIBLE",
                    f"`{interface}.{item.name}({argument.name}:)` is visible, and inaccessible on"
                    f" `{owner.name}`",
                    f"{owner.name}.{item.name}({argument.name}:)",
                    "hide it on the interface too",
                )

    def _check_required_below(
        self, owner: TypeDefinition, item: FieldDefinition, argument: InputValue
    ) -> None:
        for name in self.merge.implementations().get(owner.name, ()):
            implementation = self.merge.types[name]
            known = implementation.fields.get(item.name)
            own = known.arguments.get(argument.name) if known is not None else None
            if own is not None and own.is_required and not is_hidden(own):
                self._report(
                    "REQUIRED_INACCESSIBLE",
                    f"`{owner.name}.{item.name}({argument.name}:)` is inaccessible, and required by"
                    f" `{name}.{item.name}`",
                    f"{owner.name}.{item.name}({argument.name}:)",
                    "make it nullable or give it a default",
                )
