"""Sign verified claims for subgraphs: HTTP Message Signatures with HMAC.

https://www.rfc-editor.org/rfc/rfc9421
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import digest
from typing import Any

import msgspec

CLAIMS_HEADERS = frozenset({"graphwing-claims", "signature-input", "signature"})
"""What only the router may say to a subgraph."""


def signed_claims(claims: Mapping[str, Any], *, secret: str, now: int) -> dict[str, str]:
    """Return the headers that tell a subgraph who is asking, and prove that the router says so."""
    value = urlsafe_b64encode(msgspec.json.encode({**claims})).rstrip(b"=").decode()
    parameters = f'("graphwing-claims");created={now};keyid="graphwing";alg="hmac-sha256"'
    # https://www.rfc-editor.org/rfc/rfc9421#section-2.5
    base = f'"graphwing-claims": {value}\n"@signature-params": {parameters}'
    signature = b64encode(digest(secret.encode(), base.encode(), sha256)).decode()
    return {
        "graphwing-claims": value,
        "signature-input": f"graphwing={parameters}",
        "signature": f"graphwing=:{signature}:",
    }
