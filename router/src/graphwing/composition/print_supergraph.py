"""Print the merged schema as supergraph SDL, definitions in alphabetical order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    DirectiveDefinition,
    EnumValue,
    FieldDefinition,
    InputValue,
    TypeDefinition,
    TypeKind,
)
from graphwing.composition.feature_names import named_features
from graphwing.composition.federation_directives import SPECS
from graphwing.composition.links import Version
from graphwing.composition.merge import Merge
from graphwing.composition.merge.merge_state import LinkedFeature
from graphwing.composition.subgraph_schema import ROOT_NAMES
from graphwing.composition.values import print_value

JOIN_0_3 = Version(0, 3)
JOIN_0_4 = Version(0, 4)
JOIN_0_5 = Version(0, 5)

_INDENT = "  "
_JOIN_TYPE = (
    "directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,"
    " resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable"
    " on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR"
)
_CONTEXT_ARGUMENT = """input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}"""
_LINK_PURPOSE = '''enum link__Purpose {
  """Features that keep data secure, and without which the schema must not be served."""
  SECURITY

  """Features that operations need to be executed."""
  EXECUTION
}'''


def join_version(merge: Merge) -> Version:
    """Return the oldest join version that can say what the subgraphs' federation versions can."""
    newest = max(subgraph.schema.federation_version for subgraph in merge.subgraphs)
    if newest >= Version(2, 8):
        return JOIN_0_5
    return JOIN_0_4 if newest >= Version(2, 7) else JOIN_0_3


def print_supergraph(merge: Merge) -> str:
    """Return the supergraph SDL of `merge`, the same for the same subgraphs in any order."""
    version = join_version(merge)
    # What authors call like a part of the join or link specification does not replace that part.
    directives = {it.name: _directive_definition(it) for it in merge.directives.values()}
    directives |= {**_join_directives(version), "link": _LINK_DIRECTIVE}
    types = {it.name: "\n".join(_type_definition(it)) for it in merge.types.values()}
    types |= _specification_types(merge, version)
    types["join__Graph"] = _graphs(merge)
    blocks = [_schema(merge, version)]
    blocks += [directives[name] for name in sorted(directives)]
    blocks += [types[name] for name in sorted(types)]
    return "\n\n".join(blocks) + "\n"


_LINK_DIRECTIVE = (
    "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import])"
    " repeatable on SCHEMA"
)


def _join_directives(version: Version) -> dict[str, str]:
    field_arguments = (
        "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,"
        " external: Boolean, override: String, usedOverridden: Boolean"
    )
    if version >= JOIN_0_4:
        field_arguments += ", overrideLabel: String"
    if version >= JOIN_0_5:
        field_arguments += ", contextArguments: [join__ContextArgument!]"
    directives = {
        "join__enumValue": "directive @join__enumValue(graph: join__Graph!) repeatable"
        " on ENUM_VALUE",
        "join__field": f"directive @join__field({field_arguments}) repeatable"
        " on FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
        "join__graph": "directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
        "join__implements": "directive @join__implements(graph: join__Graph!, interface: String!)"
        " repeatable on OBJECT | INTERFACE",
        "join__type": _JOIN_TYPE,
        "join__unionMember": "directive @join__unionMember(graph: join__Graph!, member: String!)"
        " repeatable on UNION",
    }
    if version >= JOIN_0_4:
        directives["join__directive"] = (
            "directive @join__directive(graphs: [join__Graph!], name: String!,"
            " args: join__DirectiveArguments) repeatable"
            " on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION"
        )
    return directives


def _specification_types(merge: Merge, version: Version) -> Iterator[tuple[str, str]]:
    scalars = ["join__FieldSet", "link__Import"]
    if version >= JOIN_0_4:
        scalars.append("join__DirectiveArguments")
    if version >= JOIN_0_5:
        scalars.append("join__FieldValue")
        yield "join__ContextArgument", _CONTEXT_ARGUMENT
    for definition in merge.directives.values():
        for argument in definition.arguments.values():
            name = argument.type.strip("[]!")
            if name in {"requiresScopes__Scope", "policy__Policy", "context__ContextFieldValue"}:
                scalars.append(name)
    for name in scalars:
        yield name, f"scalar {name}"
    yield "link__Purpose", _LINK_PURPOSE


def _schema(merge: Merge, version: Version) -> str:
    features = [
        LinkedFeature(f"{SPECS}/link/v1.0"),
        LinkedFeature(f"{SPECS}/join/{version}", "EXECUTION"),
        *sorted(named_features(merge), key=_feature_order),
    ]
    lines = [*_description(merge.schema_description, ""), "schema"]
    lines += [f"{_INDENT}{_link(feature)}" for feature in features]
    lines += [f"{_INDENT}{directive}" for directive in merge.schema_directives]
    roots = [
        f"{_INDENT}{operation}: {name}"
        for operation, name in ROOT_NAMES.items()
        if name in merge.types and merge.types[name].kind is TypeKind.OBJECT
    ]
    return "\n".join([*lines, "{", *roots, "}"])


