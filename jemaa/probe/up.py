"""Probe room. Is there a network, is the server there, and how wide is the way: everything else stands on it."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from jemaa.facts.record import Transport
from jemaa.packets.offer import Offer

from .book import Tally
from .ground import Ground
from .line import AT_ONCE, CALL_KBPS, Line, agreed, believed
from .page import Page
from .route import addresses, is_of_unrouted_kind, route
from .stream import Place, conversation, fingerprint
from .trouble import EXPECTED, UNLIKE, Busy, named

_SECONDS = 12.0
_SAMPLES = 5
_SAMPLE, _THIN_SAMPLE = (8_000, 6), (4_000, 3)
"""Bytes and pieces: half as many say as much of a line that looks thin, or on which the first answer took so long."""

_SLOW_SECONDS = 3.0
_SHAKE_BYTES = 2_500
"""Of a connection to a page."""


_TRIES, _MORE_TRIES, _OTHERS_TRIES = 2, 3, 3
"""A server that does not answer is asked more often: few tries prove nothing."""


_UNREACHABLE = {"network_unreachable", "host_unreachable", "permission_denied"}
"""What a machine says that has no way: itself, or for a router."""

BY_UDP = ("udp", "stun", "turn", "dtls", "dtls_handshake", "rtp", "quic", "sip", "long_flow", "shape")
BY_TCP = ("tls_name", "turn", "plain_tcp", "long_flow", "shape")
"""Steps that need a way to the measuring address, wholly or in part."""


async def up(ground: Ground) -> None:
    """`up-server`; where it is not there, anchors and peers at once, for nothing else can be asked."""
    await _server(ground)
    if ground.offer is None:
        await up_others(ground)
        return
    async with asyncio.TaskGroup() as group:
        group.create_task(_places(ground, ground.offer))
        group.create_task(_width(ground))


async def up_others(ground: Ground) -> None:
    """`up-anchor-N` and `up-peer`, beside each other: whoever is reached once need not be asked again. Over a narrow
    line nobody is asked about a server that answers.
    """
    peers = ground.wishes.peers[: 0 if ground.offer is not None and ground.line.is_narrow else 1]
    async with asyncio.TaskGroup() as group:
        if not ground.wishes.proxy:  # else it was looked at before
            group.create_task(_certificate(ground, ground.book.tallies["up-server"]))
        for number, anchor in enumerate(ground.wishes.anchors[:3]):
            group.create_task(_anchor(ground, f"anchor-{number + 1}", anchor, server=f"anchor-{number + 1}"))
        for peer in peers:
            group.create_task(_peer(ground, peer))


async def _server(ground: Ground) -> None:
    page = ground.page
    transport: Transport = "https" if page.is_secure else "tcp"
    tally = ground.book.open("up-server", port=page.port, transport=transport, payload="neutral", server="page-1")
    await _offer(ground, tally)
    if not tally.answers:
        async with asyncio.TaskGroup() as group:
            for _ in range(_TRIES - 1 + _MORE_TRIES):
                group.create_task(_offer(ground, tally))
    if page.proxy and not tally.answers and tally.failures.keys() == {"proxy_refused"}:
        await _without_proxy(ground, tally, "proxy_refused")
    elif page.proxy and tally.answers:
        await _certificate(ground, tally)
        if tally.artefact == "tls_resigned":
            await _without_proxy(ground, tally, "proxy_resigned")
    is_far = bool(_UNREACHABLE & tally.failures.keys()) and not tally.answers
    if is_far and not page.proxy and await is_of_unrouted_kind(page.host):
        tally.artefact = None  # this machine itself said so, and no router on the way
        ground.book.leave_out("up", "no_route")


async def _without_proxy(ground: Ground, proxied: Tally, why: str) -> None:
    """A proxy that is offered and not needed is not the network, and where it refuses this server or opens its TLS, the
    check goes on without it, if the server is reached so; in the latter case, with the server's own certificate."""
    page, proxy = ground.page, ground.page.proxy
    direct = replace(proxied, sent=0, answers=set(), rtts=[], down=[], failures=Counter(), artefact=None)
    page.proxy = ""
    for _ in range(_TRIES):
        await _offer(ground, direct)
        if direct.answers:
            break
    if direct.answers:
        await _certificate(ground, direct)
    if direct.answers and not (why == "proxy_resigned" and direct.artefact == "tls_resigned"):
        ground.book.tallies[direct.id] = direct
        ground.book.leave_out("up", why)
    else:
        page.proxy = proxy


async def up_end(ground: Ground) -> None:
    """`up-end_server-neutral`: whether the network is still there, where the measuring address may be no more."""
    page, wishes = ground.page, ground.wishes
    if ground.tcp_host in await addresses(page.host) and wishes.anchors:
        await _anchor(ground, "end_server-neutral", wishes.anchors[0], server="anchor-1")
        return
    tally = ground.book.open(
        "up-end_server-neutral", port=page.port, transport="https", payload="neutral", server="page-1"
    )
    async with asyncio.TaskGroup() as group:
        for _ in range(_OTHERS_TRIES):
            group.create_task(_piece(page, tally))


async def _piece(page: Page, tally: Tally) -> None:
    number, began = tally.sent, time.monotonic()
    tally.sent += 1
    try:
        await page.get("/check/piece?bytes=100", _SECONDS)
        tally.answered(number, rtt=time.monotonic() - began)
    except EXPECTED as error:
        tally.failed(*named(error))


async def _offer(ground: Ground, tally: Tally) -> None:
    """One try; the first offer is the check's."""
    number, began = tally.sent, time.monotonic()
    tally.sent += 1
    try:
        offer = await ground.page.offer(_SECONDS)
    except EXPECTED as error:
        tally.failed(*_of_page(error, ground.page))
        return
    tally.answered(number, rtt=time.monotonic() - began)
    if ground.offer is None:
        ground.offer = offer
        ground.book.key, ground.book.run = bytes.fromhex(offer.key), bytes.fromhex(offer.run)


