"""Probe room. The pages' side of a server over HTTP: plan, counts, answers, WebSockets; by a proxy if any."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from jemaa.packets.offer import Counts, Offer

from . import trust
from .clock import Clock
from .offered import usable
from .trouble import Busy, Declined, Unlike

_MOST_ANSWER = 65_536

_DECLINING = (401, 403, 429, 451)
"""Statuses by which a server says that it is there, and does not want to answer this one."""


_BUSY, _BUSY_CODE, _BUSY_CLOSE = 503, "check-busy", aiohttp.WSCloseCode.TRY_AGAIN_LATER
"""How a server says that too many are checking: to a request, and to a socket, which it closes."""


class _Receipt(Struct):
    receipt: str


class _Said(Struct):
    text: str
    code: str = ""


class _Refusal(Struct):
    error: _Said


class Page:
    """One server's pages. Use it as a context; everything raises what `trouble.named` has a word for."""

    def __init__(self, url: str, *, proxy: str = "", authority: str = "", clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.url = url.rstrip("/")
        self.proxy = proxy
        self.context = trust.context(authority)
        parts = urlsplit(self.url)
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.is_secure = parts.scheme == "https"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Page":
        connector = aiohttp.TCPConnector(ssl=self.context, force_close=True, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": "jemaa-check"})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.close()

    @property
    def _open(self) -> aiohttp.ClientSession:
        assert self._session is not None, "used as a context"
        return self._session

    @property
    def is_certain(self) -> bool:
        """Whether nobody but the server can have answered: under its certificate, and by no proxy, which may be trusted
        to sign for anybody."""
        return self.is_secure and not self.proxy

    async def offer(self, seconds: float) -> Offer:
        """A new run, as far as it may be used, and what time it is there. `Unlike` where the answer is none: a captive
        portal's, or another's."""
        async with self._get("/check/plan", seconds) as answer:
            data = await _whole(answer)
            try:
                offer = usable(msgspec.json.decode(data, type=Offer))
            except ValueError as error:
                raise Unlike(str(error)) from None
            self.clock.told(answer.headers.get("Date", ""))
            return offer

    async def counts(self, run: str, seconds: float) -> Counts:
        """What arrived of a run."""
        return msgspec.json.decode(await self.get(f"/check/counts/{run}", seconds), type=Counts)

    async def get(self, path: str, seconds: float) -> bytes:
        """A whole answer, on a connection of its own."""
        async with self._get(path, seconds) as answer:
            return await _whole(answer)

    async def pieces(self, path: str, seconds: float, *, idle: float | None = None) -> AsyncIterator[tuple[float, int]]:
        """When, since the request, how many bytes came; ends or raises with the answer, or after `idle` without any."""
        began = time.monotonic()
        async with self._get(path, seconds, idle) as answer:
            async for piece in answer.content.iter_any():
                yield time.monotonic() - began, len(piece)

    async def submit(self, data: bytes, seconds: float) -> str:
        """Give a measurement to the public record; the receipt. `ValueError` says why it was refused."""
        timeout = aiohttp.ClientTimeout(total=seconds)
        headers = {"Content-Type": "application/json"}
        async with self._open.post(
            f"{self.url}/api/check/measurements",
            data=data,
            headers=headers,
            proxy=self.proxy or None,
            timeout=timeout,
        ) as answer:
            body = await answer.read()
            if answer.status != 201:
                raise ValueError(msgspec.json.decode(body, type=_Refusal).error.text)
            return msgspec.json.decode(body, type=_Receipt).receipt

    @asynccontextmanager
    async def socket(self, seconds: float) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The echoing WebSocket."""
        async with asyncio.timeout(seconds):
            socket = await self._open.ws_connect(f"{self.url}/check/socket", proxy=self.proxy or None, autoclose=False)
        try:
            yield socket
        finally:
            with suppress(TimeoutError):  # a far end that is slow to say goodbye has said all that was asked
                async with asyncio.timeout(1):
                    await socket.close()

    @asynccontextmanager
    async def _get(self, path: str, seconds: float, idle: float | None = None) -> AsyncIterator[aiohttp.ClientResponse]:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_read=idle)
        async with self._open.get(
            self.url + path, proxy=self.proxy or None, timeout=timeout, allow_redirects=False
        ) as answer:
            if answer.status == _BUSY and await _is_busy(answer):
                raise Busy(f"status {answer.status}")
            if answer.status in _DECLINING and self.is_certain:
                raise Declined(f"status {answer.status}")
            if answer.status != 200:
                raise Unlike(f"status {answer.status}")
            yield answer


def is_busy(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the server has closed this socket because too many are checking."""
    return socket.close_code == _BUSY_CLOSE


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for piece in answer.content.iter_any():
        data += piece
        if len(data) > 32 * _MOST_ANSWER:
            raise Unlike("an answer without end")
    return bytes(data)


async def _is_busy(answer: aiohttp.ClientResponse) -> bool:
    """Whether the server says in its own words that too many are checking."""
    try:
        return msgspec.json.decode(await _whole(answer), type=_Refusal).error.code == _BUSY_CODE
    except msgspec.DecodeError:
        return False
