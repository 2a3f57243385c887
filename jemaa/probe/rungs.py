"""Probe room. Ways to attend, tried as this server's pages use them, and the first exchange of calls' own ways."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from statistics import median

import aiohttp
import msgspec

from jemaa.facts.record import Rung
from jemaa.packets import stun
from jemaa.packets.stamp import stamp

from .book import RELAYED, Tally
from .ground import Ground
from .long_answer import Flowing
from .page import is_busy
from .seen import Seen
from .stream import Place, conversation
from .trouble import EXPECTED, Busy

SECONDS, SHORT_SECONDS = 7.0, 5.0
"""How long a sound is tried; the shorter time where the check as a whole has no more."""

_BYTES_A_SECOND = 2_500
"""The smallest rendition of the sound, with what frames it."""

_STREAM_EACH = 0.2
_PAIR_KBPS = 60.0
"""From here on two sounds at once leave a thin line room for what frames them."""

_SOCKET_EACH = 0.5
_LATE_SECONDS = 2.5
_RADIO_LATE_SECONDS = 8.0
_PIECES, _FAR_PIECES, _THIN_PIECES, _NARROW_PIECES = 6, 4, 3, 2
_PIECE_SECONDS = 0.5
_CALL_LOSS = 0.3
"""What no call can bear."""

_SEEN_KBPS = 2_000.0
"""What 8 kB can show of a line, at the most."""


_Way = Callable[[Ground], Awaitable[Rung | None]]


async def rungs(ground: Ground) -> None:
    """`live`, `stream`, `pieces`, `radio`, `text` and those of calls: beside each other, on a thin line what fills it
    after what mostly waits."""
    for ways in _turns(ground):
        async with asyncio.TaskGroup() as group:
            for way in ways:
                group.create_task(_try(ground, way))


def _turns(ground: Ground) -> list[tuple[_Way, ...]]:
    """What may stand beside what on this line. Where it carries one sound only, the second one's socket is opened
    beside the first, and it begins when that has ended."""
    short, line = (_turn_tls, _turn_tcp, _text, _pieces), ground.line
    if line.carries_calls:
        return [(*short, _stream, _live)]
    if line.carries(_PAIR_KBPS):
        return [short, (_stream, _live)]
    over = asyncio.Event()
    return [short, (partial(_stream, over=over), partial(_live, after=over))]


def _seconds(ground: Ground) -> float:
    """How long a sound is tried."""
    return SHORT_SECONDS if ground.line.is_slow else SECONDS


async def _try(ground: Ground, way: _Way) -> None:
    rung = await way(ground)
    if rung is not None:
        ground.book.rungs.append(rung)
        if rung.name == "stream":
            usable = rung.usable or (rung.delay_ms_p95 or 1e9) < _RADIO_LATE_SECONDS * 1_000
            ground.book.rungs.append(Rung(name="radio", usable=usable, setup_ms=rung.setup_ms, kbps=rung.kbps))


async def _live(ground: Ground, after: asyncio.Event | None = None) -> Rung | None:
    """Chunks of half a second over the echoing WebSocket: there and back, so that one way is at most so late. None
    where the server has no time for it: then nothing is known of the way."""
    seconds = _seconds(ground)
    count = round(seconds / _SOCKET_EACH)
    delays: list[float] = []
    began = time.monotonic()
    setup = None
    opened: list[aiohttp.ClientWebSocketResponse] = []
    try:
        async with ground.page.socket(4 + 8 * ground.line.rtt) as socket:
            opened.append(socket)
            setup = time.monotonic() - began
            if after is not None:
                await after.wait()
            async with asyncio.timeout(seconds + _LATE_SECONDS + 4 * ground.line.rtt), asyncio.TaskGroup() as group:
                start = time.monotonic()
                group.create_task(_speak(socket, count, start))
                for number in range(count):
                    await socket.receive_bytes()
                    delays.append(time.monotonic() - start - number * _SOCKET_EACH)
    except* (*EXPECTED, TypeError):
        pass  # a socket that closes in mid-talk; what came before it is counted
    if not delays and any(is_busy(one) for one in opened):
        return None
    if delays:
        ground.line.echoed(int(_BYTES_A_SECOND * _SOCKET_EACH), min(delays))
    return _scored("live", setup, delays, count, _LATE_SECONDS)


async def _speak(socket: aiohttp.ClientWebSocketResponse, count: int, start: float) -> None:
    """By the clock, whatever has come back by then."""
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number * _SOCKET_EACH - time.monotonic()))
        await socket.send_bytes(bytes(int(_BYTES_A_SECOND * _SOCKET_EACH)))


async def _stream(ground: Ground, over: asyncio.Event | None = None) -> Rung | None:
    """One answer that goes on and on. On a thin line it is `long_answer-flowing-neutral` too. It is tried once more:
    two lost packets at its beginning look as if it were kept back. None as in `_live`.
    """
    is_thin = not ground.line.carries_calls
    is_both = is_thin and ground.wishes.has("long_answer")
    flowing = Flowing(ground, round(_BYTES_A_SECOND * _STREAM_EACH), _STREAM_EACH) if is_both else None
    try:
        rung = await _flow(ground, flowing)
        return await _flow(ground, None) if is_thin and not rung.usable else rung
    except Busy as error:
        if flowing is not None:
            flowing.ended(error)
        return None
    finally:
        if over is not None:
            over.set()


async def _flow(ground: Ground, flowing: Flowing | None) -> Rung:
    """`Busy` where the server has no time for it."""
    seconds, each = _seconds(ground), _STREAM_EACH
    count, piece = round(seconds / each), round(_BYTES_A_SECOND * each)
    got, delays, setup = 0, list[float](), None
    path = f"/check/long?bytes={count * piece}&pieces={count}&ms={round(each * 1_000)}"
    try:
        async for at, more in ground.page.pieces(path, seconds + _RADIO_LATE_SECONDS + 8 * ground.line.rtt):
            setup = at if setup is None else setup
            before, got = got // piece, got + more
            delays += [max(0.0, at - setup - number * each) for number in range(before, got // piece)]
            if flowing is not None:
                flowing.came(at, range(before, got // piece))
    except Busy:
        raise
    except EXPECTED:
        pass  # as above
    late = setup is not None and setup > seconds - 1 + 4 * ground.line.rtt  # kept back until it ended
    rung = _scored("stream", setup, delays, count, _LATE_SECONDS)
    return Rung(name="stream", usable=False, setup_ms=rung.setup_ms, loss=rung.loss) if late else rung


async def _pieces(ground: Ground) -> Rung:
    """Half a second of sound a request, each on a connection of its own; two at a time where they mostly wait."""
    size, line = int(_BYTES_A_SECOND * _PIECE_SECONDS), ground.line
    taken: list[float] = []
    count = _FAR_PIECES if line.is_far else _PIECES
    if not line.carries_calls:
        count = _NARROW_PIECES if line.is_narrow else _THIN_PIECES
    left = iter(range(count))

    async def lane() -> None:
        for _ in left:
            began = time.monotonic()
            try:
                await ground.page.get(f"/check/piece?bytes={size}", 5 + 8 * line.rtt)
                taken.append(time.monotonic() - began)
            except EXPECTED:
                continue

    async with asyncio.TaskGroup() as group:
        for _ in range(2 if line.is_slow else 1):
            group.create_task(lane())
    rung = _scored("pieces", taken[0] if taken else None, taken, count, 4 + 6 * ground.line.rtt)
    return msgspec.structs.replace(
        rung, kbps=None if ground.line.kbps is None else round(min(ground.line.kbps, _SEEN_KBPS), 1)
    )


async def _text(ground: Ground) -> Rung:
    """A page's worth of words; a thin line has carried that already, and is spared it."""
    if ground.read_seconds is not None and not ground.line.carries_calls:
        return Rung(name="text", usable=True, setup_ms=round(ground.read_seconds * 1_000, 1))
    began = time.monotonic()
    try:
        await ground.page.get("/check/piece?bytes=4000", 20)
    except EXPECTED:
        return Rung(name="text", usable=False)
    return Rung(name="text", usable=True, setup_ms=round((time.monotonic() - began) * 1_000, 1))


