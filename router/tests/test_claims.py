"""A subgraph believes what the router has signed, and just now, and nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans.graphs import BOOKS

from graphwing import Identity, Router, Subgraph
from graphwing.claims import ClaimsError, ClaimsMiddleware, verified_claims
from graphwing.exact_json import encode_json
from graphwing.server.identity.claims import signed_claims

SECRET, OLD = "new secret", "old secret"
NOW = 1_800_000_000


def signed(secret: str = SECRET, *, now: int = NOW, **changes: Any) -> dict[str, str]:  # noqa: ANN401
    claims = {"sub": "ada", "exp": NOW + 3600, **changes}
    return signed_claims(claims, secret=secret, now=now)


def read(headers: dict[str, str], *secrets: str, now: float = NOW) -> dict[str, Any] | None:
    return verified_claims(headers, secrets or (SECRET,), now=now)


def test_what_the_router_signs_is_believed_and_without_it_nobody_is_anybody() -> None:
    assert read(signed(roles=["FAN"])) == {"sub": "ada", "exp": NOW + 3600, "roles": ["FAN"]}
    assert read({"signature": "x=:y:", "authorization": "Bearer x"}) is None


def test_a_secret_is_changed_without_a_pause() -> None:
    assert [read(signed(one), SECRET, OLD) is not None for one in (SECRET, OLD)] == [True, True]
    with pytest.raises(ClaimsError, match="not the router's"):
        read(signed(OLD))


@pytest.mark.parametrize("age", [-60, 0, 60])
def test_a_signature_is_good_for_a_minute(age: int) -> None:
    assert read(signed(), now=NOW + age) is not None


@pytest.mark.parametrize("age", [-61, 61])
def test_a_signature_of_another_time_is_refused(age: int) -> None:
    with pytest.raises(ClaimsError, match="not signed within 60 seconds"):
        read(signed(), now=NOW + age)


@pytest.mark.parametrize("exp", [NOW, NOW - 1, None, "soon", True, []])
def test_claims_that_have_expired_are_refused(exp: object) -> None:
    with pytest.raises(ClaimsError, match="have expired"):
        read(signed(exp=exp))


@given(st.data())
def test_no_change_of_any_character_is_believed(data: st.DataObject) -> None:
    headers = signed()
    name = data.draw(st.sampled_from(sorted(headers)))
    value = headers[name]
    place = data.draw(st.integers(0, len(value) - 1))
    character = data.draw(st.characters().filter(lambda one: one != value[place]))

    with pytest.raises(ClaimsError):
        read({**headers, name: value[:place] + character + value[place + 1 :]})


@given(st.dictionaries(st.sampled_from(sorted(signed())), st.text()))
def test_no_text_is_a_signature(headers: dict[str, str]) -> None:
    if "graphwing-claims" in headers:
        with pytest.raises(ClaimsError):
            read(headers)
    else:
        assert read(headers) is None


@pytest.mark.parametrize("missing", ["signature", "signature-input"])
def test_claims_alone_are_refused(missing: str) -> None:
    headers = signed()
    del headers[missing]

    with pytest.raises(ClaimsError, match="are not signed"):
        read(headers)


def test_the_claims_of_one_do_not_fit_the_signature_of_another() -> None:
    other = signed(sub="eve")

    with pytest.raises(ClaimsError, match="not the router's"):
        read({**signed(), "graphwing-claims": other["graphwing-claims"]})


class App:
    """An application that notes what it is asked, and what it sends."""

    def __init__(self, body: bytes = b"{}") -> None:
        self.scopes: list[Any] = []
        self.sent: list[Any] = []
        self.body = body

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG002
        self.scopes.append(scope)
        if scope["type"] == "http":
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self.body})

    def called(self, *headers: tuple[str, str], kind: str = "http", **options: Any) -> Any:  # noqa: ANN401
        """Return the claims that the application gets for headers."""
        middleware = ClaimsMiddleware(self, secrets=[SECRET], clock=lambda: NOW, **options)
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        scope = {"type": kind, "headers": raw, "state": {"kept": 1}}

        async def receive() -> dict[str, Any]:
            return {"type": f"{kind}.connect"}

        async def send(message: Any) -> None:  # noqa: ANN401
            self.sent.append(message)

        asyncio.run(middleware(scope, receive, send))
        return self.scopes[-1].get("state") if self.scopes else None


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_an_application_finds_the_claims_in_its_state(kind: str) -> None:
    app = App()

    known = app.called(*signed().items(), kind=kind)
    anonymous = app.called(("x-tenant", "a"), kind=kind)

    assert known == {"kept": 1, "claims": {"sub": "ada", "exp": NOW + 3600}}
    assert anonymous == {"kept": 1, "claims": None}


def test_forged_claims_never_reach_the_application() -> None:
    app = App()

    app.called(*signed("guessed").items())
    app.called(*signed("guessed").items(), kind="websocket")
    app.called(*signed().items(), *signed(sub="eve").items())
    app.called(required=True)

    assert app.scopes == []
    statuses = [one["status"] for one in app.sent if one["type"] == "http.response.start"]
    assert statuses == [401, 401, 401]
    assert {"type": "websocket.close", "code": 1008} in app.sent
    bodies = [one["body"] for one in app.sent if one["type"] == "http.response.body"]
    assert b'"code": "CLAIMS_REFUSED"' in bodies[0]
    assert b"is there twice" in bodies[1]


def test_what_only_looks_like_claims_is_taken_away() -> None:
    app = App()

    app.called(("Graphwing_Claims", "x"), ("signature_input", "x"), ("x_tenant", "a"))

    assert app.scopes[0]["headers"] == [(b"x_tenant", b"a")]


def test_the_lifespan_passes() -> None:
    app = App()

    app.called(kind="lifespan")

    assert app.scopes[0]["type"] == "lifespan"


@pytest.mark.parametrize("secrets", [[], "secret", [""]])
def test_without_a_secret_nothing_is_verified(secrets: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValueError, match="give the secrets"):
        ClaimsMiddleware(App(), secrets=secrets)


class Ada(Identity):
    """Knows every client as Ada."""

    def __init__(self) -> None:
        super().__init__(forward_secret=SECRET, clock=lambda: NOW)

    async def claims(self, headers: object) -> dict[str, Any]:  # noqa: ARG002
        return {"sub": "ada", "exp": NOW + 9}


async def test_the_router_and_the_middleware_understand_each_other() -> None:
    app = App(encode_json({"data": {"books": []}}))
    subgraph = Subgraph(
        sdl=BOOKS, app=ClaimsMiddleware(app, secrets=[OLD, SECRET], clock=lambda: NOW)
    )

    async with Router({"books": subgraph}, identity=Ada()) as router:
        assert await router.execute("{ books { id } }") == {"data": {"books": []}}

    assert app.scopes[-1]["state"]["claims"] == {"sub": "ada", "exp": NOW + 9}


def test_importing_it_imports_nothing_of_the_router() -> None:
    program = (
        "import sys; from graphwing.claims import ClaimsMiddleware;"
        "print(sorted(one for one in sys.modules if one.split('.')[0] in"
        " {'graphwing', 'graphql', 'msgspec', 'aiohttp', 'uvicorn', 'jwt'}))"
    )

    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout.strip() == "['graphwing', 'graphwing.claims']"
