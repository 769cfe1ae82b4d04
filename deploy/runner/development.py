"""`dev`: the router and every subgraph in one process, started again when code changes."""

from __future__ import annotations

import threading
from pathlib import Path

from watchfiles import PythonFilter, watch

from runner.addresses import print_addresses
from runner.environment import service_environment
from runner.errors import RunnerError
from runner.processes import Child
from runner.services import ROOT, SERVICES, Ports, require_free_port
from runner.web_build import build_web

SETTINGS = ROOT / "deploy" / "graphwing.dev.yaml"
WATCHED = ("router/src", "subgraphs", "deploy", "schema")
POLL_MILLISECONDS = 300


def run_development(stopping: threading.Event) -> None:
    """Run until `stopping` is set; a change that does not start leaves the watch running."""
    ports = Ports.from_environment()
    require_free_port("the platform", ports.router)
    build_web()
    with service_environment(ports) as environment:
        platform = platform_child(SETTINGS, ports, environment)
        try:
            platform.start()
            platform.wait_until_ready()
            print_addresses(ports, services_have_ports=False)
            _restart_on_change(platform, ports, stopping)
        finally:
            platform.stop()


def platform_child(settings: Path, ports: Ports, environment: dict[str, str]) -> Child:
    """Return the process that serves the router and the web app with `settings`."""
    arguments = ("runner.serving", str(settings), str(ports.router))
    return Child("router", arguments, environment, ports.router, "/readyz")


def _restart_on_change(platform: Child, ports: Ports, stopping: threading.Event) -> None:
    told_end = False
    changes_by_round = watch(
        *(ROOT / folder for folder in WATCHED),
        watch_filter=PythonFilter(extra_extensions=[".yaml", ".graphql"]),
        stop_event=stopping,
        rust_timeout=POLL_MILLISECONDS,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for changes in changes_by_round:
        if changes:
            changed = sorted({str(Path(path).relative_to(ROOT)) for _, path in changes})
            print(f"  changed: {', '.join(changed[:3])}; starting again", flush=True)
            platform.stop()
            require_free_port("the platform", ports.router)
            told_end = _start_again(platform)
        elif platform.exit_status is not None and not told_end:
            told_end = True
            print("  the platform ended; it starts again when a file changes", flush=True)


def _start_again(platform: Child) -> bool:
    """Start the platform anew and return whether it failed, which has been told then."""
    platform.start()
    try:
        platform.wait_until_ready()
    except RunnerError as error:
        print(f"  {error}; it starts again when a file changes", flush=True)
        return True
    print(f"  ready: {', '.join(SERVICES)} and the router", flush=True)
    return False