async def _turn_tcp(ground: Ground) -> Rung | None:
    if 3_478 not in ground.tcp_ports:
        return None
    return await _allocate(ground, "turn-tcp", Place(ground.tcp_host, 3_478))


async def _turn_tls(ground: Ground) -> Rung | None:
    return await _allocate(ground, "turn-tls", ground.tls(proxy=ground.page.proxy)) if ground.tcp_ports else None


async def _allocate(ground: Ground, name: str, place: Place) -> Rung:
    """TURN's first request over a stream, which a relay answers with its 401."""
    began = time.monotonic()
    raw = stamp(ground.book.key, ground.book.run, RELAYED, 1 if name == "turn-tcp" else 2)
    seconds = 2 * ground.line.patience
    try:
        async with conversation(place, seconds) as talk, asyncio.timeout(seconds):
            talk.send(stun.allocate(raw))
            usable = raw in await talk.some()
    except EXPECTED:
        usable = False
    setup = round((time.monotonic() - began) * 1_000, 1) if usable else None
    return Rung(name=name, usable=usable, setup_ms=setup)


def from_arms(ground: Ground, seen: Seen | None) -> None:
    """`webrtc-udp` and `turn-udp`, of what the steps found: a call needs STUN, the handshake and most of its sound.
    What the server turned away itself is no way that was tried."""
    book = ground.book
    if seen is not None and seen.doubts_rung():
        book.rungs = [one for one in book.rungs if one.usable or one.name not in ("turn-tcp", "turn-tls")]
    if not ground.udp_ports:
        return
    every = [one for one in book.tallies.values() if not (seen and seen.turned_away(one))]
    shakes = _named(every, "dtls_handshake-", "-genuine")
    finds = [one for one in _named(every, "stun-", "-genuine") if "app_" not in one.id and "again" not in one.id]
    sounds = _named(every, "rtp-", "-genuine")
    if shakes and finds:
        sent, came = sum(one.sent for one in sounds), sum(len(one.answers) for one in sounds)
        loss = round(1 - came / sent, 4) if sent else None
        usable = all(any(one.answers for one in stage) for stage in (shakes, finds)) and (loss or 0.0) < _CALL_LOSS
        book.rungs.append(Rung(name="webrtc-udp", usable=usable, setup_ms=_median_ms(shakes), loss=loss))
    relays = [one for one in _named(every, "turn-", "-genuine") if one.transport == "udp"]
    if relays:
        usable = any(one.answers for one in relays)
        book.rungs.append(Rung(name="turn-udp", usable=usable, setup_ms=_median_ms(relays)))


def _named(tallies: Iterable[Tally], begin: str, end: str) -> list[Tally]:
    return [one for one in tallies if one.id.startswith(begin) and one.id.endswith(end)]


def _median_ms(tallies: list[Tally]) -> float | None:
    rtts = [rtt for one in tallies for rtt in one.rtts]
    return round(median(rtts) * 1_000, 1) if rtts else None


def _scored(name: str, setup: float | None, delays: Sequence[float], count: int, late: float) -> Rung:
    """Usable: nine in ten pieces came, and few of them late."""
    if setup is None or not delays:
        return Rung(name=name, usable=False, loss=1.0)
    ordered = sorted(delays)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    middle = median(ordered)
    return Rung(
        name=name,
        usable=len(delays) >= 0.9 * count and p95 <= late,
        setup_ms=round(setup * 1_000, 1),
        loss=round(1 - min(1.0, len(delays) / count), 4),
        jitter_ms=round(median(abs(one - middle) for one in ordered) * 1_000, 1),
        delay_ms_p95=round(p95 * 1_000, 1),
        kbps=round(_BYTES_A_SECOND * 8 / 1_000 * len(delays) / count, 1),
    )
