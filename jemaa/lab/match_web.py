"""Lab room. Matchers of the web: names in TLS, QUIC and DNS, requests, and "a protocol that we know"."""

from collections.abc import Callable
from dataclasses import replace

from . import http, names, quic, tls
from .bounds import CLIENT_STREAMS, PAYLOADS, UDP_PAYLOADS
from .condition import Condition, See, plain
from .flow import Flow
from .match_flow import INFINITE
from .packet import SYN, UDP, Direction, Packet
from .params import Params, never
from .reassembly import Beginning


class Stream:
    """Feeds the beginning of a flow's client stream to `judge` until it answers True or None."""

    __slots__ = ("_beginning", "_judge", "_verdict")

    def __init__(self, judge: Callable[[bytes], bool | None]) -> None:
        self._judge = judge
        self._beginning: Beginning | None = None
        self._verdict: bool | None = False

    def see(self, packet: Packet, flow: Flow, direction: Direction, now: float) -> bool | None:
        """After a match, all later client packets with data match too: what is repeated is as guilty."""
        if direction == "down":
            return False
        if packet.flags & SYN:
            self._beginning = Beginning(packet.sequence + 1)
            return False
        if not packet.payload_bytes or self._verdict:
            return bool(self._verdict) and packet.payload_bytes > 0
        if self._beginning is None:  # a flow that began before us: its first data counts as its beginning
            self._beginning = Beginning(packet.sequence)
        if not self._beginning.add(packet.sequence, packet.payload):
            return None if self._beginning.full else False
        self._verdict = self._judge(self._beginning.data)
        if self._verdict is False and self._beginning.full:
            return None
        return self._verdict


def _named(wanted: tuple[str, ...], hello: tls.ClientHello) -> bool:
    return names.matches(hello.server_name, wanted)


def sni(params: Params) -> Condition:
    """The name in a TLS ClientHello (however it is split) or in a QUIC Initial is one of `names` or below it.

    `over`: tcp, udp or both.
    """
    wanted = params.names("names")
    over = params.word("over", "both", frozenset({"tcp", "udp", "both"}))
    if not wanted:
        raise never(params.where, "`names` is empty")

    def judge(data: bytes) -> bool | None:
        needed = tls.record_wants(data)
        if not needed:
            return None
        hello = tls.client_hello(data)
        if hello is not None:
            return _named(wanted, hello) or None
        return None if len(data) >= needed and data[5:6] != b"\1" else False

    def make() -> See:
        stream, hello = Stream(judge), _quic_name(wanted)

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool | None:
            return (hello if packet.protocol == UDP else stream.see)(packet, flow, direction, now)

        return see

    bounds = {"tcp": CLIENT_STREAMS, "udp": UDP_PAYLOADS, "both": PAYLOADS}[over]
    return Condition(replace(bounds, upwards=True), make, (frozenset(wanted),))


def _quic_name(wanted: tuple[str, ...]) -> See:
    hello = quic.Hello()
    tried = 0

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool | None:
        nonlocal tried
        if direction == "down":
            return False
        if quic.version(packet.payload) is None or tried >= 8:
            return None
        tried += 1
        found = hello.add(packet.payload)
        return False if found is None else _named(wanted, found) or None

    return see


def quic_initial(params: Params) -> Condition:
    """A QUIC long header of one of `versions` (1 if none is given)."""
    versions = frozenset(params.numbers("versions", most=0xFFFFFFFF) or (quic.V1,))
    return plain(lambda packet, flow, direction, now: quic.version(packet.payload) in versions, UDP_PAYLOADS, versions)


def http_request(params: Params) -> Condition:
    """A plain HTTP request, to one of `hosts` if given; with `upgrade`, only one that asks for it."""
    hosts, upgrade = params.names("hosts"), params.flag("upgrade", False)

    def judge(data: bytes) -> bool | None:
        if not http.could_begin(data):
            return None
        request = http.request(data)
        if request is None:
            return False
        fits = (not hosts or names.matches(request.host, hosts)) and (not upgrade or bool(request.upgrade))
        return fits or None

    extents = (frozenset(hosts) if hosts else None, frozenset({True}) if upgrade else None)
    return Condition(CLIENT_STREAMS, lambda: Stream(judge).see, extents)


def dns_name(params: Params) -> Condition:
    """A DNS query over UDP, to port 53, for one of `names` or below."""
    wanted = params.names("names")
    if not wanted:
        raise never(params.where, "`names` is empty")

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        asked = names.question(packet.payload) if direction == "up" else None
        return asked is not None and names.matches(asked.name, wanted)

    return plain(see, replace(UDP_PAYLOADS, ports=((53, 53),), upwards=True), frozenset(wanted))


_KNOWN: dict[str, Callable[[bytes], bool]] = {
    "tls": tls.looks_like_tls,
    "http": http.looks_like_http,
    "dns": lambda data: names.question(data[2:]) is not None,  # over TCP, after its length (RFC 1035 §4.2.2)
}


def unknown_protocol(params: Params) -> Condition:
    """The first `packets` client packets with data are none of `protocols` (dns, http, tls), each judged by itself."""
    known = params.words("protocols") or tuple(_KNOWN)
    limit = int(params.number("packets", 2, least=1, most=10))
    for one in known:
        if one not in _KNOWN:
            raise never(params.where, f"`protocols` has {one!r}, and there are only {', '.join(_KNOWN)}")

    def make() -> See:
        judged = 0

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool | None:
            nonlocal judged
            if direction == "down" or not packet.payload_bytes:
                return False
            if any(_KNOWN[one](packet.payload) for one in known):
                return None
            judged += 1
            return judged >= limit

        return see

    return Condition(CLIENT_STREAMS, make, (frozenset(_KNOWN) - frozenset(known), (limit, INFINITE)))
