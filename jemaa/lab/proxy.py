"""Lab room. An HTTP CONNECT proxy as companies have them: lists, no bare addresses, caps, and TLS opened if told so.

A tunnel is either blind (bytes both ways) or opened: then each request inside is read, `Upgrade` taken out, and the
response kept back whole, or cut at a size. What is cut at a time is the tunnel, counted from its CONNECT, with whatever
is under way in it; responses are not timed. (RFC 9110 §9.3.6, RFC 9112.)
"""

import asyncio
import contextlib
import ssl
from typing import Any

from jemaa import limits
from jemaa.tasks import Tasks

from . import http
from .authority import Authority
from .proxy_settings import ProxySettings

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Serves connections by its settings. `resolve` turns a name into an address; `trust` is for opened TLS."""

    def __init__(
        self,
        settings: ProxySettings,
        resolve: dict[str, tuple[str, ...]],
        authority: Authority | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.settings = settings
        self._resolve = resolve
        self._authority = authority
        self._trust = trust
        self._tasks = Tasks("lab-proxy")

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin with a client's connection. Ended, as the lab ends, it says nothing.

        As a task of ours: asyncio would hold its own by the protocol alone, which TLS that begins in mid-connection
        replaces, and until 3.12 would print a traceback of one that is cancelled.
        """
        self._tasks.start(self._serve(reader, writer), "client")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._connect(reader, writer)
        except (OSError, EOFError, TimeoutError, ssl.SSLError, asyncio.LimitOverrunError, ValueError):
            pass  # either side went away, or spoke what is no HTTP: the tunnel ends, as a proxy's does
        finally:
            await _close(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = http.request(await reader.readuntil(b"\r\n\r\n"))
        host, _, port = (asked.target if asked else "").rpartition(":")
        host = host.strip("[]").lower()  # names are the same in capitals, and are looked up and compared in small ones
        if asked is None or asked.method != "CONNECT" or not port.isdecimal():
            await _refuse(writer, 405, "only CONNECT is served here")
            return
        if why := self.settings.refusal(host, int(port)):
            await _refuse(writer, 403, why)
            return
        address = self._resolve.get(host, (host,))[0]
        seconds = self.settings.max_seconds or None
        async with asyncio.timeout(seconds):
            await self._through(host, address, int(port), (reader, writer))

    async def _through(self, host: str, address: str, port: int, client: Streams) -> None:
        reader, writer = client
        secure = {"ssl": self._trust, "server_hostname": host} if self.settings.resign else {}
        try:
            far = await asyncio.open_connection(address, port, **secure)  # type: ignore[arg-type]
        except OSError:
            await _refuse(writer, 502, "the site does not answer")
            return
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            if self.settings.resign:
                assert self._authority is not None, "whoever re-signs was given an authority"
                await writer.start_tls(self._authority.context(host))
                await self._opened((reader, writer), far)
            else:
                await self._blind((reader, writer), far)
        finally:
            await _close(far[1])

    async def _blind(self, client: Streams, far: Streams) -> None:
        up = self._tasks.start(_copy(client[0], far[1]), "up")
        down = self._tasks.start(_copy(far[0], client[1]), "down")
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
            down.cancel()

    async def _opened(self, client: Streams, far: Streams) -> None:
        """Request by request; what the client asks and gets is read whole."""
        while True:
            head = await client[0].readuntil(b"\r\n\r\n")
            far[1].write(_plain_head(head) if self.settings.strip_upgrade else head)
            await _copy_body(head, client[0], far[1])
            await far[1].drain()
            if not await self._respond(far[0], client[1]):
                return

    async def _respond(self, far: asyncio.StreamReader, client: asyncio.StreamWriter) -> bool:
        """Hand on one response; whether another may follow on this connection."""
        head = await far.readuntil(b"\r\n\r\n")
        kept, passed = bytearray(head), 0
        cap = int(self.settings.max_bytes) or limits.LAB_PROXY_BODY_BYTES
        whole = True
        async for piece in _body(head, far):
            room = cap - passed
            passed += len(piece)
            kept += piece[: max(0, room)]
            if not self.settings.buffer_responses:
                client.write(bytes(kept))
                kept.clear()
                await client.drain()
            if passed > cap:
                whole = False
                break
        client.write(bytes(kept))
        await client.drain()
        return whole and _ends_by_itself(head)


def _headers(head: bytes) -> dict[bytes, bytes]:
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _plain_head(head: bytes) -> bytes:
    """A request without its wish to change protocol."""
    kept = [
        line
        for line in head[:-4].split(b"\r\n")
        if not line.lower().startswith((b"upgrade:", b"connection:", b"http2-settings:"))
    ]
    return b"\r\n".join(kept) + b"\r\n\r\n"


def _ends_by_itself(head: bytes) -> bool:
    found = _headers(head)
    bodiless = head[9:12] in (b"204", b"304")
    return bodiless or b"content-length" in found or found.get(b"transfer-encoding", b"").lower() == b"chunked"


async def _body(head: bytes, reader: asyncio.StreamReader) -> Any:
    """The body of a response as raw pieces, chunk framing kept (RFC 9112 §6.3)."""
    found = _headers(head)
    if head[9:12] in (b"204", b"304"):
        return
    if found.get(b"transfer-encoding", b"").lower() == b"chunked":
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            yield line + await reader.readexactly(size + 2)
            if size == 0:
                return
    left = int(found.get(b"content-length", b"-1"))
    while left and (piece := await reader.read(65_536 if left < 0 else min(left, 65_536))):
        left -= len(piece) if left > 0 else 0
        yield piece


async def _copy_body(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if b"content-length" not in _headers(head) and b"transfer-encoding" not in _headers(head):
        return
    async for piece in _body(b"HTTP/1.1 200" + head, reader):
        writer.write(piece)
        await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close and wait for it; that the other end was faster is no matter."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _refuse(writer: asyncio.StreamWriter, status: int, why: str) -> None:
    body = why.encode() + b"\n"
    writer.write(b"HTTP/1.1 %d Refused\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
    await writer.drain()
