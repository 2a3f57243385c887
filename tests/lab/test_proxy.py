"""The proxy as clients meet it, on loopback."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jemaa.lab import names
from jemaa.lab.authority import Authority
from jemaa.lab.proxy import Proxy
from jemaa.lab.proxy_settings import ProxySettings
from jemaa.lab.resolver import Resolver

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
NAMES: dict[str, tuple[str, ...]] = {"meeting.example": ("127.0.0.1",)}


async def site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request with its own head as the body, in two pieces; who only looked in gets nothing."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return await closed(writer)
    body = head if b"/long" not in head else bytes(5000)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
    with contextlib.suppress(OSError):
        await reader.read()
    await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close and wait for it; that the other end was faster is no matter."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def through(
    settings: dict[str, object], folder: Path, use: Callable[[Streams, int, Authority], Awaitable[None]]
) -> None:
    """A site, a proxy before it, and one connection to the proxy."""
    authority = Authority(folder)
    trust = ssl.create_default_context(cafile=authority.file)
    secure = authority.context("meeting.example") if settings.get("resign") else None
    server = await asyncio.start_server(site, "127.0.0.1", 0, ssl=secure)
    port = server.sockets[0].getsockname()[1]
    proxy = Proxy(ProxySettings.read("test", settings | {"ports": [port]}), NAMES, authority, trust)
    front = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    streams = await asyncio.open_connection("127.0.0.1", front.sockets[0].getsockname()[1])
    try:
        await use(streams, port, authority)
    finally:
        await closed(streams[1])
        front.close()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)


async def connect(streams: Streams, target: str) -> bytes:
    streams[1].write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    return (await streams[0].readuntil(b"\r\n\r\n"))[9:12]


def test_a_tunnel_is_blind(tmp_path: Path) -> None:
    async def use(streams: Streams, port: int, authority: Authority) -> None:
        assert await connect(streams, f"meeting.example:{port}") == b"200"
        streams[1].write(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        assert b"Upgrade: websocket" in await streams[0].readuntil(b"websocket\r\n\r\n")

    asyncio.run(through({}, tmp_path, use))


def test_a_name_in_capitals_is_the_same_name(tmp_path: Path) -> None:
    async def use(streams: Streams, port: int, authority: Authority) -> None:
        assert await connect(streams, f"Meeting.EXAMPLE:{port}") == b"200"

    asyncio.run(through({"allow": ["meeting.Example"]}, tmp_path, use))


@pytest.mark.parametrize(
    ("settings", "host", "port"),
    [
        ({"raw_ip": False}, "127.0.0.1", None),
        ({"allow": ["other.example"]}, "meeting.example", None),
        ({"allow": ["meeting.example"]}, "127.0.0.1", None),
        ({}, "meeting.example", 25),
    ],
)
def test_what_is_not_allowed_is_refused(
    tmp_path: Path, settings: dict[str, object], host: str, port: int | None
) -> None:
    async def use(streams: Streams, open_port: int, authority: Authority) -> None:
        assert await connect(streams, f"{host}:{port or open_port}") == b"403"

    asyncio.run(through(settings, tmp_path, use))


def opened_settings(**more: object) -> dict[str, object]:
    return {"resign": True, "strip_upgrade": True, "buffer_responses": True} | more


async def inside(streams: Streams, port: int, authority: Authority) -> None:
    """Go on in TLS that the proxy has signed itself."""
    assert await connect(streams, f"meeting.example:{port}") == b"200"
    context = ssl.create_default_context(cafile=authority.file)
    await streams[1].start_tls(context, server_hostname="meeting.example")


def test_tls_is_signed_again_and_upgrade_taken_out(tmp_path: Path) -> None:
    async def use(streams: Streams, port: int, authority: Authority) -> None:
        await inside(streams, port, authority)
        streams[1].write(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        await streams[0].readuntil(b"\r\n\r\n")
        assert await streams[0].readuntil(b"\r\n\r\n") == b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    asyncio.run(through(opened_settings(), tmp_path, use))


def test_a_response_is_cut_at_its_size(tmp_path: Path) -> None:
    async def use(streams: Streams, port: int, authority: Authority) -> None:
        await inside(streams, port, authority)
        streams[1].write(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        await streams[0].readuntil(b"\r\n\r\n")
        assert len(await streams[0].read()) == 1000

    asyncio.run(through(opened_settings(max_bytes=1000), tmp_path, use))


def test_a_tunnel_is_cut_at_its_time(tmp_path: Path) -> None:
    async def use(streams: Streams, port: int, authority: Authority) -> None:
        assert await connect(streams, f"meeting.example:{port}") == b"200"
        assert await streams[0].read() == b""

    asyncio.run(through({"max_seconds": 0.2}, tmp_path, use))


def test_the_resolver_lies_as_told_and_is_honest_otherwise() -> None:
    resolver = Resolver({"call.example": "10.10.34.34", "blocked.example": "nxdomain"})

    def ask(name: str, kind: int = names.A) -> tuple[int, tuple[str, ...]]:
        asked = names.question(names.query(name, kind))
        assert asked is not None
        return names.addresses(resolver.answer(asked))

    assert ask("www.call.example") == (0, ("10.10.34.34",)) and ask("call.example", names.AAAA) == (0, ())
    assert ask("blocked.example") == (names.NXDOMAIN, ()) and ask("unknown.example") == (names.NXDOMAIN, ())
    assert ask("meeting.example") == (0, ("198.51.100.10",))


def test_a_lie_of_the_other_ip_version_is_told_to_whom_it_fits() -> None:
    resolver = Resolver({"call.example": "fd4a:bad::1"})
    for kind, found in ((names.A, ()), (names.AAAA, ("fd4a:bad::1",))):
        asked = names.question(names.query("call.example", kind))
        assert asked is not None and names.addresses(resolver.answer(asked)) == (0, found)
