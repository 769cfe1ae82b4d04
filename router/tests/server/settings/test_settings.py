"""Settings files: everything has a meaning, and what has none is named with its place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from plans.graphs import Library

from graphwing import SettingsError, load_settings
from graphwing.server.configured import router_from_settings
from graphwing.server.settings.identity import ForwardSettings, JwksSettings
from graphwing.server.settings.model import Listen, Settings
from graphwing.server.settings.reader import Secret, read_settings

FULL_YAML = """
supergraph: graphs/supergraph.graphql
listen: { host: "::1", port: "${PORT:-4100}" }
timeout: 1m
subgraphs:
  books: { asgi: "library.app:create_app()", path: /api, timeout: 500ms }
  reviews: { url: "${REVIEWS_URL:-http://127.0.0.1:4003/graphql}" }
headers: { propagate: [Accept-Language] }
identity:
  jwks: { file: keys/jwks.json }
  issuer: https://issuer.test
  audience: library
  forward: { secret: "$${${SIGNING}" }
limits: { body: 1000 }
"""

FULL_TOML = """
supergraph = "graphs/supergraph.graphql"
timeout = "1m"
listen = { host = "::1", port = 4100 }
headers = { propagate = ["Accept-Language"] }
limits = { body = 1000 }

[subgraphs]
books = { asgi = "library.app:create_app()", path = "/api", timeout = 0.5 }
reviews = { url = "http://127.0.0.1:4003/graphql" }

