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
)
from graphwing.composition.field_facts import FieldFacts
from graphwing.composition.field_sets import FieldSetError, split_context_field
from graphwing.composition.graphql_rules.implementations import is_subtype, subtype_in
from graphwing.composition.problems import Problems
from graphwing.composition.subgraph_schema import (
    SubgraphSchema,
    is_resolvable,
    keys_of,
    string_argument,
)
from graphwing.composition.validate_subgraph.context_selections import selected_types

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
        if argument.default is not ABSENT:
            message = "is on an argument with a default"
            self._report("CONTEXT_NOT_SET", message, coordinate, use, "remove the default")
        name, selection = split_context_field(string_argument(use, "field") or "")
        if name is None or not selection.strip():
            self._report(
                "NO_CONTEXT_IN_SELECTION",
                "names no context or selects nothing from it",
                coordinate,
                use,
                "write it as `$context { field }`",
            )
            return
        if not any(is_resolvable(key) for key in keys_of(owner)):
            self._report(
                "CONTEXT_NO_RESOLVABLE_KEY",
                f"needs `{owner.name}` to have a key by which this subgraph resolves it",
                coordinate,
                use,
                "add a `@key`",
            )
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
            found = selected_types(parts[1], self.types[parts[0]], self.schema)
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
