"""Who is asking: only what the router signed, and only just now, is believed."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from kit.errors import ClaimsError
from kit.identity import Viewer, read_viewer
from running_service import SECRET, sign, signed_claims

USER = UUID("9b2f3c64-0f1e-4c1e-9d0a-1f6d0f0b7a11")
NOW = 1_800_000_000


def read(headers: dict[str, str], *, now: float = NOW) -> Viewer | None:
    return read_viewer(headers, secret=SECRET, now=now)


def claims(**changes: object) -> str:
    return json.dumps({"sub": str(USER), "roles": ["FAN"], "exp": NOW + 3600, **changes})


def test_signed_claims_name_the_viewer() -> None:
    headers = signed_claims(USER, roles=["FAN", "ARTIST"], created=NOW, expires=NOW + 1)

    assert read(headers) == Viewer(id=USER, roles=frozenset({"FAN", "ARTIST"}))


def test_a_request_without_claims_is_anonymous() -> None:
    assert read({}) is None
    assert read({"signature": "somebody=:AAAA:", "signature-input": "somebody=()"}) is None


@pytest.mark.parametrize("age", [-60, 0, 60])
def test_a_signature_is_good_for_a_minute(age: int) -> None:
    viewer = read(signed_claims(USER, created=NOW, expires=NOW + 3600), now=NOW + age)

    assert viewer is not None


@pytest.mark.parametrize("age", [-61, 61])
def test_a_signature_from_another_time_is_refused(age: int) -> None:
    headers = signed_claims(USER, created=NOW, expires=NOW + 3600)

    with pytest.raises(ClaimsError, match="were not signed within 60 seconds"):
        read(headers, now=NOW + age)


def test_a_signature_with_another_secret_is_refused() -> None:
    headers = signed_claims(USER, secret="guessed", created=NOW, expires=NOW + 1)  # noqa: S106

    with pytest.raises(ClaimsError, match="the signature is not the router's"):
        read(headers)


def test_the_claims_of_one_user_do_not_fit_the_signature_of_another() -> None:
    headers = signed_claims(USER, created=NOW, expires=NOW + 1)
    other = signed_claims(UUID(int=1), created=NOW, expires=NOW + 1)

    with pytest.raises(ClaimsError, match="the signature is not the router's"):
        read({**headers, "graphwing-claims": other["graphwing-claims"]})


def test_an_old_signature_cannot_be_dated_later() -> None:
    headers = signed_claims(USER, created=NOW - 500, expires=NOW + 1)
    dated_later = headers["signature-input"].replace(str(NOW - 500), str(NOW))

    with pytest.raises(ClaimsError, match="the signature is not the router's"):
        read({**headers, "signature-input": dated_later})


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("signature", ""),
        ("signature", "graphwing=::"),
        ("signature", "other=:AAAA:"),
        ("signature", "graphwing=:AAAA:, other=:AAAA:"),
        ("signature-input", ""),
        ("signature-input", 'graphwing=();created=1;keyid="graphwing";alg="hmac-sha256"'),
        ("signature-input", 'graphwing=("graphwing-claims");created=1'),
    ],
)
def test_claims_without_a_signature_of_the_routers_form_are_refused(
    header: str, value: str
) -> None:
    headers = signed_claims(USER, created=NOW, expires=NOW + 1)

    with pytest.raises(ClaimsError, match="they are not signed"):
        read({**headers, header: value})


@pytest.mark.parametrize("header", ["signature", "signature-input"])
def test_claims_alone_are_refused(header: str) -> None:
    headers = signed_claims(USER, created=NOW, expires=NOW + 1)
    del headers[header]

    with pytest.raises(ClaimsError, match="they are not signed"):
        read(headers)


def test_claims_are_refused_from_the_second_they_expire() -> None:
    headers = signed_claims(USER, created=NOW, expires=NOW)

    assert read(headers, now=NOW - 1) is not None
    with pytest.raises(ClaimsError, match="they have expired"):
        read(headers, now=NOW)


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", claims(sub="haru"), claims(sub=None), claims(exp="soon")]
)
def test_what_is_signed_must_be_the_claims_of_a_user(text: str) -> None:
    headers = sign(text, secret=SECRET, created=NOW)

    with pytest.raises(ClaimsError, match="they are not the claims of a user"):
        read(headers)
