"""The HTTP/1.1 client, against servers that behave well and servers that do not."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import ssl
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from graphwing.execution.transports.http1 import (
    AddressError,
    ConnectionBrokenError,
    HttpAnswer,
    NotHttpError,
    Origin,
    Pool,
    PoolLimits,
    read_address,
)

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
ANSWER = HttpAnswer(200, "application/json", b"{}")


@asynccontextmanager
async def listening(
    converse: Conversation, *, socket: Path | None = None, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[int]:
    """The port of a server that talks as `converse` does, and that clients may hang up on."""
    conversations: set[asyncio.Task[None]] = set()

    async def until_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await converse(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    if socket is not None:
        server = await asyncio.start_unix_server(until_the_end, socket)
    else:
        server = await asyncio.start_server(until_the_end, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield 0 if socket is not None else server.sockets[0].getsockname()[1]
        await asyncio.wait_for(asyncio.gather(*conversations), 5)


@asynccontextmanager
async def serving(converse: Conversation, limits: PoolLimits | None = None) -> AsyncGenerator[Pool]:
    """A pool for a server that talks as `converse` does."""
    async with listening(converse) as port:
        pool = Pool(Origin("127.0.0.1", port, "/graphql"), {}, limits=limits)
        try:
            yield pool
        finally:
            pool.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def post(pool: Pool, *, seconds: float = 5, may_repeat: bool = True) -> HttpAnswer:
    return await pool.post(b"{}", {}, seconds=seconds, may_repeat=may_repeat)


def answering(*answers: bytes) -> tuple[Conversation, list[bytes]]:
    """Each answer to one request, on whatever connection it comes; then hang up."""
    remaining = list(answers)
    requests: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while remaining:
            requests.append(await read_request(reader))
            writer.write(remaining.pop(0))
            await writer.drain()

    return converse, requests


async def test_a_request_has_the_headers_of_its_server_and_its_own() -> None:
    converse, requests = answering(OK)
    async with serving(converse) as pool:
        await pool.post(b'{"query": 1}', {"accept-language": "ko"}, seconds=5, may_repeat=True)

    lines = requests[0].decode().split("\r\n")
    assert lines[0] == "POST /graphql HTTP/1.1"
    assert lines[1].startswith("host: 127.0.0.1:")
    assert lines[2:] == ["accept-language: ko", "content-length: 12", "", '{"query": 1}']


async def test_line_breaks_in_a_header_cannot_write_another_one() -> None:
    converse, requests = answering(OK)
    async with serving(converse) as pool:
        headers = {"accept-language": "ko\r\nx-admin: yes\0"}
        await pool.post(b"", headers, seconds=5, may_repeat=True)

    assert b"accept-language: kox-admin: yes\r\n" in requests[0]


async def test_one_connection_carries_many_requests() -> None:
    connections = 0

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_request(reader)
            writer.write(OK)

    async with serving(converse) as pool:
        answers = [await post(pool) for _ in range(20)]

    assert answers == [ANSWER] * 20
    assert connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}", id="said"
        ),
        pytest.param(b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}", id="old version"),
        pytest.param(OK + b"HTTP/1.1 200 OK\r\n", id="more than the answer"),
        pytest.param(OK + OK, id="two answers"),
    ],
)
async def test_a_connection_that_cannot_be_trusted_is_not_used_again(answer: bytes) -> None:
    connections = 0

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_request(reader)
            writer.write(answer)

    async with serving(converse) as pool:
        first, second = await post(pool), await post(pool)

    assert first.body == second.body == b"{}"
    assert connections == 2


async def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    converse, _ = answering(interim + OK, OK)
    async with serving(converse) as pool:
        assert await post(pool) == ANSWER
        assert await post(pool) == ANSWER


async def test_an_answer_may_end_with_its_connection() -> None:
    converse, _ = answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000)
    async with serving(converse) as pool:
        answer = await post(pool)

    assert answer == HttpAnswer(200, None, b"x" * 100_000)


async def test_an_answer_without_a_body_leaves_the_connection_open() -> None:
    converse, _ = answering(b"HTTP/1.1 204 No Content\r\n\r\n", OK)
    async with serving(converse) as pool:
        assert await post(pool) == HttpAnswer(204, None, b"")
        assert await post(pool) == ANSWER


async def test_an_answer_may_arrive_byte_by_byte_and_in_chunks() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        b"4;note=x\r\nab\r\n\r\n1\r\nc\r\n0\r\ntrailer: x\r\n\r\n"
    )

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for byte in answer:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
            await writer.drain()

    async with serving(converse) as pool:
        assert (await post(pool)).body == b"ab\r\nc"


def packed(body: bytes, encoding: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"abc")),
        ("GZip", gzip.compress(b"abc")),
        ("deflate", zlib.compress(b"abc")),
        ("identity", b"abc"),
    ],
)
async def test_compressed_answers_are_unpacked(encoding: str, body: bytes) -> None:
    converse, _ = answering(packed(body, encoding))
    async with serving(converse) as pool:
        assert (await post(pool)).body == b"abc"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (packed(b"abc", "br"), "compressed its answer with `br`, unasked"),
        (packed(b"abc", "gzip"), "sent a compressed answer that cannot be unpacked"),
        (packed(gzip.compress(b"abc" * 9)[:-9], "gzip"), "sent a compressed answer that cannot"),
        (packed(gzip.compress(b"x" * 2_000_000), "gzip"), "sent more than 1000000 bytes"),
        (OK.replace(b": 2", b": 1000001") + b"x" * 1_000_001, "sent more than 1000000 bytes"),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "is not HTTP"),
        (OK.replace(b": 2", b": 2\r\ncontent-length: 3"), "is not HTTP"),
        (OK.replace(b": 2", b": 2\r\ntransfer-encoding: chunked"), "is not HTTP"),
    ],
)
async def test_what_cannot_be_taken_is_named(answer: bytes, reason: str) -> None:
    converse, _ = answering(answer)
    async with serving(converse, PoolLimits(answer_bytes=1_000_000)) as pool:
        with pytest.raises(NotHttpError, match=reason):
            await post(pool)


async def test_more_requests_than_connections_wait_their_turn() -> None:
    open_now = most_open = 0
    released = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most_open
        while True:
            await read_request(reader)
            open_now += 1
            most_open = max(most_open, open_now)
            if open_now == 2:
                released.set()
            await released.wait()
            open_now -= 1
            writer.write(OK)

    async with serving(converse, PoolLimits(connections=2)) as pool:
        answers = await asyncio.gather(*[post(pool) for _ in range(10)])

    assert answers == [ANSWER] * 10
    assert most_open == 2


async def test_waiting_for_a_connection_counts_against_the_deadline() -> None:
    async def converse(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(converse, PoolLimits(connections=1)) as pool:
        first = asyncio.create_task(post(pool))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await post(pool, seconds=0.02)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_who_stops_waiting_loses_no_turn_of_others() -> None:
    release = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            await release.wait()
            writer.write(OK)

    async with serving(converse, PoolLimits(connections=1)) as pool:
        first, second, third = (asyncio.create_task(post(pool)) for _ in range(3))
        await asyncio.sleep(0.01)
        second.cancel()
        release.set()

        assert await asyncio.gather(first, third) == [ANSWER, ANSWER]


async def test_a_request_that_is_given_up_takes_its_connection_with_it() -> None:
    hung_up = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()
        hung_up.set()

    async with serving(converse) as pool:
        waiting = asyncio.create_task(post(pool))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait_for(hung_up.wait(), 5)


async def test_a_stale_connection_is_replaced_for_what_may_be_repeated_only() -> None:
    for may_repeat in (True, False):
        converse, requests = hanging_up_after_each_second_request()
        async with serving(converse) as pool:
            await post(pool)
            if may_repeat:
                assert await post(pool) == ANSWER
            else:
                with pytest.raises(ConnectionBrokenError):
                    await post(pool, may_repeat=False)
        assert len(requests) == 3 if may_repeat else 2


def hanging_up_after_each_second_request() -> tuple[Conversation, list[bytes]]:
    requests: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(OK)
        requests.append(await read_request(reader))

    return converse, requests


async def test_a_new_connection_that_breaks_is_not_tried_again() -> None:
    requests = 0

    async def converse(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal requests
        await read_request(reader)
        requests += 1

    async with serving(converse) as pool:
        with pytest.raises(ConnectionBrokenError):
            await post(pool)

    assert requests == 1


async def test_idle_connections_are_closed_before_the_server_does() -> None:
    hung_up = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK)
        await reader.read()
        hung_up.set()

    async with serving(converse, PoolLimits(idle_seconds=0.01)) as pool:
        await post(pool)
        await asyncio.wait_for(hung_up.wait(), 5)


async def test_closing_the_pool_fails_what_is_under_way() -> None:
    async def converse(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(converse) as pool:
        waiting = asyncio.create_task(post(pool))
        await asyncio.sleep(0.01)
        pool.close()
        with pytest.raises(ConnectionBrokenError):
            await waiting


async def test_a_unix_socket_is_an_address_too(tmp_path: Path) -> None:
    converse, requests = answering(OK)
    path = tmp_path / "music.sock"
    async with listening(converse, socket=path):
        pool = Pool(read_address(f"unix:{path}?path=/api"), {})
        assert await post(pool) == ANSWER
        pool.close()

    assert requests[0].startswith(b"POST /api HTTP/1.1\r\nhost: localhost\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of its own for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "music")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "music.pem"
    text, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(text, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(text))
    return path


async def test_tls_is_spoken_and_the_certificate_checked(certificate: Path) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    converse, _ = answering(OK, OK)
    async with listening(converse, tls=server_side) as port:
        origin = read_address(f"https://127.0.0.1:{port}/graphql")
        trusting = Pool(origin, {}, tls=ssl.create_default_context(cafile=certificate))
        assert await post(trusting) == ANSWER
        trusting.close()

        with pytest.raises(ssl.SSLCertVerificationError):
            await post(Pool(origin, {}))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://music", Origin("music", 80, "/")),
        ("https://music/graphql?v=1", Origin("music", 443, "/graphql?v=1", is_secure=True)),
        ("http://[::1]:8000/a b", Origin("::1", 8000, "/a%20b")),
        ("http://bücher.example/", Origin("xn--bcher-kva.example", 80, "/")),
        (
            "http://wing:s%40cret@music/",
            Origin("music", 80, "/", authorization="Basic d2luZzpzQGNyZXQ="),
        ),
        ("unix:/run/a%20b.sock", Origin("localhost", 80, "/graphql", socket="/run/a b.sock")),
    ],
)
def test_addresses_say_where_to_connect(address: str, origin: Origin) -> None:
    assert read_address(address) == origin


@pytest.mark.parametrize(
    "address", ["", "music", "ftp://music/", "http://", "http://[::bad/", "http://a:b/", "unix:"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        read_address(address)


def test_the_host_header_names_unusual_ports_and_brackets_ipv6() -> None:
    assert read_address("http://[::1]:8000/").authority == "[::1]:8000"
    assert read_address("https://music:443/").authority == "music"
