"""Lab room. Matchers of what a flow is and how it behaves: protocol, ports, places, age, bytes, cadence, entropy."""

from dataclasses import replace

from . import http, places, tls
from .bounds import ANYTHING, CLIENT_STREAMS, PAYLOADS, Bounds
from .condition import Condition, See, plain
from .flow import Flow
from .packet import ICMP, ICMP6, TCP, UDP, Direction, Packet
from .params import Params, never

INFINITE = float("inf")
LONGEST_PAYLOAD = 65_535
"""Bytes: an IP packet's length has two (RFC 791, RFC 8200)."""

_OF_TRANSPORT = Bounds(frozenset({UDP, TCP}))


def udp(params: Params) -> Condition:
    """Every UDP packet."""
    return Condition(Bounds(frozenset({UDP})))


def tcp(params: Params) -> Condition:
    """Every TCP packet."""
    return Condition(Bounds(frozenset({TCP})))


def icmp(params: Params) -> Condition:
    """Every ICMP packet of either version."""
    return Condition(Bounds(frozenset({ICMP, ICMP6})))


def everything(params: Params) -> Condition:
    """Any packet."""
    return Condition(ANYTHING)


def port(params: Params) -> Condition:
    """`ports`: the port of the far end, as ports and ranges."""
    return Condition(replace(PAYLOADS, ports=params.ports("ports")))


def to(params: Params) -> Condition:
    """`places`: the far end is one of these places, addresses or prefixes."""
    words = params.words("places")
    if not words:
        raise never(params.where, "`places` is empty")
    wanted = places.networks(params.where, words)
    if places.inside(wanted, places.networks(params.where, ("participant",))) == wanted:
        raise never(params.where, "`places` has the participant only, who is never the far end")
    return Condition(Bounds(places=wanted))


def age(params: Params) -> Condition:
    """`seconds`: the flow has lived longer than this."""
    limit = params.positive("seconds")
    return plain(lambda packet, flow, direction, now: now - flow.first > limit, ANYTHING, (limit, INFINITE))


def volume(params: Params) -> Condition:
    """`count`: more payload bytes than this have passed, in `direction` up, down or either.

    With `whole` packets are counted from IP's header on, as kernels and many boxes do.
    """
    limit = params.positive("count")
    which = params.word("direction", "either", frozenset({"up", "down", "either"}))
    whole = params.flag("whole", False)

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        up, down = (flow.whole_up, flow.whole_down) if whole else (flow.bytes_up, flow.bytes_down)
        if which == "either":
            return up > limit or down > limit
        return (up if which == "up" else down) > limit

    ways = frozenset({"up", "down"} if which == "either" else {which})
    counted = frozenset({"payload", "headers"} if whole else {"payload"})
    return plain(see, _OF_TRANSPORT, (limit, INFINITE), ways, counted)


def size(params: Params) -> Condition:
    """`least`, `most`: the payload's length in bytes."""
    least = params.number("least", 0, most=LONGEST_PAYLOAD)
    most = params.number("most", LONGEST_PAYLOAD, most=LONGEST_PAYLOAD)
    if least > most:
        raise never(params.where, f"`least` {least:g} is above `most` {most:g}")
    return plain(lambda packet, flow, direction, now: least <= packet.payload_bytes <= most, ANYTHING, (least, most))


class _Rhythm:
    """Of one direction: how regular sizes and gaps have been lately, and since when."""

    __slots__ = ("last", "score", "since")

    def __init__(self) -> None:
        self.last = float("-inf")
        self.score = 0.0
        self.since = float("inf")

    def add(self, fits: bool, now: float) -> None:
        self.last = now
        self.score += ((1.0 if fits else 0.0) - self.score) / 16
        if self.score < 0.6:
            self.since = float("inf")
        elif self.since == float("inf"):
            self.since = now


def cadence(params: Params) -> Condition:
    """Packets of `least`-`most` bytes every `least_gap`-`most_gap` seconds in both directions for `seconds`.

    A direction counts as regular while most of its last 16 packets fit; the flow's shape is all that is read.
    """
    least = params.number("least", 60, most=LONGEST_PAYLOAD)
    most = params.number("most", 250, least=1, most=LONGEST_PAYLOAD)
    low, high = params.number("least_gap", 0.015), params.positive("most_gap", 0.065)
    lasting = params.positive("seconds", 5)
    if least > most or low > high:
        raise never(params.where, "a least is above its most")

    def make() -> See:
        rhythms = {"up": _Rhythm(), "down": _Rhythm()}

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
            length = packet.payload_bytes
            if length == 0:
                return False
            rhythm = rhythms[direction]
            rhythm.add(least <= length <= most and low <= now - rhythm.last <= high, now)
            return all(now - one.since > lasting and now - one.last < 1 for one in rhythms.values())

        return see

    return Condition(_OF_TRANSPORT, make, ((least, most), (low, high), (lasting, INFINITE)))


def random_payload(params: Params) -> Condition:
    """A TCP flow whose first payload looks like nothing: `low`-`high` set bits a byte and none of the exemptions.

    After Wu et al., USENIX Security 2023: printable beginnings, mostly printable payloads, a long printable run,
    TLS and HTTP are let through.
    """
    low, high = params.number("low", 3.4, most=8), params.number("high", 4.6, most=8)
    if low >= high:
        raise never(params.where, "`low` is not below `high`")

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool | None:
        if direction == "down" or not packet.payload_bytes:
            return False
        return _is_random(packet.payload, low, high) or None

    return plain(see, CLIENT_STREAMS, (low, high))


def _is_random(payload: bytes, low: float, high: float) -> bool:
    bits = int.from_bytes(payload, "big").bit_count() / len(payload)
    if not low < bits < high or tls.looks_like_tls(payload) or http.looks_like_http(payload):
        return False
    printable = [0x20 <= byte <= 0x7E for byte in payload]
    if all(printable[:6]) or sum(printable) * 2 > len(payload):
        return False
    run = longest = 0
    for one in printable:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest <= 20
