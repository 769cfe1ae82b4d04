"""`services`: each subgraph in a process of its own and the router over HTTP, and their control.

One service can be stopped and started again while the others go on (`poe stop community`). A
request to do so is a file in the run folder that the supervisor looks at; it needs no port.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from runner.addresses import print_addresses
from runner.development import platform_child
from runner.environment import DATA, service_environment
from runner.errors import NotRunningError, UnknownServiceError
from runner.processes import Child, answers
from runner.services import HOST, ROOT, SERVICES, Ports, require_free_port
from runner.web_build import build_web

SETTINGS = ROOT / "deploy" / "graphwing.services.yaml"
RUN = DATA / "run"
POLL_SECONDS = 0.2
CONTROL_SECONDS = 60.0


def run_services(stopping: threading.Event) -> None:
    """Run every process until `stopping` is set."""
    ports = Ports.from_environment()
    for name in SERVICES:
        require_free_port(name, ports.of(name))
    require_free_port("the router", ports.router)
    build_web()
    with service_environment(ports) as environment:
        services = [_service_child(name, ports, environment) for name in SERVICES]
        router = platform_child(SETTINGS, ports, environment)
        try:
            for child in [*services, router]:
                child.start()
            for child in [*services, router]:
                child.wait_until_ready()
            _open_control(ports)
            print_addresses(ports, services_have_ports=True)
            _supervise(services, router, stopping)
        finally:
            _close_control()
            for child in [router, *services]:
                child.ask_to_stop()
            for child in [router, *services]:
                child.stop()


def stop_service(name: str) -> None:
    """Ask the supervisor to stop service `name` and return when it is down."""
    ports = _require_running(name)
    _down_mark(name).touch()
    _wait_for(lambda: not answers(ports.of(name), "/healthz"))
    print(f"{name} is stopped; start it again with: poe start {name}")


def start_service(name: str) -> None:
    """Ask the supervisor to start service `name` again and return when it answers."""
    ports = _require_running(name)
    _down_mark(name).unlink(missing_ok=True)
    _wait_for(lambda: answers(ports.of(name), "/healthz"))
    print(f"{name} answers at {ports.url_of(name)}")


def _service_child(name: str, ports: Ports, environment: dict[str, str]) -> Child:
    arguments = (name, "serve", "--host", HOST, "--port", str(ports.of(name)))
    return Child(name, arguments, environment, ports.of(name), "/healthz")


def _supervise(services: list[Child], router: Child, stopping: threading.Event) -> None:
    """Start and stop services as the marks ask; end when the router does."""
    down: set[str] = set()
    while not stopping.wait(POLL_SECONDS):
        if router.exit_status is not None:
            print(f"the router ended (exit code {router.exit_status})", flush=True)
            return
        for child in services:
            mark = _down_mark(child.name)
            if child.name in down:
                if not mark.exists():
                    down.discard(child.name)
                    child.start()
                    print(f"  {child.name} starts again", flush=True)
            elif mark.exists():
                down.add(child.name)
                child.stop()
                print(f"  {child.name} is stopped", flush=True)
            elif child.pid is None:
                down.add(child.name)
                mark.touch()
                print(f"  {child.name} ended (exit code {child.exit_status})", flush=True)
                print(f"  start it again with: poe start {child.name}", flush=True)


def _open_control(ports: Ports) -> None:
    RUN.mkdir(parents=True, exist_ok=True)
    for name in SERVICES:
        _down_mark(name).unlink(missing_ok=True)
    (RUN / "supervisor").write_text(f"{os.getpid()} {ports.router}")


def _close_control() -> None:
    (RUN / "supervisor").unlink(missing_ok=True)


def _require_running(name: str) -> Ports:
    if name not in SERVICES:
        raise UnknownServiceError(name, list(SERVICES))
    try:
        pid, port = (RUN / "supervisor").read_text().split()
        os.kill(int(pid), 0)
    except (OSError, ValueError) as error:
        raise NotRunningError from error
    return Ports(int(port))


def _down_mark(name: str) -> Path:
    return RUN / f"{name}.down"


def _wait_for(condition: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > CONTROL_SECONDS:
            raise NotRunningError
        time.sleep(POLL_SECONDS)
