"""`graphwing subgraph validate`: one schema by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graphwing.cli import main

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
WRONG = f"""{LINK}
type Book @key(fields: "isbn") {{ id: ID! }}
type Shelf @key(fields: "id {{") {{ id: ID! }}
"""


def validate(*arguments: str, given: str | None = None) -> Result:
    command = ["subgraph", "validate", *arguments]
    return CliRunner().invoke(main, command, input=given, prog_name="graphwing")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books.graphql").write_text(WRONG)
    return tmp_path


def test_a_valid_schema_is_exit_code_0(folder: Path) -> None:
    (folder / "books.graphql").write_text(f'{LINK}\ntype Book @key(fields: "id") {{ id: ID! }}')

    result = validate("books.graphql")

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "the subgraph `books` is valid\n",
        "",
    )


def test_what_needs_another_subgraph_is_valid_by_itself(folder: Path) -> None:
    (folder / "reviews.graphql").write_text(
        'extend type Book @key(fields: "id") { id: ID! @external, stars: Int }'
    )

    assert validate("reviews.graphql").exit_code == 0


def test_all_problems_are_shown_with_their_lines_and_remedies() -> None:
    result = validate("books.graphql")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        'KEY_INVALID_FIELDS `Book`: `@key(fields: "isbn")` on `Book` selects `isbn`, which `Book`'
        " does not have here\n"
        "  subgraphs: books\n"
        "  --> books:2:11\n"
        '  2 | type Book @key(fields: "isbn") { id: ID! }\n'
        "    |           ^\n"
        "  remedy: add `isbn` to `Book`, or select a field that it has\n"
        "\n"
        'KEY_INVALID_FIELDS `Shelf`: `@key(fields: "id {")` on `Shelf` is not a selection of'
        " fields: Expected Name, found <EOF>.\n"
        "  subgraphs: books\n"
        "  --> books:3:12\n"
        '  3 | type Shelf @key(fields: "id {") { id: ID! }\n'
        "    |            ^\n"
        "  remedy: write the names of fields, each with its own in braces if it has any\n"
        "\n"
        "error: the subgraph `books` is not valid, 2 problems\n"
    )


def test_json_is_one_object() -> None:
    result = validate("books.graphql", "--name", "library", "--format", "json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["valid"]) == (1, False)
    assert [(it["code"], it["subgraphs"], it["coordinate"]) for it in answer["errors"]] == [
        ("KEY_INVALID_FIELDS", ["library"], "Book"),
        ("KEY_INVALID_FIELDS", ["library"], "Shelf"),
    ]


def test_the_schema_may_come_from_standard_input() -> None:
    result = validate("-", given="type Query {")

    assert result.exit_code == 1
    assert "  --> subgraph:1:13\n" in result.stderr


def test_a_missing_file_is_one_line() -> None:
    result = validate("nowhere.graphql")

    assert (result.exit_code, result.stderr) == (
        2,
        "error: the schema file `nowhere.graphql` does not exist; check the path\n",
    )


def test_a_missing_file_is_one_object() -> None:
    result = validate("nowhere.graphql", "--format", "json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["valid"]) == (2, False)
    assert [it["code"] for it in answer["errors"]] == ["INVALID_SETTINGS"]


@pytest.mark.parametrize("wrong", [(), ("a", "b"), ("a", "--format", "xml")])
def test_wrong_use_is_exit_code_2(wrong: tuple[str, ...]) -> None:
    assert validate(*wrong).exit_code == 2