def _feature_order(feature: LinkedFeature) -> tuple[bool, str]:
    # Of two specifications of one name, readers that look for it by name must find ours.
    return not feature.url.startswith(f"{SPECS}/"), feature.url


def _link(feature: LinkedFeature) -> str:
    text = f'@link(url: "{feature.url}"'
    if feature.alias is not None:
        text += f', as: "{feature.alias}"'
    if feature.purpose is not None:
        text += f", for: {feature.purpose}"
    if feature.imports:
        imports = ", ".join(
            f'"{name}"' if name == alias else f'{{name: "{name}", as: "{alias}"}}'
            for name, alias in feature.imports
        )
        text += f", import: [{imports}]"
    return text + ")"


def _graphs(merge: Merge) -> str:
    lines = ["enum join__Graph {"]
    for subgraph in merge.subgraphs:
        name, url = print_value(subgraph.name), print_value(subgraph.schema.url)
        lines.append(f"{_INDENT}{subgraph.graph.name} @join__graph(name: {name}, url: {url})")
    return "\n".join([*lines, "}"])


def _directive_definition(definition: DirectiveDefinition) -> str:
    lines = list(_description(definition.description, ""))
    repeatable = " repeatable" if definition.is_repeatable else ""
    arguments = _arguments(definition.arguments.values(), "")
    locations = " | ".join(definition.locations)
    lines.append(f"directive @{definition.name}{arguments}{repeatable} on {locations}")
    return "\n".join(lines)


def _type_definition(definition: TypeDefinition) -> Iterator[str]:
    yield from _description(definition.description, "")
    head = f"{definition.kind.value} {definition.name}"
    if definition.interfaces:
        head += f" implements {' & '.join(definition.interfaces)}"
    yield head
    yield from (f"{_INDENT}{directive}" for directive in definition.directives)
    if definition.kind is TypeKind.UNION:
        yield f" = {' | '.join(definition.members)}"
        return
    contents = list(_contents(definition))
    if contents:
        yield "{"
        yield from contents
        yield "}"


def _contents(definition: TypeDefinition) -> Iterator[str]:
    for item in definition.fields.values():
        yield from _field(item)
    for item in definition.input_fields.values():
        yield from _description(item.description, _INDENT)
        yield f"{_INDENT}{_input_value(item)}"
    for value in definition.values.values():
        yield from _enum_value(value)


def _field(item: FieldDefinition) -> Iterator[str]:
    yield from _description(item.description, _INDENT)
    arguments = _arguments(item.arguments.values(), _INDENT) if item.arguments else ""
    yield f"{_INDENT}{item.name}{arguments}: {item.type}{_directives(item.directives)}"


def _enum_value(value: EnumValue) -> Iterator[str]:
    yield from _description(value.description, _INDENT)
    yield f"{_INDENT}{value.name}{_directives(value.directives)}"


def _arguments(arguments: Iterable[InputValue], indent: str) -> str:
    """Return `arguments` in one line, or one a line when one of them has a description."""
    values = list(arguments)
    if not values:
        return ""
    if all(value.description is None for value in values):
        return f"({', '.join(map(_input_value, values))})"
    deeper = indent + _INDENT
    lines: list[str] = []
    for value in values:
        lines += [*_description(value.description, deeper), f"{deeper}{_input_value(value)}"]
    return "\n".join(["(", *lines, f"{indent})"])


def _input_value(item: InputValue) -> str:
    default = "" if item.default is ABSENT else f" = {print_value(item.default)}"
    return f"{item.name}: {item.type}{default}{_directives(item.directives)}"


def _directives(directives: list[AppliedDirective]) -> str:
    return "".join([f" {directive}" for directive in directives]) if directives else ""


def _description(text: str | None, indent: str) -> Iterator[str]:
    if text is None:
        return
    quotes = '"""'
    escaped = text.replace(quotes, f"\\{quotes}")
    # A block string would lose what a description begins or ends with, if that is white space.
    if (
        text != text.strip()
        or "\r" in text
        or any(ord(it) < ord(" ") for it in text if it not in "\n\t")
    ):
        yield f"{indent}{print_value(text)}"
        return
    yield f"{indent}{quotes}"
    yield from (f"{indent}{line}" if line else "" for line in escaped.split("\n"))
    yield f"{indent}{quotes}"
