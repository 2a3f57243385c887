"""Connections of a check: through a proxy as the proxy wants it, and other people's answers known for what they are."""

import asyncio
import base64

import pytest

from jemaa.probe.book import Book
from jemaa.probe.stream import Place, attempt, conversation
from jemaa.probe.trouble import NotOurs
from tests.reflector.test_reflector import HERE, reflector, stamped


async def proxy(answer: bytes, seen: list[bytes]) -> asyncio.Server:
    """A proxy that says this to CONNECT, and then echoes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        while data := await reader.read(2_048):
            writer.write(data)
        writer.close()

    return await asyncio.start_server(serve, HERE, 0)


def through(server: asyncio.Server, host: str, userinfo: str = "") -> Place:
    return Place(host, 443, proxy=f"http://{userinfo}{HERE}:{server.sockets[0].getsockname()[1]}")


@pytest.mark.parametrize(("host", "target"), [("a.example", b"a.example:443"), ("2001:db8::1", b"[2001:db8::1]:443")])
def test_a_proxy_is_asked_for_the_place_with_name_and_password(host: str, target: bytes) -> None:
    async def test() -> None:
        seen: list[bytes] = []
        async with (
            await proxy(b"HTTP/1.1 200 OK\r\n\r\n", seen) as server,
            conversation(through(server, host, "amina:p%40ss@"), 5) as talk,
        ):
            await talk.exchange(b"hello")
        assert seen[0].startswith(b"CONNECT " + target + b" HTTP/1.1\r\n")
        assert base64.b64encode(b"amina:p@ss") in seen[0]

    asyncio.run(asyncio.wait_for(test(), 10))


def test_a_proxy_that_refuses_is_a_fact() -> None:
    async def test() -> None:
        async with await proxy(b"HTTP/1.1 403 Forbidden\r\n\r\n", []) as server:
            with pytest.raises(NotOurs, match="proxy_refused"):
                async with conversation(through(server, "a.example"), 5):
                    pass

    asyncio.run(asyncio.wait_for(test(), 10))


def test_anothers_certificate_or_bytes_are_not_ours() -> None:
    async def test() -> None:
        book = Book(1)
        async with reflector() as (_, offer):
            book.key, book.run = bytes.fromhex(offer.key), bytes.fromhex(offer.run)
            tally = book.open("tls_name-before-neutral", port=1, transport="tls", payload="neutral")
            assert not await attempt(tally, Place(HERE, offer.tcp[0], "a.example", "00" * 32), bytes(200))
            assert tally.arm(None).artefact == "tls_resigned"
            assert await attempt(tally, Place(HERE, offer.tcp[0], "a.example", offer.tls_sha256), bytes(200))
            async with conversation(Place(HERE, offer.tcp[0]), 5) as talk:
                with pytest.raises(EOFError):
                    await talk.exchange(stamped(offer, 1, 1)[::-1] + bytes(100))

    asyncio.run(asyncio.wait_for(test(), 10))
