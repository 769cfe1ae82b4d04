"""What can go wrong while the platform is started, each as one line with its remedy."""

from __future__ import annotations

from pathlib import Path


class RunnerError(Exception):
    """The platform cannot be started as asked; the text is all that a person needs to read."""


class PortInUseError(RunnerError):
    """Another program listens where one of ours should."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(
            f"port {port} for {name} is in use by another program; "
            f"stop it, or choose other ports with WING_PORT"
        )


class PostgresError(RunnerError):
    """The embedded PostgreSQL cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the embedded PostgreSQL does not work: {reason}")


class MissingFileError(RunnerError):
    """A file that should be part of the project is not there."""

    def __init__(self, path: Path, remedy: str) -> None:
        super().__init__(f"{path} is missing; {remedy}")


class ChildFailedError(RunnerError):
    """A process ended with an error before it was ready; it has said itself what is wrong."""


class StartFailedError(RunnerError):
    """A process was killed before it was ready, or never became ready."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name} did not start: {what}")


class NotRunningError(RunnerError):
    """A command for the running services was given and there are none."""

    def __init__(self) -> None:
        super().__init__("the services are not running; start them with: poe services")


class UnknownServiceError(RunnerError):
    """A service was named that does not exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no service `{name}`; the services are {', '.join(known)}")


class WrongPortError(RunnerError):
    """WING_PORT is no usable port number."""

    def __init__(self, value: str) -> None:
        super().__init__(f"WING_PORT is `{value}`; it must be a number from 1024 to 65000")
