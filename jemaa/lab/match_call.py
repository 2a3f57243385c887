"""Lab room. Matchers of what calls are made of: STUN, TURN, DTLS, RTP, SIP, and the voices of known apps."""

from dataclasses import replace

from . import apps, dtls, rtp, sip, stun, tls
from .bounds import PAYLOADS, UDP_PAYLOADS
from .condition import Condition, See, plain
from .flow import Flow
from .match_flow import INFINITE, LONGEST_PAYLOAD
from .packet import UDP, Direction, Packet
from .params import Params, never


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


def dtls_hello(params: Params) -> Condition:
    """A DTLS ClientHello; with `ciphers`, only one that offers just these in this order."""
    ciphers = params.numbers("ciphers", most=0xFFFF)
    if tls.without_grease(ciphers) != ciphers:
        raise never(params.where, "`ciphers` has values of GREASE, which are not looked at (RFC 8701)")

    def see(packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        data = packet.payload
        if dtls.handshake_type(data) != dtls.CLIENT_HELLO:
            return False
        if not ciphers:
            return True
        hello = dtls.client_hello(data)
        return hello is not None and hello.ciphers == ciphers

    return plain(see, UDP_PAYLOADS, frozenset({ciphers}) if ciphers else None)


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
