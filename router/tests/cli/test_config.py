"""`graphwing config`: what is wrong with settings, what there is to set, what takes effect."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from plans.graphs import Library

from graphwing.cli import main
from graphwing.server.telemetry import configured as telemetry_configured

WRONG = """
supergraph: supergraph.graphql
supergrph: x
listen: { port: 70000 }
timeout: soon
subgraphs: { books: { uri: x, timeout: "${NOT_SET}" }, reviews: 5 }
identity: { issuer: a, forward: { secret: "" } }
"""


def graphwing(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="graphwing")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    return tmp_path


def test_check_says_all_that_is_wrong_with_place_and_remedy(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(WRONG)

    result = graphwing("config", "check", "wrong.yaml")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "- wrong.yaml: supergrph: unknown key; did you mean `supergraph`?",
        "- wrong.yaml: listen.port: expected `int` <= 65535",
        "- wrong.yaml: timeout: expected a duration such as `10s`",
        "- wrong.yaml: subgraphs.books.uri: unknown key; did you mean `url`?",
        (
            "- wrong.yaml: subgraphs.books.timeout: the environment variable `NOT_SET` is not "
            "set; set it, or write a default: ${NOT_SET:-…}"
        ),
        "- wrong.yaml: subgraphs.reviews: expected a section with keys",
        "- wrong.yaml: identity.forward.secret: expected `str` of length >= 1",
        "error: the settings in `wrong.yaml` are wrong, 7 problems",
    ]


def test_check_looks_at_what_the_settings_name(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(
        "supergraph: supergraph.graphql\n"
        "subgraphs: { books: { url: 'ftp://books' }, reviews: { asgi: 'missing.app:app' } }\n"
        "identity: { jwks: { file: no.json }, issuer: a, audience: b }\n"
    )

    result = graphwing("config", "check", "wrong.yaml", "--format", "json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["valid"]) == (1, False)
    assert [one["message"].partition(":")[0] for one in answer["errors"]] == [
        "subgraphs.books.url",
        "subgraphs.reviews",
        "identity.jwks.file",
    ]
    assert {one["code"] for one in answer["errors"]} == {"INVALID_SETTINGS"}


def test_check_says_that_a_package_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.yaml").write_text(
        "supergraph: supergraph.graphql\ntelemetry: { metrics: { listen: {} } }"
    )

    def nothing(_: str) -> None:
        """Play a machine on which no package is installed."""

    monkeypatch.setattr(telemetry_configured, "find_spec", nothing)

    result = graphwing("config", "check", "a.yaml")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        "- a.yaml: telemetry.metrics.listen: the package `prometheus-client` is not installed; "
        "install graphwing with its extra: `graphwing[metrics]`"
    )


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2", '{"\\ud800": 1}', "- a"])
def test_a_file_that_is_no_settings_file_is_wrong(folder: Path, text: str) -> None:
    (folder / "wrong.yaml").write_text(text)

    result = graphwing("config", "check", "wrong.yaml")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("error: the settings in `wrong.yaml` are wrong, 1 problem\n")


def test_a_file_that_is_not_there_is_wrong_use(folder: Path) -> None:
    result = graphwing("config", "check", str(folder / "none.yaml"))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: the settings file `")


def test_check_says_that_settings_are_valid(folder: Path) -> None:
    (folder / "fine.yaml").write_text("supergraph: supergraph.graphql\nprofile: production")

    said = graphwing("config", "check", "fine.yaml")
    told = graphwing("config", "check", "fine.yaml", "--format", "json", "--profile", "development")

    assert (said.exit_code, said.output) == (0, "the settings in `fine.yaml` are valid\n")
    assert (told.exit_code, json.loads(told.output)) == (0, {"valid": True, "errors": []})


def test_every_key_of_the_schema_is_described_and_no_other_is_allowed() -> None:
    result = graphwing("config", "schema")

    schema = json.loads(result.stdout)
    sections = [*_sections("", schema)]
    assert result.exit_code == 0
    assert all(section["additionalProperties"] is False for _, section in sections)
    undescribed = [
        f"{place}.{key}"
        for place, section in sections
        for key, value in section["properties"].items()
        if not value.get("description")
    ]
    assert undescribed == []
    forward = dict(sections)[".identity.forward"]
    assert forward["required"] == ["secret"]
    assert forward["properties"]["secret"]["writeOnly"] is True
    assert schema["properties"]["timeout"]["default"] == "10s"


def test_print_shows_what_takes_effect_and_no_secret(folder: Path) -> None:
    (folder / "a.yaml").write_text(
        'profile: "${PROFILE:-production}"\n'
        "supergraph: supergraph.graphql\n"
        "timeout: 1500ms\n"
        "shutdown: { drain: 0s }\n"
        "subgraphs: { books: { url: 'http://me:hush@books/$${x}' } }\n"
        "identity: { jwks: { file: k }, issuer: i, audience: a, forward: { secret: hush } }\n"
    )

    result = graphwing("config", "print", "a.yaml")

    assert result.exit_code == 0
    assert "hush" not in result.stdout
    printed = yaml.safe_load(result.stdout)
    assert printed["timeout"] == "1.5s"
    assert printed["listen"] == {"host": "127.0.0.1", "port": 4000}
    assert printed["identity"]["forward"] == {"secret": "********"}
    assert printed["subgraphs"]["books"]["url"] == "http://me:********@books/$${x}"
    # Of the profile, of the file over the profile, and with another profile.
    assert printed["shutdown"] == {"lame_duck": "5s", "drain": "0s"}
    developing = graphwing("config", "print", "a.yaml", "--profile", "development")
    assert yaml.safe_load(developing.stdout)["shutdown"] == {"lame_duck": "0s", "drain": "0s"}


def test_what_is_printed_means_the_same_when_it_is_read_again(folder: Path) -> None:
    (folder / "a.yaml").write_text("supergraph: supergraph.graphql\nprofile: production\n")
    first = graphwing("config", "print", "a.yaml").stdout
    (folder / "b.yaml").write_text(first)

    assert graphwing("config", "print", "b.yaml").stdout == first


def test_a_profile_that_does_not_exist_is_one_problem_of_many(folder: Path) -> None:
    (folder / "a.yaml").write_text("profile: prod\ntimeout: soon")

    result = graphwing("config", "check", "a.yaml")

    assert result.stderr.splitlines() == [
        "- a.yaml: profile: invalid enum value 'prod'",
        "- a.yaml: timeout: expected a duration such as `10s`",
        "error: the settings in `a.yaml` are wrong, 2 problems",
    ]


def _sections(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All sections of a schema, each with its place."""
    if "properties" in schema:
        yield place, schema
    for key, value in schema.get("properties", {}).items():
        yield from _sections(f"{place}.{key}", value)
    for option in schema.get("anyOf", ()):
        yield from _sections(place, option)
    for name in ("additionalProperties", "items"):
        if isinstance(schema.get(name), dict):
            yield from _sections(f"{place}.*", schema[name])
