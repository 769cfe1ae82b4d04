"""`graphwing compose` as scripts use it: formats, hints, tags, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graphwing import parse_supergraph
from graphwing.cli import main

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])'
)
BOOKS = f"""{LINK}
type Query {{ books: [Book], stock: Int @tag(name: "internal") }}
"The work."
type Book @key(fields: "id") {{ id: ID!, title: String @tag(name: "public") }}
"""
REVIEWS = f"""{LINK}
"The copy."
type Book @key(fields: "id") {{ id: ID!, stars: Int }}
"""
CONFIG = """
subgraphs:
  books: { routing_url: "http://books", schema: { file: books.graphql } }
  reviews: { routing_url: "http://reviews", schema: { file: reviews.graphql } }
"""


def compose(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["compose", *arguments], input=given, prog_name="graphwing")


def as_object(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two subgraphs that compose with a hint, and what to compose."""
    (tmp_path / "books.graphql").write_text(BOOKS)
    (tmp_path / "reviews.graphql").write_text(REVIEWS)
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_config_may_come_from_standard_input() -> None:
    from_file = compose("--config", "config.yaml")
    from_input = compose("--config", "-", given=CONFIG)

    assert (from_input.exit_code, from_input.stdout) == (0, from_file.stdout)


def test_a_schema_may_stand_in_the_config(folder: Path) -> None:
    from_file = compose("--config", "config.yaml")
    sources = {"books": BOOKS, "reviews": REVIEWS}
    (folder / "config.yaml").write_text(
        json.dumps(
            {
                "subgraphs": {
                    name: {"routing_url": f"http://{name}", "schema": {"sdl": sdl}}
                    for name, sdl in sources.items()
                }
            }
        )
    )

    result = compose("--config", "config.yaml")

    assert (result.exit_code, result.stdout) == (0, from_file.stdout)


def test_a_wrong_config_from_standard_input_is_called_so() -> None:
    result = compose("--config", "-", given="subgraphs: {}")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: standard input: subgraphs: it names no subgraph; add at least one\n"
    )


def test_hints_stand_on_standard_error_with_the_lines_they_are_about() -> None:
    result = compose("--config", "config.yaml")

    assert result.exit_code == 0
    assert parse_supergraph(result.stdout).subgraphs.keys() == {"books", "reviews"}
    assert result.stderr.startswith("hint (WARN): INCONSISTENT_DESCRIPTION `Book`: ")
    assert "  subgraphs: books, reviews\n" in result.stderr
    assert '  --> reviews:3:1\n  3 | type Book @key(fields: "id") { id: ID!, stars: Int }\n' in (
        result.stderr
    )


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("debug", ["INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", "INCONSISTENT_DESCRIPTION"]),
        ("info", ["INCONSISTENT_DESCRIPTION"]),
        ("warn", ["INCONSISTENT_DESCRIPTION"]),
        ("none", []),
    ],
)
def test_the_least_level_of_hints_can_be_chosen(folder: Path, level: str, shown: list[str]) -> None:
    for name, more in (("books", "a: Int, b: Int"), ("reviews", "a: Int")):
        text = (folder / f"{name}.graphql").read_text()
        text = text.replace('"@tag"', '"@tag", "@shareable"')
        (folder / f"{name}.graphql").write_text(f"{text}type Shape @shareable {{ {more} }}\n")

    result = compose("--config", "config.yaml", "--hints", level)

    codes = [line.split()[2] for line in result.stderr.splitlines() if line.startswith("hint (")]
    assert result.exit_code == 0
    assert sorted(codes) == sorted(shown)


def test_json_is_one_object_with_the_supergraph_and_all_hints() -> None:
    text = compose("--config", "config.yaml")

    result = compose("--config", "config.yaml", "--format", "json")

    answer = as_object(result)
    hint = answer["hints"][0]
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(answer) == ["supergraph", "errors", "hints"]
    assert (answer["supergraph"], answer["errors"]) == (text.stdout, [])
    assert (hint["code"], hint["level"]) == ("INCONSISTENT_DESCRIPTION", "WARN")
    assert (hint["coordinate"], hint["subgraphs"]) == ("Book", ["books", "reviews"])
    assert hint["locations"] == [
        {"subgraph": "books", "line": 4, "column": 1},
        {"subgraph": "reviews", "line": 3, "column": 1},
    ]


def test_json_is_one_object_when_the_subgraphs_do_not_compose(folder: Path) -> None:
    (folder / "reviews.graphql").write_text(REVIEWS.replace("stars: Int", "title: Int"))

    result = compose("--config", "config.yaml", "--format", "json", "--output", "out.graphql")

    answer = as_object(result)
    assert (result.exit_code, result.stderr, answer["supergraph"]) == (1, "", None)
    assert [error["code"] for error in answer["errors"]] == [
        "INVALID_FIELD_SHARING",
        "FIELD_TYPE_MISMATCH",
    ]
    assert answer["errors"][1] == {
        "code": "FIELD_TYPE_MISMATCH",
        "message": ("`Book.title` has incompatible types: `String` in books, `Int` in reviews"),
        "subgraphs": ["books", "reviews"],
        "coordinate": "Book.title",
        "locations": [
            {"subgraph": "books", "line": 4, "column": 41},
            {"subgraph": "reviews", "line": 3, "column": 41},
        ],
        "remedy": "give it one type in all subgraphs, or types of which one includes the others",
    }
    assert not (folder / "out.graphql").exists()


