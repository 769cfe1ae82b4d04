"""What the resolvers of one request may reach, beside what every service has."""

from dataclasses import dataclass

from accounts.loaders import Loaders
from accounts.passwords import PasswordChecker
from accounts.tokens import TokenIssuer
from kit.context import Context
from kit.database import Database
from kit.identity import Viewer


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signing in takes: a check of the password, and somebody to write the token."""

    passwords: PasswordChecker
    tokens: TokenIssuer


class AccountsContext(Context[Loaders]):
    """The viewer, the loaders and the database of one request, and what signing in takes."""

    def __init__(self, viewer: Viewer | None, database: Database, sign_in: SignIn) -> None:
        super().__init__(viewer, Loaders(database), database)
        self.sign_in = sign_in
