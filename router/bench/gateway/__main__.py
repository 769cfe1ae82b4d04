"""What answering costs, in one run: `python -m gateway`, with `router/bench` on the path.

Each server and the subgraphs are processes of their own; what is told is the CPU time that the
operating system counts for the server's process, as the median of rounds that take turns. All
requests are unique: each has a session of its own in its variables and in a header. All responses
are compared with what the interpreter of plans answers, byte by byte. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from gateway.load import Load, send_load
from gateway.operations import LARGE, SMALL
from gateway.stubs import NAMES, supergraph
from graphwing import Router
from graphwing.exact_json import encode_json

_ROW = "{:<24} {:>10} {:>10} {:>9} {:>9} {:>9}"
_numbers = count()


class BenchmarkError(Exception):
    """The benchmark says nothing."""


@dataclass(slots=True)
class Server:
    """A server that runs, and what it cost."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    operation: str
    cpu: list[float] = field(default_factory=list[float])
    """Seconds for one request, by round."""
    loads: list[Load] = field(default_factory=list[Load])

    def cpu_seconds(self) -> float:
        """Return what all threads of the process have used so far."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31, help="how often each server has its turn")
    parser.add_argument("--requests", type=int, default=60, help="how many requests a round has")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        ports: dict[str, int] = dict(zip(NAMES, _free_ports(len(NAMES)), strict=True))
        stack.enter_context(_process("gateway.stubs", *map(str, ports.values())))
        kinds = (
            ("graphwing", "router", LARGE),
            ("by hand", "by hand", LARGE),
            ("floor", "floor", LARGE),
            ("graphwing, small", "router", SMALL),
            ("one call, small", "one call", SMALL),
        )
        servers = [
            stack.enter_context(_server(name, kind, operation, ports))
            for name, kind, operation in kinds
        ]
        asyncio.run(_measure(servers, ports, arguments.rounds, arguments.requests))


async def _measure(
    servers: Sequence[Server], ports: Mapping[str, int], rounds: int, requests: int
) -> None:
    expected = {text: await _reference(text, ports) for text in (LARGE, SMALL)}
    for connections in (1, 50):
        for server in servers:
            server.cpu.clear()
            server.loads.clear()
            await _round(server, expected[server.operation], requests, connections)
        for _ in range(rounds):
            for server in servers:
                before = server.cpu_seconds()
                amount = requests if server.operation is LARGE else requests * 6
                load = await _round(server, expected[server.operation], amount, connections)
                server.cpu.append((server.cpu_seconds() - before) / amount)
                server.loads.append(load)
        _print(servers, connections, {text: len(body) for text, body in expected.items()})


async def _round(server: Server, expected: bytes, requests: int, connections: int) -> Load:
    return await send_load(
        server.port, _requests(server.operation), expected, count=requests, connections=connections
    )


def _requests(operation: str) -> Iterator[bytes]:
    for number in _numbers:
        session = f"session-{number:08x}"
        body = encode_json({"query": operation, "variables": {"session": session}})
        yield (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"accept: application/json\r\nuser-agent: bench\r\nx-session: {session}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body


async def _reference(operation: str, ports: Mapping[str, int]) -> bytes:
    """Return what the interpreter answers: each operation is interpreted when it is new."""
    async with Router(supergraph=supergraph(ports)) as router:
        response = await router.execute(operation, variables={"session": "session-0"})
        if router.counts.interpreted.total() != 1:
            raise BenchmarkError("the reference was not made by the interpreter")
    return encode_json(response)


def _print(servers: Sequence[Server], connections: int, sizes: dict[str, int]) -> None:
    by_name = {server.name: server for server in servers}
    large, small = sizes[LARGE], sizes[SMALL]
    print(f"\n{connections} connection(s), unique requests; {large:,} and {small:,} bytes")
    print(_ROW.format("", "CPU ms", "± ms", "per core", "p50 ms", "p99 ms"))
    for server in servers:
        spread = (max(server.cpu) - min(server.cpu)) / 2 * 1e3
        p50 = median(one.percentile(50) for one in server.loads) * 1e3
        p99 = median(one.percentile(99) for one in server.loads) * 1e3
        milliseconds = median(server.cpu) * 1e3
        print(
            _ROW.format(
                server.name,
                f"{milliseconds:.3f}",
                f"{spread:.3f}",
                f"{1000 / milliseconds:,.0f}/s",
                f"{p50:.2f}",
                f"{p99:.2f}",
            )
        )
    for name, other, most in (
        ("graphwing", "by hand", 1.3),
        ("graphwing", "floor", 2.0),
        ("graphwing, small", "one call, small", 1.5),
    ):
        # Of rounds that follow one another, for the machine may be busy with something else.
        pairs = zip(by_name[name].cpu, by_name[other].cpu, strict=True)
        ratio = median(one / another for one, another in pairs)
        print(f"{name} / {other}: {ratio:.2f} (wanted: at most {most})")


def _free_ports(number: int) -> list[int]:
    listeners = [socket.socket() for _ in range(number)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports: list[int] = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@contextmanager
def _process(module: str, *arguments: str) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE)
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise BenchmarkError(f"{module} does not start")
        yield process
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=10)
        if said:
            ways = json.loads(said)
            print(f"{arguments[0]}: {ways}")


@contextmanager
def _server(name: str, kind: str, operation: str, ports: Mapping[str, int]) -> Generator[Server]:
    (port,) = _free_ports(1)
    with _process("gateway.servers", kind, str(port), *map(str, ports.values())) as process:
        yield Server(name, port, process, operation)


if __name__ == "__main__":
    main()
