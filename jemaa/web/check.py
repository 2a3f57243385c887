"""Web room. What a check needs of the pages' port: the offer, what arrived, a long answer, a piece, an echo."""

import asyncio
from contextlib import suppress
from typing import Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from jemaa.errors import Refused
from jemaa.limits import CHECK_RUN_SECONDS, MAX_CHECK_ANSWER_BYTES, MAX_CHECK_ANSWERS, MAX_MESSAGE_BYTES
from jemaa.packets.offer import Counts, Offer

from .house import json_answer, number
from .security import OCTETS


class Measuring(Protocol):
    """The measuring server, as far as the pages know it."""

    def offer(self) -> Offer: ...

    def counts(self, run: str) -> Counts | None: ...


MEASURING = web.AppKey("measuring", Measuring)
_UNDER_WAY = web.AppKey("check_answers", list[int])

_FRESH = {"Cache-Control": "no-store"}


def measure_with(app: web.Application, measuring: Measuring) -> None:
    """Answer checks in this application's name."""
    app[MEASURING] = measuring
    app[_UNDER_WAY] = [0]


async def check_plan(request: web.Request) -> web.Response:
    """`GET /check/plan`: a run, its key, ports and names."""
    return json_answer(_measuring(request).offer(), **_FRESH)


async def check_counts(request: web.Request) -> web.Response:
    """`GET /check/counts/{run}`: what arrived of a run, by arm."""
    found = _measuring(request).counts(request.match_info["run"])
    if found is None:
        raise Refused("no-such-run", "There is no such check, or not any more; please start it again.")
    answer = json_answer(found, **_FRESH)
    answer.enable_compression()  # numbers by the second: a fifth is left, and a thin line waits for it
    return answer


async def check_long(request: web.Request) -> web.StreamResponse:
    """`GET /check/long`: so many bytes in so many pieces, one each so many ms."""
    size = number(request.query.get("bytes"), default=200_000, most=MAX_CHECK_ANSWER_BYTES)
    pieces = max(1, number(request.query.get("pieces"), default=8, most=20_000))
    pause = number(request.query.get("ms"), default=1_000, most=60_000) / 1_000
    if pieces * pause > CHECK_RUN_SECONDS:
        raise Refused("check-too-long", f"An answer lasts at most {CHECK_RUN_SECONDS} s.")
    with _Place(request):
        answer = web.StreamResponse(headers=_FRESH | {"Content-Type": OCTETS})
        answer.content_length = size
        await answer.prepare(request)
        for sent in range(pieces):
            await answer.write(filling(size * (sent + 1) // pieces - size * sent // pieces))
            if sent + 1 < pieces:
                await asyncio.sleep(pause)
        await answer.write_eof()
        return answer


async def check_piece(request: web.Request) -> web.Response:
    """`GET /check/piece`: so many bytes at once."""
    size = number(request.query.get("bytes"), default=4_000, most=65_536)
    return web.Response(body=filling(size), content_type=OCTETS, headers=_FRESH)


async def check_socket(request: web.Request) -> web.WebSocketResponse:
    """`GET /check/socket`: a WebSocket that sends back what it gets. Where too many are checking it is opened and
    closed at once with the code that says so (1013): of a refused upgrade no browser tells its page why."""
    socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES, compress=False)
    try:
        with _Place(request):
            await socket.prepare(request)
            with suppress(TimeoutError):
                await _echo(socket)
    except Refused as refusal:
        if refusal.code != "check-busy":
            raise
        await socket.prepare(request)
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
    await socket.close()
    return socket


async def _echo(socket: web.WebSocketResponse) -> None:
    """Until it closes, or has had its time or its volume."""
    volume = 0
    async with asyncio.timeout(CHECK_RUN_SECONDS):
        async for message in socket:
            volume += len(message.data) if message.type is WSMsgType.BINARY else MAX_MESSAGE_BYTES
            if volume > MAX_CHECK_ANSWER_BYTES or message.type is not WSMsgType.BINARY:
                return
            await socket.send_bytes(message.data)


class _Place:
    """One of the long answers that may be under way. `Refused` `check-busy`."""

    def __init__(self, request: web.Request) -> None:
        _measuring(request)
        self._count = request.app[_UNDER_WAY]

    def __enter__(self) -> None:
        if self._count[0] >= MAX_CHECK_ANSWERS:
            raise Refused("check-busy", "Many are checking at this moment; please try again in a minute.")
        self._count[0] += 1

    def __exit__(self, *_: object) -> None:
        self._count[0] -= 1


def _measuring(request: web.Request) -> Measuring:
    if MEASURING not in request.app:
        raise Refused("check-off", "This server does not take part in measuring.")
    return request.app[MEASURING]


def filling(size: int) -> bytes:
    """Bytes that do not compress much and are no picture, page or script."""
    return bytes((at * 167 + (at >> 8) * 89 + 11) & 0xFF for at in range(min(size, 4_096))).ljust(4_096, b"j") * (
        size // 4_096
    ) + bytes((at * 167 + 11) & 0xFF for at in range(size % 4_096))
