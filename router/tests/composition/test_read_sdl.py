"""Reading SDL agrees with the parser of graphql-core: what is there, where, and what is refused."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TokenKind,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from graphwing.composition import SubgraphSdl
from graphwing.composition.definitions import (
    ABSENT,
    AppliedDirective,
    InputValue,
    Position,
    TypeDefinition,
)
from graphwing.composition.problems import Problems
from graphwing.composition.read_sdl import ReadSdl, read_sdl
from graphwing.composition.sdl_texts import sdl_texts
from graphwing.composition.sdl_tokens import tokenise
from graphwing.composition.values import ConstValue, EnumLiteral
from graphwing.errors import CompositionProblem

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
CORPUS = Path(__file__).parents[4] / "shared" / "conformance" / "composition-cases.jsonl.gz"
EVERYTHING = r'''# A comment — with "quotes".
"""
The schema.

  Indented.
"""
schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", {name: "@tag"}]) {
  query: Query, mutation: M
  subscription: S
}
extend schema @a
"in one line" directive @a(b: Int! = 3 @c, "d" d: [[E!]!]) repeatable on | OBJECT | FIELD_DEFINITION
directive @c on SCHEMA
scalar Date @specifiedBy(url: "x")
extend scalar Date @tag(name: "h\u00e9 \uD83D\uDE00 \u{1F600} \\ \/ \" \b\f\n\r\t")
"type" type type implements & interface & B @a(b: -1.5e-3) { on: on type: type! query: [query!]! }
extend type type implements C
interface interface { f(input: I = {a: [1, {b: null}], c: RED, d: true, e: "x", f: """y"""}): Int }
union U @a = | A | B
union V
extend union U = C
enum E { "one" A @deprecated B on fragment }
extend enum E @a { C }
input I { a: Int = 0 @a, b: String = "" c: Float = 1E5 }
extend input I { d: [Int] = [], e: J = {} }
type Empty
'''
NUMBERS = (
    *("0", "-0", "00", "01", "-", "1.", "1.e", "1e", "-1E+5", "1x", "1.5.", "1..", "0x1", "1_"),
    *("2.5e-", "--1", "+1", "1é"),
)
ESCAPES = (
    *("\\x", "\\", "\\u12", "\\u12g4", "\\uD83D", "\\uD83D\\u0041", "\\uDE00", "\\uD83D\\uDE00"),
    *("\\u{}", "\\u{0}", "\\u{000000041}", "\\u{00000041}", "\\u{110000}", "\\u{10FFFF}", "\\u{41"),
    *("\\u{D800}", "\\u{00D800}", "\\u{4_}", "\ud83d\ude00", "\ud83d", "\ude00", "\0\x7f\t"),
)
ODD = (
    "",
    " \n\t,\ufeff# only ignored",
    "\ufefftype A { a: Int }",
    "type A { # a comment\r\n  a:\r[Int!]!\n\n,,, b: Float }",
    "type A {\r\n\r  a Int }",
    '"""block\n"string\\""" """ type A\n@b(c: "d\\n\\u00e9", e: [1, ENUM, {f: null}])',
    '"""\\""" type A',
    '"""""" type A "" scalar B """"""scalar C',
    '"""  first\n    second\n\t\n   third  \r\n""" type A',
    '"""\n\n   \n""" scalar B',
    "\n\n  type 달",
    "type é",
    'a "unterminated',
    'type A "unterminated\n"',
    '"""unterminated type A',
    "a .. b",
    "type A ...",
    ".5",
    "\0",
    "type\0A",
    "'single' type A",
    "type A {}",
    "type A { a }",
    "type A { a: [Int }",
    "type A { a(): Int }",
    "type A { a: Int!! }",
    "type A implements",
    "type A implements & { a: Int }",
    "type A implements B, C { a: Int }",
    "type A @",
    "type A @a() { b: Int }",
    "type A @a(b: $c)",
    "type A @a(b: $)",
    "type A @a(b: [$c])",
    "union A = ",
    "union A = |",
    "enum A { true }",
    "enum A { a null }",
    'enum A { "true" "true" }',
    "extend type A",
    "extend type A {",
    "extend",
    "extend foo",
    "extend schema",
    "extend schema {}",
    "extend scalar A",
    "extend union A",
    "extend enum A type B",
    "extend input A",
    'extend "description" type A',
    '"description" extend type A { a: Int }',
    '"description" { a }',
    '"description" foo',
    '"description" "another" type A',
    '"description" )',
    '"description"',
    "schema",
    "schema {}",
    "schema { queries: Q }",
    "schema { queries ? }",
    "schema { query Q }",
    "directive a on FIELD",
    "directive @a",
    "directive @a on",
    "directive @a on FEELD",
    'directive @a on FEELD "\\q"',
    "directive @a repeatable FIELD",
    "directive @a on FIELD | | OBJECT",
    "query { a }",
    "{ a }",
    "fragment a on B { c }",
    "type A { a: Int } query { a }",
    "foo",
    "type A type",
    "}",
    *(f"scalar A @a(b: {number})" for number in NUMBERS),
    *(f'scalar A @a(b: "{text}")' for text in ESCAPES),
    "# \ud83d\ude00 fine\ntype A",
    "# \ud83d broken\ntype A",
    '"""\ud83d\ude00 fine""" type A',
    '"""\n\n \ud83d broken""" type A',
    "type \ud83d\ude00",
    "type \ud83d",
    f"type A {{ a: {'[' * 200}Int{']' * 200} }}",
    f"type A {{ a: {'[' * 201}Int{']' * 201} }}",
    f"scalar A @a(b: {'[' * 200}{']' * 200})",
    f"scalar A @a(b: {'[' * 201}{']' * 201})",
    f"scalar A @a(b: {'{b: [' * 100}{']}' * 100})",
    f"scalar A @a(b: {'{b: [' * 101}{']}' * 101})",
)  # fmt: skip


