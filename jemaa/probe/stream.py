"""Probe room. TCP and TLS to a measuring server: messages of one size that come back, also through a proxy."""

import asyncio
import base64
import hashlib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from .book import Tally
from .datagram import random_packet
from .trouble import EXPECTED, NotOurs, named
from .trust import unverified

MESSAGE_BYTES = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection goes. `name` is asked for in TLS; none: plain TCP. `sha256`: the certificate to expect."""

    host: str
    port: int
    name: str | None = None
    sha256: str = ""
    proxy: str = ""


class Conversation:
    """An open connection; `exchange` as often as wanted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def exchange(self, data: bytes) -> None:
        """Send a message and wait until all of it has come back."""
        self._writer.write(data)
        if await self._reader.readexactly(len(data)) != data:
            raise NotOurs("answer_not_ours", "http_replaced")

    def send(self, data: bytes) -> None:
        """Send without waiting."""
        self._writer.write(data)

    async def read(self, size: int) -> bytes:
        """So many bytes, exactly."""
        return await self._reader.readexactly(size)

    async def some(self) -> bytes:
        """Whatever comes first."""
        data = await self._reader.read(2_048)
        if not data:
            raise EOFError
        return data


@asynccontextmanager
async def conversation(
    place: Place, seconds: float, verified_by: ssl.SSLContext | None = None
) -> AsyncIterator[Conversation]:
    """A connection that was opened within so many seconds. Raises what `trouble.named` has a word for.

    Where nothing verifies, any certificate is taken: the measuring server's is its own, and its fingerprint came over
    the page's TLS.
    """
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await _connect(place, verified_by)
        yield Conversation(reader, writer)
    finally:
        if writer is not None:
            writer.close()
            with suppress(*EXPECTED):
                async with asyncio.timeout(0.2):
                    await writer.wait_closed()


async def attempt(tally: Tally, place: Place, filling: bytes, *, messages: int = 1, seconds: float = 5.0) -> bool:
    """One attempt of an arm: open, so many messages there and back; whether all of that went well."""
    raw = tally.stamp()
    number, began = tally.sent - 1, time.monotonic()
    try:
        async with conversation(place, seconds) as talk, asyncio.timeout(seconds):
            opened = time.monotonic() - began
            for _ in range(messages):
                await talk.exchange(random_packet(raw, MESSAGE_BYTES, filling))
            tally.answered(number, rtt=opened, size=messages * MESSAGE_BYTES)
            return True
    except EXPECTED as error:
        tally.failed(*named(error))
        return False


async def fingerprint(place: Place, seconds: float) -> str:
    """SHA-256 of the certificate that stands there, whoever signed it."""
    async with asyncio.timeout(seconds):
        _, writer = await _connect(place)
    try:
        return _sha256(writer)
    finally:
        writer.close()


async def _connect(
    place: Place, context: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if place.name is None:
        return await (_tunnel(place) if place.proxy else asyncio.open_connection(place.host, place.port))
    context = context or unverified()
    if place.proxy:
        reader, writer = await _tunnel(place)
    else:
        reader, writer = await asyncio.open_connection(place.host, place.port, ssl=context, server_hostname=place.name)
    try:
        if place.proxy:
            await writer.start_tls(context, server_hostname=place.name)
        if place.sha256 and _sha256(writer) != place.sha256:
            raise NotOurs("ssl_invalid_certificate", "tls_resigned")
    except BaseException:
        writer.close()
        raise
    return reader, writer


async def _tunnel(place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """By the proxy's CONNECT. `NotOurs` `proxy_refused`."""
    proxy = urlsplit(place.proxy)
    reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port or 80)
    writer.write(_connect_request(place, proxy))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except BaseException:
        writer.close()
        raise
    if b" 200 " not in head.split(b"\r\n", 1)[0] + b" ":
        writer.close()
        raise NotOurs("proxy_refused")
    return reader, writer


def _connect_request(place: Place, proxy: SplitResult) -> bytes:
    """RFC 9110 §9.3.6; with the name and password that stand in the proxy's address (RFC 7617)."""
    target = f"[{place.host}]:{place.port}" if ":" in place.host else f"{place.host}:{place.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username is not None:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _sha256(writer: asyncio.StreamWriter) -> str:
    found = writer.get_extra_info("ssl_object").getpeercert(True)
    return hashlib.sha256(found or b"").hexdigest()
