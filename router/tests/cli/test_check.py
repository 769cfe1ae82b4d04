"""`graphwing check`: what a change of the graph breaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graphwing import SubgraphSdl, compose
from graphwing.cli import main

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
BOOKS = f"""{LINK}
type Query {{ books: [Book!]! }}
type Book @key(fields: "id") {{ id: ID!, title: String, pages: Int! }}
"""
OPERATIONS = """
query Titles { books { title } }
query Pages { books { id pages } }
query Never { magazines { id } }
"""


def check(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], input=given, prog_name="graphwing")


def supergraph_of(sdl: str) -> str:
    return compose([SubgraphSdl("books", "http://books", sdl)]).sdl


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a supergraph, the subgraph to compose the next one of, and operations."""
    (tmp_path / "old.graphql").write_text(supergraph_of(BOOKS))
    (tmp_path / "books.graphql").write_text(BOOKS)
    (tmp_path / "supergraph.yaml").write_text(
        'subgraphs: { books: { routing_url: "http://books", schema: { file: books.graphql } } }'
    )
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations" / "books.graphql").write_text(OPERATIONS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(folder: Path, before: str, after: str) -> None:
    (folder / "books.graphql").write_text(BOOKS.replace(before, after))


def as_object(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)


def test_nothing_changed_is_compatible() -> None:
    result = check("--against", "old.graphql", "--config", "supergraph.yaml")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "compatible: no breaking changes, no dangerous changes\n"


def test_a_compatible_change_breaks_no_operation(folder: Path) -> None:
    change(folder, "title: String", "title: String!, isbn(long: Boolean): String")

    result = check("--against", "old.graphql", "--operations", "operations")

    assert result.exit_code == 0
    assert result.stdout.endswith(
        "compatible: no breaking changes, no dangerous changes, 0 of 2 operations broken\n"
    )


def test_a_removed_field_and_exactly_the_operations_that_need_it_are_named(folder: Path) -> None:
    change(folder, ", pages: Int!", "")

    result = check("--against", "old.graphql", "--operations", "operations")

    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout == (
        "breaking: FIELD_REMOVED `Book.pages`: field `Book.pages` was removed\n"
        "  remedy: keep it, marked `@deprecated`, until no client uses it\n"
        "\n"
        "operation `Pages` in operations/books.graphql is not valid any more\n"
        "  3:26: Cannot query field 'pages' on type 'Book'\n"
        "\n"
        "operation `Never` in operations/books.graphql was not valid before, and is not checked\n"
        "  4:15: Cannot query field 'magazines' on type 'Query'\n"
        "\n"
        "not compatible: 1 breaking change, no dangerous changes, 1 of 2 operations broken\n"
    )


def test_json_is_one_object(folder: Path) -> None:
    change(folder, "pages: Int!", "pages: Int")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    answer = as_object(result)
    operations = answer["operations"]
    assert (result.exit_code, answer["compatible"], answer["errors"]) == (1, False, [])
    assert answer["changes"] == [
        {
            "code": "FIELD_CHANGED_KIND",
            "severity": "breaking",
            "message": "field `Book.pages` changed type from Int! to Int",
            "coordinate": "Book.pages",
            "remedy": "keep the type, and add a field of the new type under another name",
        }
    ]
    assert operations["checked"] == 2
    assert operations["broken"] == [
        {
            "name": "Pages",
            "source": "operations/books.graphql",
            "valid": True,
            "reasons": [
                {
                    "message": "field `Book.pages` changed type from Int! to Int",
                    "source": "operations/books.graphql",
                    "line": 3,
                    "column": 26,
                }
            ],
        }
    ]
    assert [it["name"] for it in operations["ignored"]] == ["Never"]


def test_a_graph_that_does_not_compose_is_reported_as_compose_does(folder: Path) -> None:
    change(folder, 'fields: "id"', 'fields: "isbn"')

    text = check("--against", "old.graphql")
    as_json = check("--against", "old.graphql", "--format", "json")

    assert (text.exit_code, text.stdout) == (1, "")
    assert "KEY_INVALID_FIELDS `Book`: " in text.stderr
    assert text.stderr.endswith("error: the subgraphs do not compose, 1 problem\n")
    answer = as_object(as_json)
    assert (as_json.exit_code, answer["compatible"], answer["changes"]) == (1, False, [])
    assert [it["code"] for it in answer["errors"]] == ["KEY_INVALID_FIELDS"]


