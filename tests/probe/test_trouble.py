"""What went wrong has a word, and a mark only where somebody on the way left one: with errors as OpenSSL and asyncio
raise them, whose numbers are not the system's.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from jemaa.probe.book import Book
from jemaa.probe.page import Page
from jemaa.probe.stream import Place, attempt
from jemaa.probe.trouble import EXPECTED, Declined, NotOurs, Unlike, named
from tests.reflector.test_reflector import HERE

ALERT, PLAIN = bytes.fromhex("15030300020228"), b"HTTP/1.1 400 Bad Request\r\n\r\n"
"""Ways to end a handshake: TLS's own alert `handshake_failure` (RFC 8446 §6.2), and what is no TLS at all."""


def raised(answer: bytes) -> ssl.SSLError:
    """What OpenSSL raises where a server answers a ClientHello so."""
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(come, go, server_hostname="a.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    come.write(answer) if answer else come.write_eof()
    with pytest.raises(ssl.SSLError) as error:
        client.do_handshake()
    return error.value


def certificate(code: int) -> ssl.SSLCertVerificationError:
    """As OpenSSL's reasons come: 10 where a clock is off."""
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "word", "mark"),
    [
        (TimeoutError(), "generic_timeout_error", None),
        (OSError(errno.ECONNREFUSED, ""), "connection_refused", None),
        (OSError(errno.ECONNRESET, ""), "connection_reset", "rst"),
        (OSError(errno.EHOSTUNREACH, ""), "host_unreachable", "icmp"),
        (OSError(errno.ENETUNREACH, ""), "network_unreachable", "icmp"),
        (EOFError(), "eof_error", None),
        (certificate(20), "ssl_unknown_authority", None),
        (certificate(62), "ssl_invalid_hostname", None),
        (certificate(10), "ssl_invalid_certificate", None),
        (OSError(errno.EACCES, ""), "permission_denied", None),
        (OSError(errno.EPERM, ""), "permission_denied", None),
        (raised(ALERT), "ssl_failed_handshake", None),
        (raised(PLAIN), "ssl_failed_handshake", None),
        (raised(b""), "eof_error", None),
        (ConnectionResetError(), "eof_error", None),
        (aiohttp.ServerDisconnectedError(), "eof_error", None),
        (aiohttp.ClientPayloadError(), "eof_error", None),
        (NotOurs("answer_not_ours", "http_replaced"), "answer_not_ours", "http_replaced"),
        (Unlike("status 502"), "http_unexpected_answer", None),
        (Declined("status 403"), "http_unexpected_status_code", None),
        (ValueError(), "unknown_failure", None),
        (socket.gaierror(), "unknown_failure", None),
    ],
)
def test_what_a_network_does_has_a_word(error: Exception, word: str, mark: str | None) -> None:
    assert named(error) == (word, mark)


def test_the_numbers_of_openssl_are_not_the_systems() -> None:
    """What makes the order of the questions matter."""
    assert raised(ALERT).errno == raised(PLAIN).errno == errno.EPERM


@asynccontextmanager
async def ending(answer: bytes) -> AsyncIterator[int]:
    """The port of a server that answers a ClientHello so, and ends."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2_048)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(one, HERE, 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "word"), [(ALERT, "ssl_failed_handshake"), (PLAIN, "ssl_failed_handshake"), (b"", "eof_error")]
)
def test_a_handshake_that_fails_leaves_no_mark_and_is_no_page_of_somebody_elses(answer: bytes, word: str) -> None:
    async def test() -> None:
        tally = Book(1).open("tls_name-before-neutral", port=1, transport="tls", payload="neutral")
        async with ending(answer) as port, Page(f"https://{HERE}:{port}") as page:
            assert not await attempt(tally, Place(HERE, port, "a.example"), bytes(200))
            with pytest.raises(EXPECTED) as error:
                await page.offer(5)
        arm = tally.arm(None)
        assert (arm.failure, arm.artefact) == (word, None) == named(error.value)

    asyncio.run(asyncio.wait_for(test(), 20))
