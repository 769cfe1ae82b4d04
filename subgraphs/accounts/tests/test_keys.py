"""The key that signs tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.keys import SigningKey, create_keys
from kit.errors import SettingsError


def test_the_private_key_is_for_its_owner_only(tmp_path: Path) -> None:
    create_keys(tmp_path / "new" / "keys")

    path = tmp_path / "new" / "keys" / "signing-key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("-----BEGIN PRIVATE KEY-----")


def test_the_public_half_beside_it_is_what_the_service_publishes(tmp_path: Path) -> None:
    create_keys(tmp_path)

    published = SigningKey.read(tmp_path / "signing-key.pem").public_keys()
    assert json.loads((tmp_path / "jwks.json").read_text()) == published
    [key] = published["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use")} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
    }
    assert set(key) == {"kty", "crv", "alg", "use", "x", "kid"}


def test_a_key_that_is_there_is_kept(tmp_path: Path) -> None:
    create_keys(tmp_path)
    first = (tmp_path / "signing-key.pem").read_bytes(), (tmp_path / "jwks.json").read_bytes()
    (tmp_path / "jwks.json").unlink()

    subprocess.run([sys.executable, "-m", "accounts", "keys", str(tmp_path)], check=True)

    again = (tmp_path / "signing-key.pem").read_bytes(), (tmp_path / "jwks.json").read_bytes()
    assert again == first


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    for name in ("a", "b"):
        create_keys(tmp_path / name)

    assert (tmp_path / "a" / "jwks.json").read_text() != (tmp_path / "b" / "jwks.json").read_text()


def test_a_missing_key_file_is_named_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "signing-key.pem"

    with pytest.raises(SettingsError) as caught:
        SigningKey.read(path)

    assert str(caught.value) == (
        f"setting `ACCOUNTS_SIGNING_KEY_FILE` names {path}, which cannot be read"
        " (No such file or directory); give the path of signing-key.pem,"
        " made by `python -m accounts keys FOLDER`"
    )


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing-key.pem"
    path.write_text("nothing of the kind")

    with pytest.raises(SettingsError, match="no private key"):
        SigningKey.read(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing-key.pem"
    key = generate_private_key(SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(SettingsError, match="no Ed25519 key"):
        SigningKey.read(path)
