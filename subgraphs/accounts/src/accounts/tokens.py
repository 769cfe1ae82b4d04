"""The tokens that say who is asking: JSON Web Tokens, signed with EdDSA."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from accounts.keys import SigningKey
from accounts.tables import User

LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and until when it is good."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Writes tokens in the name of this service."""

    key: SigningKey
    issuer: str
    audience: str

    def issue(self, user: User, *, now: datetime) -> Token:
        """Return a token for `user`."""
        # Tokens count whole seconds, so the client is told no more than they hold.
        issued_at = now.replace(microsecond=0)
        expires_at = issued_at + LIFETIME
        claims = {
            "sub": str(user.id),
            "roles": list(user.roles),
            "iss": self.issuer,
            "aud": self.audience,
            "iat": issued_at,
            "exp": expires_at,
        }
        text = jwt.encode(claims, self.key.private, algorithm="EdDSA", headers={"kid": self.key.id})
        return Token(text, expires_at)