def test_json_is_one_object_when_the_config_is_wrong() -> None:
    result = compose("--config", "nowhere.yaml", "--format", "json")

    answer = as_object(result)
    assert (result.exit_code, answer["supergraph"], answer["hints"]) == (2, None, [])
    assert [(it["code"], it["message"]) for it in answer["errors"]] == [
        ("INVALID_SETTINGS", "the settings file `nowhere.yaml` does not exist")
    ]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("a: " + "[" * 20_000, "it is nested too deeply to be read"),
        (
            CONFIG.replace("http://books", r"http://\ud800"),
            "subgraphs.books.routing_url: it is not Unicode text: half a surrogate pair",
        ),
        (CONFIG.replace("books.graphql", r'"\0"'), r"no schema file can be called '\x00'"),
        ("\0", "special characters are not allowed"),
    ],
)
def test_a_config_that_cannot_be_read_is_one_line_and_one_object(
    folder: Path, config: str, message: str
) -> None:
    (folder / "config.yaml").write_text(config)

    result = compose("--config", "config.yaml", "--format", "json")

    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert message in result.stderr
    assert [it["code"] for it in as_object(result)["errors"]] == ["INVALID_SETTINGS"]


def test_a_name_that_cannot_be_written_is_none_for_a_subgraph(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG.replace("books:", r'"\ud800":'))

    text = compose("--config", "config.yaml")
    as_json = compose("--config", "config.yaml", "--format", "json")

    assert (text.exit_code, text.stdout, as_json.exit_code) == (1, "", 1)
    assert r"a subgraph cannot be called `\ud800`" in text.stderr
    assert [it["code"] for it in as_object(as_json)["errors"]] == ["INVALID_SUBGRAPH_NAME"]


def test_an_output_that_cannot_be_written_is_wrong_use() -> None:
    result = compose("--config", "config.yaml", "--output", "nowhere/out.graphql")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: `nowhere/out.graphql` cannot be written: No such file or directory; "
        "choose another --output\n"
    )


def test_json_and_output_write_the_supergraph_to_both(folder: Path) -> None:
    result = compose("--config", "config.yaml", "--format", "json", "--output", "out.graphql")

    assert (folder / "out.graphql").read_text() == as_object(result)["supergraph"]


def test_a_long_line_is_shown_around_the_place_that_is_meant(folder: Path) -> None:
    fields = " ".join(f"field{number}: Int" for number in range(200))
    (folder / "reviews.graphql").write_text(f"{LINK}\ntype Shape {{ {fields} last: Nowhere }}\n")

    result = compose("--config", "config.yaml")

    quoted, caret = result.stderr.splitlines()[3:5]
    assert result.exit_code == 1
    assert len(quoted) < 180
    assert quoted[caret.index("^") :].startswith("last: Nowhere }")


def test_lines_are_counted_as_graphql_counts_them(folder: Path) -> None:
    (folder / "reviews.graphql").write_bytes(
        f"{LINK}\r\n# a \u2028 b \x0b c\rtype Shape {{ last: Nowhere }}\n".encode()
    )

    result = compose("--config", "config.yaml")

    assert "  --> reviews:3:14\n  3 | type Shape { last: Nowhere }\n" in result.stderr


def test_tags_make_a_contract() -> None:
    excluded = compose("--config", "config.yaml", "--exclude-tag", "internal")
    included = compose(
        "--config", "config.yaml", "--include-tag", "public", "--include-tag", "internal"
    )

    assert (excluded.exit_code, included.exit_code) == (0, 0)
    assert "stock" not in parse_supergraph(excluded.stdout).api_sdl
    assert parse_supergraph(included.stdout).api_sdl == (
        '"""The work."""\ntype Book {\n  title: String\n}\n\ntype Query {\n  stock: Int\n}\n'
    )


def test_a_tag_that_nothing_has_is_told() -> None:
    result = compose("--config", "config.yaml", "--exclude-tag", "internals")

    assert result.exit_code == 0
    assert (
        "hint (WARN): CONTRACT_TAG_UNUSED: the contract excludes the tag `internals`, which nothing"
        " has; did you mean `internal`?\n"
    ) in result.stderr


def test_a_contract_without_queries_does_not_compose() -> None:
    result = compose("--config", "config.yaml", "--include-tag", "publik")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "QUERY_ROOT_TYPE_INACCESSIBLE `Query`: in the contract, " in result.stderr
    assert "  remedy: leave at least one field of `Query` to the contract\n" in result.stderr


@pytest.mark.parametrize("wrong", [("--format", "yaml"), ("--hints", "all"), ("--include-tag",)])
def test_wrong_use_is_exit_code_2(wrong: tuple[str, ...]) -> None:
    result = compose("--config", "config.yaml", *wrong)

    assert (result.exit_code, result.stdout) == (2, "")
