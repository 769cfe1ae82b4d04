"""Every error a service raises on purpose.

ServiceError
├── StartError               the service cannot start (operator's fault; one line, exit code 1)
│   ├── SettingsError        a setting is missing or wrong
│   ├── DatabaseError        the database does not answer, or refuses
│   ├── MigrationError       the database is at a revision that this version does not know
│   └── AddressError         the address to listen on cannot be taken
├── ClaimsError              the request's identity is not one the router signed
└── ArgumentError            the client gave an argument that no answer exists for
"""


class ServiceError(Exception):
    """Something this service says on purpose."""

    code = "SERVICE_ERROR"


class StartError(ServiceError):
    """The service cannot start; the message is one line that says why and what to do."""

    code = "CANNOT_START"


class SettingsError(StartError):
    """A setting is missing or wrong."""

    code = "WRONG_SETTING"

    def __init__(self, setting: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"setting `{setting}` {problem}; {remedy}")
        self.setting = setting


class DatabaseError(StartError):
    """The database does not answer, or refuses the service."""

    code = "DATABASE_UNAVAILABLE"

    def __init__(self, setting: str, *, host: str, reason: str) -> None:
        super().__init__(
            f"cannot use the database of `{setting}` at {host}: {reason};"
            f" start that server or correct `{setting}`"
        )
        self.setting = setting
        self.host = host


class MigrationError(StartError):
    """The history of the database and that of the code do not fit together."""

    code = "CANNOT_MIGRATE"

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(
            f"cannot migrate the database of {service}: {reason};"
            " run the version that the database was migrated with, or name a revision that exists"
        )


class AddressError(StartError):
    """The address to listen on cannot be taken."""

    code = "ADDRESS_UNAVAILABLE"

    def __init__(self, host: str, port: int, *, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host}:{port}: {reason}; stop what uses it or pass another `--port`"
        )
        self.host = host
        self.port = port


class ClaimsError(ServiceError):
    """The request carries an identity that the router did not sign, or signed too long ago."""

    code = "CLAIMS_REFUSED"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the signed claims are refused: {reason}")


class ArgumentError(ServiceError):
    """The client gave an argument that no answer exists for; its text reaches the client."""

    code = "BAD_USER_INPUT"

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"argument `{argument}` {problem}")
        self.argument = argument
