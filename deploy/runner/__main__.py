"""The commands behind the tasks of the workspace: `python -m runner COMMAND`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from types import FrameType

from runner.development import run_development
from runner.errors import ChildFailedError, RunnerError
from runner.separate import run_services, start_service, stop_service
from runner.web_build import build_web


def main() -> int:
    """Run the command that the arguments name and return its exit code."""
    options = _parser().parse_args()
    try:
        _run(options)
    except ChildFailedError:
        return 1
    except RunnerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "dev":
            run_development(_stop_event())
        case "services":
            run_services(_stop_event())
        case "stop":
            stop_service(options.service)
        case "start":
            start_service(options.service)
        case _:
            build_web()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="runner", description="Run Win:G on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dev", help="the whole platform in one process")
    commands.add_parser("services", help="each service in its own process")
    for name in ("stop", "start"):
        commands.add_parser(name, help=f"{name} one running service").add_argument("service")
    commands.add_parser("web", help="build the web app")
    return parser


def _stop_event() -> threading.Event:
    """Return an event that Ctrl-C and a polite kill set, so that everything is ended in order."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    # A closed terminal hangs up; nothing may be left behind then either.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


if __name__ == "__main__":
    sys.exit(main())
