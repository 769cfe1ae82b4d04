"""Read the text of one subgraph into flat records, and report what is not even a type system."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphwing.composition.definitions import (
    FIELD_KINDS,
    AppliedDirective,
    DirectiveDefinition,
    EnumValue,
    FieldDefinition,
    Position,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.problems import Problems
from graphwing.composition.sdl_parser import SdlParser, SdlSyntaxError
from graphwing.composition.sdl_tokens import END
from graphwing.composition.subgraph_sdl import SubgraphSdl
from graphwing.errors import CompositionProblem, SourceLocation

_TYPE_KINDS = {kind.value: kind for kind in TypeKind}
_OPERATIONS = frozenset({"query", "mutation", "subscription"})
_EXECUTABLE = _OPERATIONS | {"fragment", "{"}
_DIRECTIVE_LOCATIONS = frozenset(
    {
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION",
        "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT",
        "INPUT_FIELD_DEFINITION",
    }
)  # fmt: skip


@dataclass(slots=True)
class ReadSdl:
    """Everything that one SDL says."""

    types: dict[str, TypeDefinition] = field(default_factory=dict[str, TypeDefinition])
    directives: dict[str, DirectiveDefinition] = field(
        default_factory=dict[str, DirectiveDefinition]
    )
    roots: dict[str, str] = field(default_factory=dict[str, str])
    schema_directives: list[AppliedDirective] = field(default_factory=list[AppliedDirective])
    schema_description: str | None = None
    has_schema_definition: bool = False
    schema_position: Position = None


def read_sdl(subgraph: SubgraphSdl, problems: Problems) -> ReadSdl:
    """Return what `subgraph` defines; what cannot be read is reported as `INVALID_GRAPHQL`."""
    return _Reader(subgraph, problems).read()


class _Reader:
    def __init__(self, subgraph: SubgraphSdl, problems: Problems) -> None:
        self._subgraph = subgraph.name
        self._problems = problems
        self._parser = SdlParser(subgraph.sdl, self._invalid)
        self._result = ReadSdl()

    def read(self) -> ReadSdl:
        """Return all that is there, or that is before the first syntax error."""
        parser = self._parser
        try:
            while parser.next not in _EXECUTABLE:
                self._read_definition()
                if parser.next == END:
                    return self._result
            self._invalid(
                "the SDL holds an operation or fragment; only type definitions belong in it",
                parser.at,
                remedy="remove it",
            )
        except SdlSyntaxError as error:
            # It may be within what is no token, so that no position says it.
            problem = CompositionProblem(
                "INVALID_GRAPHQL",
                f"the SDL does not parse: {error.message}",
                (self._subgraph,),
                locations=(SourceLocation(self._subgraph, error.line, error.column),),
                remedy="correct the SDL there, or shortly before",
            )
            self._problems.found.append(problem)
        return self._result

    def _invalid(
        self,
        message: str,
        position: Position,
        coordinate: str | None = None,
        *,
        remedy: str = "remove one of the two",
    ) -> None:
        self._problems.report(
            "INVALID_GRAPHQL",
            message,
            at=[(self._subgraph, position)],
            coordinate=coordinate,
            remedy=remedy,
        )

    def _read_definition(self) -> None:
        parser = self._parser
        start = parser.at
        description = parser.description()
        position = parser.at
        is_extension = parser.skips("extend")
        keyword = "extend" if is_extension and description is not None else parser.next
        kind = _TYPE_KINDS.get(keyword)
        if kind is not None:
            parser.skips(keyword)
            self._read_type(kind, description, position, is_extension=is_extension)
        elif keyword == "schema":
            parser.skips(keyword)
            self._read_schema(description, position, is_extension=is_extension)
        elif keyword == "directive" and not is_extension:
            parser.skips(keyword)
            self._read_directive_definition(description, position)
        elif description is not None and (keyword == "{" or keyword.isidentifier()):
            message = "Unexpected description, only definitions have one."
            raise SdlSyntaxError(message, *parser.location(start))
        else:
            parser.refuse()

    def _read_schema(
        self, description: str | None, position: Position, *, is_extension: bool
    ) -> None:
        parser, result = self._parser, self._result
        start = parser.at
        if not is_extension:
            if result.has_schema_definition:
                message = "the schema is defined twice"
                self._invalid(message, position, remedy="write `extend schema`")
            result.has_schema_definition = True
            result.schema_position = position
            result.schema_description = description
        result.schema_directives += parser.directives(in_extension=is_extension)
        if is_extension and parser.next != "{":
            self._refuse_empty(start)
            return
        parser.expect("{")
        while True:
            self._read_root()
            if parser.skips("}"):
                return

    def _read_root(self) -> None:
        position = self._parser.at
        operation = self._parser.one_of(_OPERATIONS)
        self._parser.expect(":")
        if operation in self._result.roots:
            self._invalid(f"the {operation} root type is given twice", position)
        self._result.roots[operation] = self._parser.name()

    def _read_directive_definition(self, description: str | None, position: Position) -> None:
        parser = self._parser
        parser.expect("@")
        name = parser.name()
        coordinate = f"@{name}"
        if name in self._result.directives:
            self._invalid(f"directive `{coordinate}` is defined twice", position, coordinate)
        arguments = parser.input_values("()", coordinate)
        is_repeatable = parser.skips("repeatable")
        parser.expect("on")
        parser.skips("|")
        locations = [parser.one_of(_DIRECTIVE_LOCATIONS)]
        while parser.skips("|"):
            locations.append(parser.one_of(_DIRECTIVE_LOCATIONS))
        self._result.directives[name] = DirectiveDefinition(
            name, arguments, tuple(locations), is_repeatable, description, position
        )

    def _read_type(
        self, kind: TypeKind, description: str | None, position: Position, *, is_extension: bool
    ) -> None:
        parser = self._parser
        found = self._type(kind, parser.name(), position, is_extension=is_extension)
        if not is_extension:
            found.description = description
        start = parser.at
        if kind in FIELD_KINDS and parser.skips("implements"):
            self._read_names("&", found.name, found.interfaces, "implements")
        found.directives += parser.directives(in_extension=is_extension)
        match kind:
            case TypeKind.OBJECT | TypeKind.INTERFACE:
                self._read_fields(found, in_extension=is_extension)
            case TypeKind.UNION:
                if parser.skips("="):
                    self._read_names("|", found.name, found.members, "has as a member")
            case TypeKind.ENUM:
                self._read_enum_values(found)
            case TypeKind.INPUT:
                fields = parser.input_values("{}", found.name, found.input_fields)
                found.input_fields.update(fields)
            case TypeKind.SCALAR:
                pass
        if is_extension:
            self._refuse_empty(start)

    def _type(
        self, kind: TypeKind, name: str, position: Position, *, is_extension: bool
    ) -> TypeDefinition:
        """Return the record of type `name`, to which what follows belongs."""
        found = self._result.types.get(name)
        if found is None:
            found = self._result.types[name] = TypeDefinition(kind, name, position=position)
        elif found.kind is not kind:
            message = f"`{name}` is both `{found.kind.value}` and `{kind.value}`"
            self._invalid(message, position, name, remedy="rename one of the two")
            return TypeDefinition(kind, name)
        if is_extension:
            found.has_extension = True
            return found
        if found.has_definition:
            message = f"type `{name}` is defined twice"
            self._invalid(message, position, name, remedy="make one of them an extension")
        found.has_definition = True
        found.position = position
        return found

    def _refuse_empty(self, start: int) -> None:
        """Refuse an extension that adds nothing: nothing is read since the token at `start`."""
        if self._parser.at == start:
            self._parser.refuse()

    def _read_names(self, delimiter: str, owner: str, into: dict[str, Position], verb: str) -> None:
        for name, position in self._parser.delimited_names(delimiter):
            if name in into:
                self._invalid(f"`{owner}` {verb} `{name}` twice", position, owner)
            into[name] = position

    def _read_fields(self, owner: TypeDefinition, *, in_extension: bool) -> None:
        parser = self._parser
        if not parser.skips("{"):
            return
        while True:
            description = parser.description()
            position = parser.at
            name = parser.name()
            coordinate = f"{owner.name}.{name}"
            if name in owner.fields:
                self._invalid(f"field `{coordinate}` is defined twice", position, coordinate)
            arguments = parser.input_values("()", coordinate)
            parser.expect(":")
            reference = parser.type_reference()
            directives = parser.directives(in_extension=in_extension)
            owner.fields[name] = FieldDefinition(
                name, reference, arguments, description, directives, position, in_extension
            )
            if parser.skips("}"):
                return

    def _read_enum_values(self, owner: TypeDefinition) -> None:
        parser = self._parser
        if not parser.skips("{"):
            return
        while True:
            description = parser.description()
            position = parser.at
            name = parser.enum_value_name()
            coordinate = f"{owner.name}.{name}"
            if name in owner.values:
                self._invalid(f"enum value `{coordinate}` is defined twice", position, coordinate)
            owner.values[name] = EnumValue(name, description, parser.directives(), position)
            if parser.skips("}"):
                return
