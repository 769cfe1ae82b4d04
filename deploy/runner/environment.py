"""What the services are told through their environment: databases, keys and secrets.

Everything secret is made on the first start and kept in the data folder, for its owner only.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from runner.postgres import embedded_postgres
from runner.services import ROOT, SERVICES, Ports

# Another folder keeps a second platform, a test's for example, apart from the first.
DATA = Path(os.environ.get("WING_DATA", ROOT / ".wing"))


@contextmanager
def service_environment(ports: Ports, data: Path = DATA) -> Generator[dict[str, str]]:
    """Provide databases and secrets, and yield the environment that carries them.

    A database whose setting is given from outside is used as it is; for the others an embedded
    PostgreSQL runs as long as the context is open.
    """
    keys = data / "keys"
    environment = {
        "DEMO": os.environ.get("DEMO", "1"),
        "GRAPHWING_CLAIMS_SECRET": _secret(keys / "claims-secret"),
        "ACCOUNTS_SIGNING_KEY_FILE": str(keys / "signing-key.pem"),
        "WING_JWKS_FILE": str(keys / "jwks.json"),
        **{f"{name.upper()}_URL": ports.url_of(name) for name in SERVICES},
    }
    if not (keys / "jwks.json").is_file():
        subprocess.run([sys.executable, "-m", "accounts", "keys", str(keys)], check=True)
    missing = [name for name in SERVICES if _setting(name) not in os.environ]
    if not missing:
        yield {**os.environ, **environment}
        return
    with embedded_postgres(data / "postgres") as server:
        embedded = {_setting(name): server.create_service_database(name) for name in missing}
        # PostgreSQL's own variables speak of another server than the embedded one.
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("PG")}
        yield {**inherited, **environment, **embedded}


def _setting(service: str) -> str:
    return f"{service.upper()}_DATABASE_URL"


def _secret(path: Path) -> str:
    """Return the secret in `path`, made when there is none."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()