@pytest.mark.parametrize("text", [EVERYTHING, *ODD])
def test_odd_text_reads_as_graphql_core_reads_it(text: str) -> None:
    compare(text)


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_schemas_read_as_graphql_core_reads_them(path: Path) -> None:
    for sdl in subgraphs_of(path):
        compare(sdl)


@pytest.mark.parametrize("seed", range(20))
def test_damaged_schemas_read_as_graphql_core_reads_them(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    sources = [EVERYTHING, *(sdl for path in CASES for sdl in subgraphs_of(path))]
    for _ in range(40):
        compare(damaged(chance.choice(sources), chance))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not there")
def test_the_corpus_reads_as_graphql_core_reads_it() -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        sources = {subgraph["sdl"] for line in lines for subgraph in json.loads(line)["subgraphs"]}
    for sdl in sorted(sources)[::10]:
        compare(sdl)


def subgraphs_of(path: Path) -> Iterator[str]:
    given = path.read_text(encoding="utf-8").partition("--- result\n")[0]
    for part in given.split("--- subgraph ")[1:]:
        yield part.partition("\n")[2]


_PIECES = re.compile(r'"""|"|\w+|\s+|.', re.DOTALL)
_JUNK = (
    *"!$&()[]{}:=@|.,#\"\\'-0é\0\ud83d\ude00\ufeff\r\n",
    *('"""', '"x"', "...", "1.5", "0", "true", "null", "on", "extend", "type", "implements"),
    *("query", "repeatable", "\\u", "\\u{1F600}", "\\uD83D", "$a", "{a: 1}", "[A!]!", "@a"),
)


def damaged(text: str, chance: random.Random) -> str:
    """Return `text` with a few pieces dropped, doubled, swapped, replaced or cut off."""
    pieces: list[str] = _PIECES.findall(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(pieces) + 1)
        match chance.randrange(5):
            case 0:
                del pieces[at : at + chance.randint(1, 3)]
            case 1:
                pieces.insert(at, chance.choice(_JUNK))
            case 2:
                pieces[at:at] = pieces[at - 2 : at]
            case 3:
                pieces[at : at + 2] = reversed(pieces[at : at + 2])
            case _:
                pieces[at : at + 1] = [chance.choice(_JUNK)]
    return "".join(pieces[: chance.randrange(len(pieces) + 1)] if chance.random() < 0.1 else pieces)


def compare(sdl: str) -> None:
    """Check that `sdl` reads as graphql-core reads it, or is refused where it is refused there."""
    subgraph = SubgraphSdl("it", "", sdl)
    problems = Problems(sdl_texts([subgraph]))
    read = read_sdl(subgraph, problems)
    syntax = [it for it in problems.found if it.message.startswith("the SDL ")]
    try:
        document = parse(sdl)
    except GraphQLSyntaxError as error:
        check_refusal(syntax, [(it.line, it.column) for it in error.locations or ()])
        return
    refused = first_refused(document)
    if refused is not None:
        assert [place(problem) for problem in syntax] == [refused]
        return
    assert syntax == []
    if not problems.found:
        tokens = tokenise(sdl)

        def where(position: Position) -> tuple[int, int] | None:
            return None if position is None else tokens.position(position)

        assert said_by_records(read, where) == said_by_nodes(document)


# What graphql-core reads and a type system cannot hold is refused where it begins, whatever is
# wrong in it further on.
_REFUSED_SOONER = (
    "holds an operation",
    "Unexpected description",
    "Unexpected Name 'directive'",
    "Expected 'on', found '@'",
)


def check_refusal(found: list[CompositionProblem], expected: list[tuple[int, int]]) -> None:
    messages = " ".join(it.message for it in found)
    if any(reason in messages for reason in _REFUSED_SOONER):
        assert [place(it) for it in found] <= expected
    else:
        assert [place(it) for it in found] == expected


def place(problem: CompositionProblem) -> tuple[int, int]:
    return problem.locations[0].line, problem.locations[0].column


def first_refused(document: DocumentNode) -> tuple[int, int] | None:
    """Return where the first thing stands that graphql-core reads and a type system cannot hold.

    That is operations and fragments, and what the specification of 2021 does not know.
    """
    for node in document.definitions:
        match node:
            case OperationDefinitionNode() | FragmentDefinitionNode():
                return start_of(node)
            case _ if node.kind == "directive_extension":
                assert node.loc is not None
                assert node.loc.start_token.next is not None
                token = node.loc.start_token.next
                return token.line, token.column
            case DirectiveDefinitionNode():
                unknown = [it for it in node.locations if it.value in _NEW_LOCATIONS]
                for refused in [*(node.directives or ()), *unknown]:
                    return start_of(refused)
            case _:
                pass
    return None


_NEW_LOCATIONS = {"DIRECTIVE_DEFINITION", "FRAGMENT_VARIABLE_DEFINITION"}
_OF_SCHEMA = (SchemaDefinitionNode, SchemaExtensionNode)
Said = dict[str, Any]
Ast: TypeAlias = Any
Where: TypeAlias = Callable[[Position], tuple[int, int] | None]


def said_by_nodes(document: DocumentNode) -> Said:
    """Return all that `document` says, definitions and extensions of one type together."""
    types: Said = {}
    directives: Said = {}
    schema: Said = {"roots": {}, "directives": [], "description": None, "position": None}
    for node in document.definitions:
        extends = node.kind.endswith("_extension")
        if isinstance(node, _OF_SCHEMA):
            roots = node.operation_types or ()
            schema["roots"] |= {it.operation.value: it.type.name.value for it in roots}
            schema["directives"] += uses(node, extends=extends)
            if not extends:
                schema |= described(node)
        elif isinstance(node, DirectiveDefinitionNode):
            directives[node.name.value] = {
                **described(node),
                "arguments": [input_value(it) for it in node.arguments or ()],
                "locations": tuple(it.value for it in node.locations),
                "repeatable": node.repeatable,
            }
        else:
            add_type(types, node, extends=extends)
    return {"schema": schema, "types": types, "directives": directives}


def add_type(types: Said, node: Ast, *, extends: bool) -> None:
    kind = node.kind.split("_")[0]
    new: Said = {"kind": kind, "definition": False, "extension": False, "position": start_of(node)}
    new |= {"description": None, "directives": [], "interfaces": {}, "members": {}}
    said = types.setdefault(node.name.value, {**new, "fields": [], "inputs": [], "values": []})
    said["extension" if extends else "definition"] = True
    if not extends:
        said |= described(node)
    said["directives"] += uses(node, extends=extends)
    said["interfaces"] |= names(getattr(node, "interfaces", None))
    said["members"] |= names(getattr(node, "types", None))
    for item in getattr(node, "values", None) or ():
        said["values"].append((item.name.value, described(item), uses(item)))
    for item in getattr(node, "fields", None) or ():
        if kind == "input":
            said["inputs"].append(input_value(item))
            continue
        arguments = [input_value(it) for it in item.arguments or ()]
        about = (described(item), uses(item, extends=extends), extends)
        said["fields"].append((item.name.value, reference(item.type), arguments, *about))


def input_value(node: Ast) -> tuple[object, ...]:
    default = "absent" if node.default_value is None else repr(value(node.default_value))
    return (node.name.value, reference(node.type), default, described(node), uses(node))


def described(node: Ast) -> Said:
    description = node.description.value if node.description else None
    return {"description": description, "position": start_of(node)}


def uses(node: Ast, *, extends: bool = False) -> list[object]:
    return [
        (
            directive.name.value,
            [(it.name.value, repr(value(it.value))) for it in directive.arguments or ()],
            start_of(directive),
            extends,
        )
        for directive in node.directives or ()
    ]


def names(nodes: Iterable[Any] | None) -> dict[str, tuple[int, int]]:
    return {node.name.value: start_of(node) for node in nodes or ()}


def reference(node: Ast) -> str:
    return print_ast(node)


def value(node: Ast) -> ConstValue:
    match node.kind:
        case "enum_value":
            return EnumLiteral(node.value)
        case "list_value":
            return [value(item) for item in node.values]
        case "object_value":
            return {item.name.value: value(item.value) for item in node.fields}
        case _:
            return value_from_ast_untyped(node)


def start_of(node: Node) -> tuple[int, int]:
    """Return where `node` begins, after its description."""
    assert node.loc is not None
    token = node.loc.start_token
    is_described = getattr(node, "description", None) is not None
    if is_described and not isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
        while token.next is not None and token.kind in {TokenKind.STRING, TokenKind.BLOCK_STRING}:
            token = token.next
        while token.next is not None and token.kind is TokenKind.COMMENT:
            token = token.next
    return token.line, token.column


def said_by_records(read: ReadSdl, where: Where) -> Said:
    """Return all that `read` says, in the form of `said_by_nodes`."""
    schema = {
        "roots": read.roots,
        "directives": [use(it, where) for it in read.schema_directives],
        "description": read.schema_description,
        "position": where(read.schema_position),
    }
    directives = {
        name: {
            "description": it.description,
            "position": where(it.position),
            "arguments": [input_record(argument, where) for argument in it.arguments.values()],
            "locations": it.locations,
            "repeatable": it.is_repeatable,
        }
        for name, it in read.directives.items()
    }
    types = {name: type_record(it, where) for name, it in read.types.items()}
    return {"schema": schema, "types": types, "directives": directives}


def type_record(definition: TypeDefinition, where: Where) -> Said:
    fields = [
        (
            it.name,
            it.type,
            [input_record(argument, where) for argument in it.arguments.values()],
            {"description": it.description, "position": where(it.position)},
            [use(directive, where) for directive in it.directives],
            it.in_extension,
        )
        for it in definition.fields.values()
    ]
    values = [
        (
            it.name,
            {"description": it.description, "position": where(it.position)},
            [use(directive, where) for directive in it.directives],
        )
        for it in definition.values.values()
    ]
    return {
        "kind": {"type": "object"}.get(definition.kind.value, definition.kind.value),
        "definition": definition.has_definition,
        "extension": definition.has_extension,
        "position": where(definition.position),
        "description": definition.description,
        "directives": [use(it, where) for it in definition.directives],
        "interfaces": {name: where(at) for name, at in definition.interfaces.items()},
        "members": {name: where(at) for name, at in definition.members.items()},
        "fields": fields,
        "inputs": [input_record(it, where) for it in definition.input_fields.values()],
        "values": values,
    }


def input_record(it: InputValue, where: Where) -> tuple[object, ...]:
    default = "absent" if it.default is ABSENT else repr(it.default)
    about = {"description": it.description, "position": where(it.position)}
    return (
        it.name,
        it.type,
        default,
        about,
        [use(directive, where) for directive in it.directives],
    )


def use(directive: AppliedDirective, where: Where) -> tuple[object, ...]:
    arguments = [(name, repr(given)) for name, given in directive.arguments.items()]
    return (directive.name, arguments, where(directive.position), directive.in_extension)