def test_two_supergraphs_can_be_compared(folder: Path) -> None:
    (folder / "new.graphql").write_text(supergraph_of(BOOKS.replace(", title: String", "")))

    result = check("--against", "old.graphql", "new.graphql")

    assert result.exit_code == 1
    assert "FIELD_REMOVED `Book.title`" in result.stdout


def test_a_graph_with_connectors_is_composed_and_checked(folder: Path) -> None:
    link = '@link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect"])'
    connect = '@connect(http: { GET: "https://books.test/" }, selection: "id pages")'
    books = BOOKS.replace(LINK, f"{LINK.replace('v2.3', 'v2.11')} {link}").replace(
        "books: [Book!]!", f"books: [Book!]! {connect}"
    )
    (folder / "books.graphql").write_text(books)
    config = ["--config", "supergraph.yaml"]
    arguments = ["compose", *config, "--output", "with_connectors.graphql"]
    composed = CliRunner().invoke(main, arguments, prog_name="graphwing")
    (folder / "books.graphql").write_text(books.replace(", pages: Int!", ""))

    result = check("--against", "with_connectors.graphql", *config, "--format", "json")

    assert (composed.exit_code, composed.stderr) == (0, "")
    assert result.exit_code == 1
    assert [it["coordinate"] for it in as_object(result)["changes"]] == ["Book.pages"]


def test_what_clients_cannot_see_breaks_nothing(folder: Path) -> None:
    hidden = BOOKS.replace('"@key"', '"@key", "@inaccessible"').replace(
        "title: String", "title: String, secret: Int @inaccessible"
    )
    (folder / "old.graphql").write_text(supergraph_of(hidden))

    assert check("--against", "old.graphql").exit_code == 0


@pytest.mark.parametrize(
    "manifest",
    [
        {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [
                {
                    "id": "a1",
                    "name": "Titles",
                    "type": "query",
                    "body": "query Titles{books{title}}",
                },
                {"id": "b2", "name": "Pages", "type": "query", "body": "query Pages{books{pages}}"},
            ],
        },
        {"a1": "query Titles{books{title}}", "b2": "query Pages{books{pages}}"},
    ],
)
def test_manifests_of_persisted_operations_are_read(
    folder: Path, manifest: dict[str, object]
) -> None:
    (folder / "operations" / "books.graphql").unlink()
    (folder / "operations" / "manifest.json").write_text(json.dumps(manifest))
    change(folder, ", pages: Int!", "")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    operations = as_object(result)["operations"]
    assert operations["checked"] == 2
    assert [(it["name"], it["source"]) for it in operations["broken"]] == [
        ("Pages", "operations/manifest.json: b2")
    ]


@pytest.mark.parametrize(
    ("text", "operation", "lost"),
    [
        ("union Found = Book | Pen", "{ found { ... on Node { id } } }", "Book` implements Node"),
        (
            "union Found = Book | Pen",
            "{ found { ...Shown } } fragment Shown on Node { id }",
            "Book` implements Node",
        ),
    ],
)
def test_an_operation_breaks_where_a_fragment_selects_less(
    folder: Path, text: str, operation: str, lost: str
) -> None:
    before = f"""{LINK}
type Query {{ found: [Found], book: Book }}
interface Node {{ id: ID! }}
union Found = Book | Pen
type Book implements Node {{ id: ID! }}
type Pen implements Node {{ id: ID! }}
"""
    after = before.replace("union Found = Book | Pen", text)
    if "implements" in lost:
        after = after.replace("Book implements Node", "Book")
    (folder / "old.graphql").write_text(supergraph_of(before))
    (folder / "books.graphql").write_text(after)
    (folder / "operations" / "books.graphql").write_text(
        f"query A {operation} query B {{ book {{ id }} found {{ ... on Pen {{ id }} }} }}"
    )

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    [broken] = as_object(result)["operations"]["broken"]
    assert (result.exit_code, broken["name"], broken["valid"]) == (1, "A", True)
    assert [it["message"] for it in broken["reasons"]] == [
        "in `Found`, `... on Node` does not select `Book` any more"
    ]


