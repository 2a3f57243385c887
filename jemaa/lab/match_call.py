"""Lab room. Matchers of what calls are made of: STUN, TURN, DTLS, RTP, SIP, and the voices of known apps."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from . import apps, dtls, rtp, sip, stun, tls
from .bounds import PAYLOADS, UDP_PAYLOADS
from .condition import Condition, See, plain
from .flow import Flow
from .match_flow import INFINITE, LONGEST_PAYLOAD
from .packet import UDP, Direction, Packet
from .params import Params, invalid, never

_JA3 = re.compile(r"[0-9a-f]{32}")


def stun_cookie(params: Params) -> Condition:
    """STUN with its cookie on any port, at least `least` bytes; on TCP at the start of a segment."""
    least = int(params.number("least", 28, least=stun.HEADER_BYTES, most=LONGEST_PAYLOAD))

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        if packet.protocol == UDP:
            return stun.has_cookie(packet.raw[packet.data :], least=least)
        return packet.payload_bytes > 0 and len(stun.on_tcp(packet.payload)) >= least

    return plain(see, PAYLOADS, (least, INFINITE))


def stun_message(params: Params) -> Condition:
    """STUN with one of the `methods` or `types`."""
    methods = frozenset(params.numbers("methods", most=stun.MOST_METHOD))
    types = frozenset(params.numbers("types", most=stun.MOST_TYPE))
    if methods and types and not methods & {stun.method(one) for one in types}:
        raise never(params.where, "none of the `types` is of one of the `methods`")

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        message = stun.parse(_stun_bytes(packet))
        if message is None:
            return False
        return (not methods or message.method in methods) and (not types or message.type in types)

    return plain(see, PAYLOADS, methods or None, types or None)


def turn(params: Params) -> Condition:
    """TURN's methods, and ChannelData on a flow that had one; Binding passes."""

    def make() -> See:
        seen = False

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
            nonlocal seen
            data = packet.payload
            message = stun.parse(_stun_bytes(packet))
            if message is not None and message.method in stun.TURN_METHODS:
                seen = True
                return True
            return seen and stun.is_channel_data(data)

        return see

    return Condition(PAYLOADS, make)


def _stun_bytes(packet: Packet) -> bytes:
    payload = packet.payload
    return payload if packet.protocol == UDP else stun.on_tcp(payload)


def app_voice(params: Params) -> Condition:
    """A call of one of the `apps`: whatsapp, skype, zoom, google, signal, facebook, telegram, viber."""
    known = params.words("apps") or tuple(apps.APPS)
    for app in known:
        if app not in apps.APPS:
            raise apps.unknown(params.where, app)

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        return apps.is_call(packet.payload, flow.outside_port, known, far=flow.outside)

    return plain(see, UDP_PAYLOADS, frozenset(known))


_GROUPS = 10
"""The extension that has the groups (RFC 8422 §5.1)."""


def dtls_hello(params: Params) -> Condition:
    """A DTLS ClientHello; with `ciphers`, `extensions` or `groups`, only one that has just these, in this order.

    With `ja3`, only one of this fingerprint: the MD5, in 32 digits, of version, ciphers, extensions, groups and point
    formats in their order. For any of these it is put together from records and datagrams, and judged when it is whole.
    """
    ja3 = params.word("ja3", "")
    if ja3 and not _JA3.fullmatch(ja3):
        raise invalid(params.where, f"`ja3` is {ja3!r}, and must be 32 digits of 0-9 and a-f")
    asked: dict[str, Any] = {name: _in_order(params, name) for name in ("ciphers", "extensions", "groups")}
    return _hello(params, dtls.CLIENT_HELLO, asked | {"ja3": ja3}, partial(tls.handshake_hello, dtls=True))


def dtls_server_hello(params: Params) -> Condition:
    """A DTLS ServerHello; with `extensions` or `groups`, only one that has just these, in this order.

    Groups are no server's to name; one library's did, and was known by it (pion/dtls#409).
    """
    asked: dict[str, Any] = {name: _in_order(params, name) for name in ("extensions", "groups")}
    return _hello(params, dtls.SERVER_HELLO, asked, tls.server_hello)


def _hello(params: Params, kind: int, asked: dict[str, Any], read: Callable[[bytes], object | None]) -> Condition:
    """A hello of this kind: any, or only one in which these fields are as asked for; what is empty is not asked for."""
    wanted = {name: value for name, value in asked.items() if value}
    if "groups" in wanted and _GROUPS not in wanted.get("extensions", (_GROUPS,)):
        raise never(params.where, f"`groups` stand in extension {_GROUPS}, which `extensions` does not have")
    extents = tuple(frozenset({one}) if one else None for one in asked.values())
    if not wanted:
        return plain(lambda packet, flow, direction, now: _begins(packet, kind), UDP_PAYLOADS, *extents)

    def fits(message: bytes) -> bool:
        hello = read(message)
        return hello is not None and all(getattr(hello, name) == value for name, value in wanted.items())

    return Condition(UDP_PAYLOADS, _put_together(kind, fits), extents)


def _in_order(params: Params, name: str) -> tuple[int, ...]:
    numbers = params.numbers(name, most=0xFFFF)
    if tls.without_grease(numbers) != numbers:
        raise never(params.where, f"`{name}` has values of GREASE, which are not looked at (RFC 8701)")
    return numbers


def _begins(packet: Packet, kind: int) -> bool:
    return dtls.handshake_type(packet.payload) == kind


def _put_together(kind: int, fits: Callable[[bytes], bool]) -> Callable[[], See]:
    """Of each direction by itself: either end of a call may be the one that says hello (RFC 5763 §5)."""

    def make() -> See:
        messages: dict[Direction, dtls.Message] = {"up": dtls.Message(kind), "down": dtls.Message(kind)}

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
            if packet.raw[packet.data : packet.data + 1] != b"\x16":
                return False
            message = messages[direction].add(packet.payload)
            return message is not None and fits(message)

        return see

    return make


def rtp_like(params: Params) -> Condition:
    """`packets` in a row of one direction that look like RTP with moving sequence numbers.

    Far ports up to `exempt_below` - 1 are not looked at, as nDPI does (1024).
    """
    needed = int(params.number("packets", 3, least=1, most=100))
    exempt = int(params.number("exempt_below", 1024, most=65_535))

    def make() -> See:
        runs: dict[Direction, tuple[int, int]] = {"up": (0, -1), "down": (0, -1)}

        def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
            data = packet.payload
            count, last = runs[direction]
            if not rtp.could_be(data):
                runs[direction] = (0, -1)
                return False
            number = rtp.sequence(data)
            count = count + 1 if number != last else 1
            runs[direction] = (count, number)
            return count >= needed

        return see

    return Condition(replace(UDP_PAYLOADS, ports=((exempt, 65_535),)), make, ((needed, INFINITE),))


def sip_like(params: Params) -> Condition:
    """SIP's first line, over UDP or TCP."""
    return plain(lambda packet, flow, direction, now: sip.is_sip(packet.payload), PAYLOADS)
