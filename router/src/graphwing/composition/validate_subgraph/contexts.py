"""`@context` and `@fromContext`: what is read from further up in the path is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    TypeKind,
    applied,
    first_applied,
    has_applied,
)
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import (
    FieldSet,
    FieldSetError,
    SelectedField,
    SelectedType,
    parse_field_set,
    split_context_field,
)
from graphwing.composition.graphql_rules.implementations import is_subtype, subtype_in
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import (
    SubgraphSchema,
    is_resolvable,
    keys_of,
    string_argument,
)
from graphwing.composition.type_reference import (
    TypeReference,
    is_list,
    named_type,
)

_REMEDY = "select one field, by one path, of each type that sets the context"
_CONTEXT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def check_contexts(schema: SubgraphSchema, _facts: FieldFacts, problems: Problems) -> None:
    """Report contexts and contextual arguments that cannot work."""
    check = _Contexts(schema, problems)
    for definition in schema.types.values():
        for use in applied(definition, "context"):
            check.add(definition, use)
    for definition in schema.types.values():
        for item in definition.fields.values():
            for argument in item.arguments.values():
                use = first_applied(argument, "fromContext")
                if use is not None:
                    check.check_argument(definition, item, argument, use)
    check.check_directive_definitions()


@dataclass(slots=True)
class _Contexts:
    schema: SubgraphSchema
    problems: Problems
    types: dict[str, list[TypeDefinition]] = field(default_factory=dict[str, list[TypeDefinition]])

    def _report(
        self, code: str, message: str, coordinate: str, use: AppliedDirective, remedy: str
    ) -> None:
        self.problems.report(
            code,
            f"`@{use.name}` on `{coordinate}` {message}",
            at=[self.schema.at(use.position)],
            coordinate=coordinate,
            remedy=remedy,
        )

    def add(self, definition: TypeDefinition, use: AppliedDirective) -> None:
        name = string_argument(use, "name") or ""
        if not _CONTEXT_NAME.fullmatch(name):
            self._report(
                "CONTEXT_NAME_INVALID",
                f"is called `{name}`",
                definition.name,
                use,
                "begin with a letter, and use letters and digits only",
            )
        self.types.setdefault(name, []).append(definition)

    def check_directive_definitions(self) -> None:
        for directive in self.schema.directives.values():
            for argument in directive.arguments.values():
                use = first_applied(argument, "fromContext")
                if use is not None:
                    coordinate = f"@{directive.name}({argument.name}:)"
                    message = "is on the argument of a directive"
                    self._report("CONTEXT_NOT_SET", message, coordinate, use, "remove it")

    def check_argument(
        self,
        owner: TypeDefinition,
        item: FieldDefinition,
        argument: InputValue,
        use: AppliedDirective,
    ) -> None:
        coordinate = f"{owner.name}.{item.name}({argument.name}:)"
        if owner.kind is TypeKind.INTERFACE:
            message = "is on a field of an interface"
            remedy = "put it on the fields of the implementing types"
            self._report("CONTEXT_NOT_SET", message, coordinate, use, remedy)
            return
        if any(item.name in self._fields(name) for name in owner.interfaces):
            message = "is on a field that an interface promises, which would promise the argument"
            remedy = "use a field of the type that no interface has"
            self._report("CONTEXT_NOT_SET", message, coordinate, use, remedy)
            return
        if argument.default is not ABSENT:
            message = "is on an argument with a default"
            self._report("CONTEXT_NOT_SET", message, coordinate, use, "remove the default")
        if not any(is_resolvable(key) for key in keys_of(owner)):
            self._report(
                "CONTEXT_NO_RESOLVABLE_KEY",
                f"needs `{owner.name}` to have a key by which this subgraph resolves it",
                coordinate,
                use,
                "add a `@key`",
            )
        name, selection = split_context_field(string_argument(use, "field") or "")
        if name is None or not selection:
            self._report(
                "NO_CONTEXT_IN_SELECTION",
                "names no context or selects nothing from it",
                coordinate,
                use,
                "write it as `$context { field }`",
            )
            return
        if name not in self.types:
            message = f"reads the context `{name}`, which no type of this subgraph sets"
            remedy = f'put `@context(name: "{name}")` on the type that it is read from'
            self._report("CONTEXT_NOT_SET", message, coordinate, use, remedy)
            return
        self._check_selection((name, selection), argument, coordinate, use)

    def _fields(self, interface: str) -> set[str]:
        definition = self.schema.types.get(interface)
        return set() if definition is None else set(definition.fields)

    def _check_selection(
        self,
        parts: tuple[str, str],
        argument: InputValue,
        coordinate: str,
        use: AppliedDirective,
    ) -> None:
        try:
            selections = parse_field_set(parts[1])
            for definition in self.types[parts[0]]:
                _check_known_type(definition)
            found = [self._selected_type(selections, it) for it in self.types[parts[0]]]
        except FieldSetError as error:
            self._report("CONTEXT_INVALID_SELECTION", str(error), coordinate, use, _REMEDY)
            return
        for reference in found:
            if not is_subtype(reference, argument.type, subtype_in(self.schema.types)):
                message = f"gives `{reference}` to an argument of type `{argument.type}`"
                wanted = argument.type.replace("!", "")
                remedy = f"select a `{wanted}`, or take a `{reference}`"
                if reference == wanted:
                    remedy = f"take a `{reference}`: what a context gives may always be null"
                self._report("CONTEXT_INVALID_SELECTION", message, coordinate, use, remedy)

    def _selected_type(self, selections: FieldSet, start: TypeDefinition) -> TypeReference:
        """Return the type of the one value that `selections` lead to, or raise `FieldSetError`."""
        definition = start
        reference: TypeReference | None = None
        while selections:
            selection = _only_selection(selections, definition)
            if isinstance(selection, SelectedType):
                definition = self._narrowed(selection, definition)
            else:
                item = _selected_field(selection, definition)
                reference = item.type
                definition = self.schema.types.get(named_type(reference), definition)
            selections = selection.selections
        if reference is None:
            raise FieldSetError("selects no field")
        # Nothing is sure to be there: what sets the context may be null above.
        return reference.replace("!", "")

    def _narrowed(self, selection: SelectedType, definition: TypeDefinition) -> TypeDefinition:
        if selection.condition is None:
            return definition
        narrowed = self.schema.types.get(selection.condition)
        if narrowed is None:
            raise FieldSetError(f"selects on `{selection.condition}`, which does not exist")
        return narrowed


def _check_known_type(definition: TypeDefinition) -> None:
    if has_applied(definition, "interfaceObject"):
        raise FieldSetError(f"reads from `{definition.name}`, which is an `@interfaceObject` here")


def _selected_field(selection: SelectedField, definition: TypeDefinition) -> FieldDefinition:
    if selection.alias or selection.directives:
        raise FieldSetError("uses an alias or a directive")
    item = definition.fields.get(selection.name)
    if item is None:
        raise FieldSetError(f"selects `{selection.name}`, which `{definition.name}` does not have")
    if selection.selections and is_list(item.type):
        raise FieldSetError(f"selects within the list `{definition.name}.{item.name}`")
    return item


def _only_selection(
    selections: FieldSet, definition: TypeDefinition
) -> SelectedField | SelectedType:
    """Return the selection that holds for `definition`; there may be one for each type."""
    if len(selections) == 1:
        return selections[0]
    matching = [
        it for it in selections if isinstance(it, SelectedType) and it.condition == definition.name
    ]
    if len(matching) != 1 or any(isinstance(it, SelectedField) for it in selections):
        raise FieldSetError(f"selects not exactly one field of `{definition.name}`")
    return matching[0]