@pytest.mark.parametrize(
    ("before", "after", "operation", "reason"),
    [
        (
            "input Q { a: Int, b: Int } type Query { f(q: Q): Int }",
            "input Q { a: Int } type Query { f(q: Q): Int }",
            "query A($q: Q) { f(q: $q) }",
            "`$q` may be refused: field `Q.b` was removed",
        ),
        (
            "input Q { r: R! } input R { a: E } enum E { X Y } type Query { f(q: Q): Int }",
            "input Q { r: R! } input R { a: E } enum E { X } type Query { f(q: Q): Int }",
            "query A($q: Q!) { f(q: $q) }",
            "`$q` may be refused: enum value `E.Y` was removed",
        ),
        (
            "scalar J type Query { f: [J!] }",
            "enum J { X } type Query { f: [J!] }",
            "query A { f }",
            "`J` changed from a Scalar type to an Enum type",
        ),
        (
            "type Query { f: [Int] }",
            "type Query { f: [Float] }",
            "query A { f }",
            "field `Query.f` changed type from [Int] to [Float]",
        ),
        (
            "type U { id: ID } type Query { f: [U!] }",
            "interface N { id: ID } type U implements N { id: ID } type Query { f: [N] }",
            "query A { f { id } }",
            "field `Query.f` changed type from [U!] to [N]",
        ),
    ],
)
def test_an_operation_breaks_whose_values_or_answers_change(
    folder: Path, before: str, after: str, operation: str, reason: str
) -> None:
    (folder / "old.graphql").write_text(supergraph_of(before))
    (folder / "books.graphql").write_text(after)
    (folder / "operations" / "books.graphql").write_text(f"{operation} query B {{ __typename }}")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    [broken] = as_object(result)["operations"]["broken"]
    assert (result.exit_code, broken["name"], broken["valid"]) == (1, "A", True)
    assert [it["message"] for it in broken["reasons"]] == [reason]


@pytest.mark.parametrize(
    ("before", "after", "operation"),
    [
        (
            "type U { id: ID } type Query { f: [U] }",
            "interface N { id: ID } type U implements N { id: ID } type Query { f: [N!]! }",
            "{ f { id __typename } }",
        ),
        ("enum E { X Y } type Query { f: E }", "enum E { X } type Query { f: E }", "{ f }"),
        (
            "input Q { a: Int, b: Int } type Query { f(q: Q): Int }",
            "input Q { a: Int } type Query { f(q: Q): Int }",
            "{ f(q: { a: 1 }) }",
        ),
    ],
)
def test_an_operation_that_expects_nothing_else_does_not_break(
    folder: Path, before: str, after: str, operation: str
) -> None:
    (folder / "old.graphql").write_text(supergraph_of(before))
    (folder / "books.graphql").write_text(after)
    (folder / "operations" / "books.graphql").write_text(operation)

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    operations = as_object(result)["operations"]
    assert (result.exit_code, operations["checked"], operations["broken"]) == (1, 1, [])


def test_operations_that_cannot_be_read_do_not_keep_from_the_others(folder: Path) -> None:
    (folder / "operations" / "a.graphql").write_text("query {\n books {")
    (folder / "operations" / "b.json").write_text(
        '{"x": "query {", "y": "query Y { books { pages } }"}'
    )
    change(folder, ", pages: Int!", "")

    text = check("--against", "old.graphql", "--operations", "operations")
    as_json = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    operations = as_object(as_json)["operations"]
    assert (text.exit_code, as_json.exit_code) == (1, 1)
    assert [it["name"] for it in operations["broken"]] == ["Y", "Pages"]
    assert operations["unreadable"] == [
        {
            "source": "operations/a.graphql:2:9",
            "message": "Syntax Error: Expected Name, found <EOF>",
        },
        {
            "source": "operations/b.json: x:1:8",
            "message": "Syntax Error: Expected Name, found <EOF>",
        },
    ]
    assert (
        "not checked: operations/a.graphql:2:9: Syntax Error: Expected Name, found <EOF>; "
        "correct or remove it\n"
    ) in text.stdout


