"""The key pair that signs tokens: Ed25519, the private half in a file for its owner only."""

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from accounts.settings import Settings
from kit.errors import SettingsError

PRIVATE_KEY = "signing-key.pem"
PUBLIC_KEYS = "jwks.json"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and what the world may know of it."""

    private: Ed25519PrivateKey

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the key in the file, or raise `SettingsError`."""
        setting = Settings.name_of("signing_key_file")
        remedy = Settings.model_fields["signing_key_file"].description or ""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            problem = f"names {path}, which cannot be read ({error.strerror})"
            raise SettingsError(setting, problem, remedy=remedy) from error
        except (ValueError, TypeError) as error:
            raise SettingsError(setting, f"names {path}, no private key", remedy=remedy) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(setting, f"names {path}, no Ed25519 key", remedy=remedy)
        return cls(key)

    @property
    def id(self) -> str:
        """The name of the key: its thumbprint (RFC 7638)."""
        named = {"crv": "Ed25519", "kty": "OKP", "x": self._public}
        canonical = json.dumps(named, separators=(",", ":"), sort_keys=True)
        return _base64url(sha256(canonical.encode()).digest())

    def public_keys(self) -> dict[str, list[dict[str, str]]]:
        """Return the JSON Web Key Set with which anybody can check a signature (RFC 8037)."""
        key = {"kty": "OKP", "crv": "Ed25519", "x": self._public}
        return {"keys": [{**key, "kid": self.id, "use": "sig", "alg": "EdDSA"}]}

    @property
    def _public(self) -> str:
        public = self.private.public_key()
        return _base64url(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def create_keys(folder: Path) -> None:
    """Write a new key and its public half into `folder`; keep a key that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PRIVATE_KEY
    if not path.exists():
        _write_private(path, Ed25519PrivateKey.generate())
    public = SigningKey.read(path).public_keys()
    (folder / PUBLIC_KEYS).write_text(json.dumps(public, indent=2) + "\n")


def _write_private(path: Path, key: Ed25519PrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