[identity]
jwks = { file = "keys/jwks.json" }
issuer = "https://issuer.test"
audience = "library"
forward = { secret = "$${hush" }
"""


@pytest.mark.parametrize(("name", "text"), [("a.yaml", FULL_YAML), ("a.toml", FULL_TOML)])
def test_every_setting_can_be_written_in_yaml_and_toml(
    tmp_path: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNING", "hush")
    path = tmp_path / name
    path.write_text(text)

    settings = load_settings(path)

    assert settings.supergraph == tmp_path / "graphs/supergraph.graphql"
    assert settings.listen == Listen("::1", 4100)
    assert settings.timeout == 60.0
    assert settings.subgraphs["books"].asgi == "library.app:create_app()"
    assert settings.subgraphs["books"].path == "/api"
    assert settings.subgraphs["books"].timeout == 0.5
    assert settings.subgraphs["reviews"].url == "http://127.0.0.1:4003/graphql"
    assert settings.headers.propagate == ["Accept-Language"]
    assert settings.limits.body == 1000
    assert settings.identity is not None
    assert settings.identity.jwks == JwksSettings(tmp_path / "keys/jwks.json")
    assert settings.identity.forward == ForwardSettings(Secret("${hush"))


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("# nothing yet\n")

    settings = load_settings(path)

    assert settings == Settings()
    assert (settings.listen, settings.timeout) == (Listen("127.0.0.1", 4000), 10.0)


def test_variables_of_the_environment_win_over_defaults(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('listen: { host: "${HOST:-unused}", port: "${PORT}" }')

    settings = read_settings(path, Settings, {"HOST": "0.0.0.0", "PORT": "80"})  # noqa: S104

    assert settings.listen == Listen("0.0.0.0", 80)  # noqa: S104


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("supergrph: x", "supergrph: unknown key; did you mean `supergraph`?"),
        (
            "subgraphs: { books: { uri: x } }",
            "subgraphs.books.uri: unknown key; did you mean `url`?",
        ),
        ("listen: { zzz: 1 }", "listen.zzz: unknown key; known are `host`, `port`"),
        ("listen: { port: many }", "listen.port: expected `int`, got `str`"),
        ('listen: { port: "80" }', "listen.port: expected `int`, got `str`"),
        ("listen: { port: 70000 }", "listen.port: expected `int` <= 65535"),
        ("listen: 4000", "listen: expected a section with keys"),
        ("listen:", "listen: expected a section with keys"),
        ("- a", "expected a section with keys"),
        ("headers: { propagate: accept }", "headers.propagate: expected `array`, got `str`"),
        ("headers: { propagate: [1] }", "headers.propagate[0]: expected `str`, got `int`"),
        ("timeout: soon", "timeout: expected a duration such as `10s`"),
        ("timeout: -1", "timeout: expected a duration such as `10s`"),
        ("timeout: true", "timeout: expected a duration such as `10s`"),
        ("supergraph: 5", "supergraph: expected a path"),
        ("subgraphs: { books: { url: 5 } }", "subgraphs.books.url: expected `str`, got `int`"),
        (
            "identity: { algorithms: [none] }",
            "identity.algorithms[0]: invalid enum value 'none'",
        ),
        (
            "identity: { jwks: { file: a }, issuer: a, audience: a, forward: { secret: '' } }",
            "identity.forward.secret: expected `str` of length >= 1",
        ),
        (
            "supergraph: ${NOWHERE}",
            (
                "supergraph: the environment variable `NOWHERE` is not set; "
                "set it, or write a default: ${NOWHERE:-…}"
            ),
        ),
        (
            "subgraphs: { books: { url: a, asgi: b } }",
            "subgraphs.books: `url` and `asgi` are both set; keep the one that should be used",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "graphwing.yaml"
    path.write_text(text)

    with pytest.raises(SettingsError) as refusal:
        load_settings(path)

    assert str(refusal.value) == f"{path}: {message}"


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "a: [1"), ("a.toml", "a = [1"), ("b.yaml", "\t")]
)
def test_a_file_that_is_neither_yaml_nor_toml_is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(SettingsError, match="it cannot be read"):
        load_settings(path)


def test_applications_are_imported_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "supergraph.graphql").write_text(Library().supergraph_sdl())
    (tmp_path / "given_app.py").write_text(
        "class Site:\n"
        "    async def app(scope, receive, send): ...\n"
        "def create_app(): return Site.app\n"
        "def broken(): raise KeyError('no setting')\n"
        "number = 5\n"
    )
    (tmp_path / "broken_module.py").write_text("import nowhere_at_all\n")
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    path = tmp_path / "graphwing.yaml"

    def result(name: str) -> str:
        path.write_text(
            f"supergraph: supergraph.graphql\nsubgraphs: {{ books: {{ asgi: '{name}' }} }}"
        )
        try:
            router_from_settings(load_settings(path))
        except SettingsError as error:
            return str(error)
        return "imported"

    assert result("given_app:create_app()") == "imported"
    assert result("given_app:Site.app") == "imported"
    assert result("given_app") == (
        "subgraphs.books: `given_app` is no application; write it as `package.module:app`"
    )
    assert result("given_app:nothing") == "subgraphs.books: `given_app` has no `nothing`"
    assert (
        result("given_app:number") == "subgraphs.books: `given_app:number` is no ASGI application"
    )
    assert result("given_app:broken()") == (
        "subgraphs.books: `given_app:broken()` failed: KeyError: 'no setting'"
    )
    assert result("broken_module:app") == (
        "subgraphs.books: `broken_module` cannot be imported: "
        "ModuleNotFoundError: No module named 'nowhere_at_all'"
    )


async def test_an_entry_without_an_address_keeps_that_of_the_supergraph(tmp_path: Path) -> None:
    supergraph = Library().supergraph_sdl().replace('url: ""', 'url: "http://127.0.0.1:1/graphql"')
    (tmp_path / "supergraph.graphql").write_text(supergraph)
    path = tmp_path / "graphwing.yaml"
    path.write_text("supergraph: supergraph.graphql\nsubgraphs: { books: { timeout: 5s } }")

    async with router_from_settings(load_settings(path)) as router:
        response = await router.execute("{ books { id } }")

    assert response["errors"][0]["message"] == (
        "subgraph `books` cannot be reached: connection refused"
    )


async def test_without_a_supergraph_and_addresses_there_is_nothing_to_compose(
    tmp_path: Path,
) -> None:
    path = tmp_path / "graphwing.yaml"
    path.write_text("subgraphs: { books: { timeout: 5s } }")

    with pytest.raises(SettingsError, match=r"subgraphs\.books: there is neither a schema nor"):
        await router_from_settings(load_settings(path)).open()
    with pytest.raises(SettingsError, match="neither a supergraph nor a subgraph"):
        router_from_settings(Settings())


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graphwing.yaml"
    path.write_text("timeout: 1s\nlisten: { port: 1 }\ntimeout: 2s\n")

    with pytest.raises(SettingsError) as refused:
        load_settings(path)

    assert str(refused.value) == (
        f"{path}:3:1: it cannot be read: the key `timeout` is there twice"
    )


def test_a_key_file_that_does_not_exist_is_refused_at_start(tmp_path: Path) -> None:
    path = tmp_path / "graphwing.yaml"
    path.write_text("identity: { jwks: { file: gone.json }, issuer: a, audience: b }\n")

    with pytest.raises(
        SettingsError, match=r"identity\.jwks\.file: the key file .* does not exist"
    ):
        router_from_settings(load_settings(path))


def test_an_address_that_is_no_url_is_refused_at_start(tmp_path: Path) -> None:
    path = tmp_path / "graphwing.yaml"
    path.write_text("subgraphs: { books: { url: not a url } }\n")

    with pytest.raises(SettingsError, match=r"subgraphs\.books\.url: `not a url` is no address"):
        router_from_settings(load_settings(path))