def _of_page(error: BaseException, page: Page) -> tuple[str, str | None]:
    """An answer that no measuring server gives is somebody else's, unless only the server can have given it: then it is
    in trouble, or is none."""
    word, artefact = named(error)
    if word not in (UNLIKE, "http_request_failed"):
        return word, artefact
    return (UNLIKE, None) if page.is_certain else ("http_request_failed", "http_replaced")


async def _places(ground: Ground, offer: Offer) -> None:
    """Where the services are. Those to which there is no way are left out with that reason: nobody blocks them."""
    host = ground.page.host
    ground.udp_host = await route(offer.udp_host, host) if offer.udp else ""
    ground.tcp_host = await route(offer.tcp_host, host) if offer.tcp else ""
    for ports, there, steps in ((offer.udp, ground.udp_host, BY_UDP), (offer.tcp, ground.tcp_host, BY_TCP)):
        for step in steps:
            if ports and not there and ground.wishes.has(step):
                ground.book.leave_out(step, "no_route")


async def _certificate(ground: Ground, tally: Tally) -> None:
    """Whether the page's certificate is the server's own: a mark of `up-server`."""
    offer, page = ground.offer, ground.page
    if offer is None or not page.is_secure or not offer.page_sha256:
        return
    place = Place(page.host, page.port, page.host, proxy=page.proxy)
    await ground.line.turn(_SHAKE_BYTES)
    try:
        if await fingerprint(place, _SECONDS) != offer.page_sha256:
            tally.artefact = "tls_resigned"
    except EXPECTED as error:
        tally.failed(*named(error))


async def _anchor(ground: Ground, word: str, anchor: str, *, server: str) -> None:
    """TLS to a place that has nothing to do with us, under its own name and a certificate that is trusted here: whoever
    opens all TLS, or ends it to ask for a login, is no anchor."""
    parts = urlsplit(anchor if "://" in anchor else f"https://{anchor}")
    host, port = parts.hostname or "", parts.port or 443
    tally = ground.book.open(f"up-{word}", port=port, transport="tls", payload="neutral", server=server)
    tally.is_stamped = False
    place = Place(host, port, host, proxy=ground.page.proxy)
    for _ in range(_OTHERS_TRIES):
        tally.sent += 1
        await ground.line.turn(_SHAKE_BYTES)
        began = time.monotonic()
        try:
            async with conversation(place, _SECONDS, ground.page.context):
                tally.answered(tally.sent - 1, rtt=time.monotonic() - began)
            if ground.offer is not None:
                return
        except EXPECTED as error:
            tally.failed(*named(error))


async def _peer(ground: Ground, peer: str) -> None:
    """Another measuring server: whether it reaches the one that is checked."""
    parts = urlsplit(peer)
    tally = ground.book.open("up-peer", port=parts.port or 443, transport="https", payload="neutral", server="peer-1")
    async with Page(peer, proxy=ground.page.proxy, authority=ground.wishes.authority) as page:
        for _ in range(_OTHERS_TRIES):
            tally.sent += 1
            await ground.line.turn(_SHAKE_BYTES)
            try:
                offer = await page.offer(_SECONDS)
            except EXPECTED as error:
                tally.failed(*_of_page(error, page))
                continue
            tally.answered(tally.sent - 1)
            ground.server_ok_elsewhere = _said_of(ground.page, offer.peers)
            if ground.offer is not None:
                return


def _said_of(page: Page, peers: dict[str, bool]) -> bool | None:
    """What a peer says of this server; where it watches one only, that is the one."""
    exact = peers.get(f"{page.host}:{page.port}")
    return next(iter(peers.values())) if exact is None and len(peers) == 1 else exact


async def _width(ground: Ground) -> None:
    """Bits a second between the first and the last byte of a small answer, as often as it takes for some to agree:
    a thin line known from a wide one. The first is the second attempt of `up-server`.
    """
    server, page = ground.book.tallies["up-server"], ground.page
    samples: list[float] = []
    while len(samples) < _SAMPLES and agreed(samples) is None:
        is_slow = not samples and min(server.rtts) > _SLOW_SECONDS
        is_thin = is_slow or (believed(samples) or CALL_KBPS) < CALL_KBPS
        samples.append(await _sample(ground, server, *(_THIN_SAMPLE if is_thin else _SAMPLE)))
    rtt = max(0.02, min(server.rtts) / (4 if page.is_secure else 2))
    ground.line = Line(rtt=rtt, kbps=believed(samples))


async def _sample(ground: Ground, server: Tally, size: int, pieces: int) -> float:
    """In kbit/s; `AT_ONCE` if it came in one piece, 0 if it did not come.

    In pieces, because TLS hands on a record only once it is there as a whole; in few, so that all leave at once:
    beyond ten segments TCP waits for the far end, and a satellite would look thin.
    """
    path, number = f"/check/long?bytes={size}&pieces={pieces}&ms=0", server.sent
    is_try = number < _TRIES
    server.sent += is_try
    first, last, after = 0.0, 0.0, 0
    try:
        async for at, more in ground.page.pieces(path, 3 * _SECONDS):
            after += more if first else 0
            first, last = first or at, at
    except Busy:
        if is_try:
            server.answered(number)  # it was reached, and says itself that it has no time
        return 0.0
    except EXPECTED as error:
        if is_try:
            server.failed(*named(error))
        return 0.0
    if is_try:
        server.answered(number, rtt=first)
    ground.read_seconds = min(last, ground.read_seconds or last)
    return after * 8 / 1_000 / max(0.001, last - first) if after else AT_ONCE