def test_files_share_their_fragments(folder: Path) -> None:
    (folder / "operations" / "books.graphql").write_text("query A { books { ...Shown } }")
    (folder / "operations" / "deep").mkdir()
    (folder / "operations" / "deep" / "shown.gql").write_text("fragment Shown on Book { pages }")
    change(folder, ", pages: Int!", "")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    assert [it["name"] for it in as_object(result)["operations"]["broken"]] == ["A"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.graphql",
            "query { books {",
            (
                "operations/a.graphql:1:16: Syntax Error: Expected Name, found <EOF>; "
                "correct or remove it"
            ),
        ),
        (
            "a.json",
            "[]",
            (
                "operations/a.json: it is no manifest of persisted operations, neither Apollo's "
                "nor Relay's; move it away, or write it as an object from ids to operations"
            ),
        ),
        (
            "a.json",
            '{"a": {}}',
            (
                "operations/a.json: it is no manifest of persisted operations, neither Apollo's "
                "nor Relay's; move it away, or write it as an object from ids to operations"
            ),
        ),
        (
            "a.json",
            "{",
            (
                "operations/a.json: it is not JSON: Expecting property name enclosed in double "
                "quotes: line 1 column 2 (char 1)"
            ),
        ),
    ],
)
def test_operations_of_which_none_can_be_read_are_wrong_use(
    folder: Path, name: str, text: str, message: str
) -> None:
    (folder / "operations" / "books.graphql").unlink()
    (folder / "operations" / name).write_text(text)

    result = check("--against", "old.graphql", "--operations", "operations")

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--against", "nowhere.graphql"),
            "the supergraph file `nowhere.graphql` does not exist; check the path",
        ),
        (
            ("--against", "old.graphql", "--operations", "nowhere"),
            "the operations `nowhere` do not exist; check the path",
        ),
        (
            ("--against", "old.graphql", "--operations", "empty"),
            "there is no operation in `empty`; name a folder with `.graphql` or `.gql` files",
        ),
        (
            ("--against", "old.graphql", "--operations", "operations/schema.graphqls"),
            "there is no operation in `operations/schema.graphqls`; name a folder",
        ),
        (
            ("--against", "-", "old.graphql"),
            "standard input: the supergraph is wrong: ",
        ),
        (
            ("--against", "books.graphql"),
            "books.graphql: the supergraph is wrong: the document links no version of the join ",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_one_line(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "schema.graphqls").write_text("type Query { a: Int }")
    (folder / "operations" / "schema.graphqls").write_text("type Query { a: Int }")

    text = check(*arguments)
    as_json = check(*arguments, "--format", "json")

    assert (text.exit_code, text.stdout, text.stderr.count("\n")) == (2, "", 1)
    assert text.stderr.startswith(f"error: {message}")
    assert [it["code"] for it in as_object(as_json)["errors"]] == ["INVALID_SETTINGS"]


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--against", "old.graphql", "--config", "supergraph.yaml", "old.graphql"),
        ("--against", "old.graphql", "--format", "yaml"),
        ("--against", "old.graphql", "a", "b"),
        ("--against", "-", "-"),
        ("--against", "-", "--config", "-"),
        ("--against", "old.graphql", "--include-tag", "public", "old.graphql"),
    ],
)
def test_wrong_use_is_exit_code_2(wrong: tuple[str, ...]) -> None:
    assert check(*wrong).exit_code == 2


def test_a_fault_in_a_fragment_of_another_file_is_shown_there(folder: Path) -> None:
    (folder / "operations" / "books.graphql").write_text("query A { books { ...Shown } }")
    (folder / "operations" / "shown.graphql").write_text("\nfragment Shown on Book { pages }")
    config = ["--against", "old.graphql", "--operations", "operations"]

    for now, message in (
        ("", "Cannot query field 'pages' on type 'Book'"),
        (", pages: Int", "field `Book.pages` changed type from Int! to Int"),
    ):
        change(folder, ", pages: Int!", now)
        text, as_json = check(*config), check(*config, "--format", "json")
        [broken] = as_object(as_json)["operations"]["broken"]

        assert f"\n  operations/shown.graphql:2:26: {message}\n" in text.stdout
        assert broken["source"] == "operations/books.graphql"
        assert broken["reasons"] == [
            {"message": message, "source": "operations/shown.graphql", "line": 2, "column": 26}
        ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.GRAPHQL", "query A { books { pages } }"),
        ("a.graphql", "\ufeffquery A { books { pages } }"),
        ("a.json", '\ufeff{"a": "query A { books { pages } }"}'),
        ("a.JSON", '{"a": "query A { books { pages } }"}'),
    ],
)
def test_suffixes_in_capitals_and_byte_order_marks_are_read(
    folder: Path, name: str, text: str
) -> None:
    (folder / "operations" / "books.graphql").unlink()
    (folder / "operations" / name).write_text(text)
    change(folder, ", pages: Int!", "")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    assert [it["name"] for it in as_object(result)["operations"]["broken"]] == ["A"]


@pytest.mark.parametrize("name", ["a.graphqls", "a"])
@pytest.mark.parametrize("text", ["{ books { pages } }", '{"a": "query { books { pages } }"}'])
def test_a_file_of_another_suffix_is_known_by_what_is_in_it(
    folder: Path, name: str, text: str
) -> None:
    (folder / name).write_text(text)
    change(folder, ", pages: Int!", "")

    result = check("--against", "old.graphql", "--operations", name, "--format", "json")

    assert as_object(result)["operations"]["checked"] == 1
    assert len(as_object(result)["operations"]["broken"]) == 1


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "operations" / "a.graphql").write_bytes(b"\xff")

    result = check("--against", "old.graphql", "--operations", "operations", "--format", "json")

    assert as_object(result)["operations"]["unreadable"] == [
        {"source": "operations/a.graphql", "message": "it is not UTF-8 text"}
    ]


def test_an_operation_that_breaks_without_a_breaking_change_is_told_so(folder: Path) -> None:
    before = f"{LINK} type Query {{ i: I }} interface I {{ id: ID }}" + "".join(
        f" type {name} implements I {{ id: ID, x: Int }}" for name in "AB"
    )
    (folder / "old.graphql").write_text(supergraph_of(before))
    (folder / "books.graphql").write_text("Int!".join(before.rsplit("Int", 1)))
    (folder / "operations" / "books.graphql").write_text("{ i { ... on A { x } ... on B { x } } }")

    result = check("--against", "old.graphql", "--operations", "operations")

    assert result.exit_code == 1
    assert result.stdout.endswith(
        "not compatible: no change is breaking by itself, no dangerous changes, "
        "1 of 1 operation broken\n"
    )


def test_either_supergraph_may_come_from_standard_input(folder: Path) -> None:
    old = (folder / "old.graphql").read_text()
    new = supergraph_of(BOOKS.replace(", title: String", ""))
    (folder / "new.graphql").write_text(new)

    for result in (
        check("--against", "-", "new.graphql", given=old),
        check("--against", "old.graphql", "-", given=new),
    ):
        assert result.exit_code == 1
        assert "FIELD_REMOVED `Book.title`" in result.stdout


def test_a_contract_can_be_checked(folder: Path) -> None:
    tagged = BOOKS.replace('"@key"', '"@key", "@tag"').replace(
        "pages: Int!", 'pages: Int! @tag(name: "internal")'
    )
    (folder / "books.graphql").write_text(tagged)
    arguments = ["--against", "old.graphql", "--format", "json"]

    whole = as_object(check(*arguments))
    contract = as_object(check(*arguments, "--exclude-tag", "internal"))
    included = as_object(check(*arguments, "--include-tag", "internal"))

    assert (whole["compatible"], whole["changes"]) == (True, [])
    assert [it["coordinate"] for it in contract["changes"]] == ["Book.pages"]
    assert included["compatible"] is False


def test_nothing_to_check_is_wrong_use(folder: Path) -> None:
    (folder / "supergraph.yaml").unlink()

    result = check("--against", "old.graphql")

    assert result.exit_code == 2
    assert "give --config or NEW_SUPERGRAPH" in result.stderr
