"""Lab room. IPv4, IPv6, TCP and UDP as they are on the wire: read, checked, written.

Bytes come in and values go out; whatever cannot be read becomes None and never an exception, since a middlebox
sees what anybody sends. (RFC 791, RFC 8200, RFC 768, RFC 9293, RFC 792, RFC 4443.)
"""

import ipaddress
import struct
from typing import Literal

Direction = Literal["up", "down"]
"""`up` is away from the participant, `down` is towards him."""

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_EXTENSIONS = frozenset({0, 43, 60, 135})
"""IPv6 extension headers that only have to be stepped over: hop-by-hop, routing, destination, mobility."""
_FRAGMENT = 44
"""IPv6's fragment header."""

_FOUR_PORTS = struct.Struct("!HH")


class Packet:
    """One packet and where its parts begin. `source` and `destination` are 4 or 16 bytes.

    `sport` and `dport` are 0 where the protocol has none, or where this is a later fragment.
    """

    __slots__ = ("data", "destination", "dport", "fragment", "key", "protocol", "raw", "source", "sport", "transport")

    def __init__(self, raw: bytes, protocol: int, source: bytes, destination: bytes, transport: int) -> None:
        self.raw = raw
        self.protocol = protocol
        self.source = source
        self.destination = destination
        self.transport = transport
        self.data = len(raw)
        self.sport = self.dport = 0
        self.fragment = False
        self.key = b""

    @property
    def version(self) -> int:
        """4 or 6."""
        return 4 if len(self.source) == 4 else 6

    @property
    def payload(self) -> bytes:
        """What TCP or UDP carries; for another protocol what follows the IP header."""
        return self.raw[self.data :]

    @property
    def payload_bytes(self) -> int:
        """Length of the payload."""
        return len(self.raw) - self.data

    @property
    def flags(self) -> int:
        """TCP's flags."""
        return self.raw[self.transport + 13]

    @property
    def sequence(self) -> int:
        """TCP's sequence number."""
        return int.from_bytes(self.raw[self.transport + 4 : self.transport + 8], "big")

    @property
    def acknowledgement(self) -> int:
        """TCP's acknowledgement number."""
        return int.from_bytes(self.raw[self.transport + 8 : self.transport + 12], "big")


def parse(raw: bytes) -> Packet | None:
    """Read a packet; None if it is no IP, or is shorter than its own headers say."""
    if len(raw) < 20:
        return None
    version = raw[0] >> 4
    if version == 4:
        return _parse4(raw)
    return _parse6(raw) if version == 6 else None


def _parse4(raw: bytes) -> Packet | None:
    header = (raw[0] & 15) * 4
    total = raw[2] << 8 | raw[3]
    if header < 20 or total < header or len(raw) < total:
        return None
    if total < len(raw):
        raw = raw[:total]
    packet = Packet(raw, raw[9], raw[12:16], raw[16:20], header)
    return _later(packet) if (raw[6] << 8 | raw[7]) & 0x1FFF else _ports(packet)


def _parse6(raw: bytes) -> Packet | None:
    if len(raw) < 40:
        return None
    total = 40 + (raw[4] << 8 | raw[5])
    if len(raw) < total:
        return None
    raw = raw[:total]
    following, at = raw[6], 40
    while following in _EXTENSIONS or following == _FRAGMENT:
        if at + 8 > total:
            return None
        if following != _FRAGMENT:
            following, at = raw[at], at + 8 + raw[at + 1] * 8
            continue
        offset = (raw[at + 2] << 8 | raw[at + 3]) & 0xFFF8
        following, at = raw[at], at + 8
        if offset:  # what follows is the middle of something, and no header even where one is named (RFC 8200 §4.5)
            return _later(Packet(raw, following, raw[8:24], raw[24:40], at))
    return _ports(Packet(raw, following, raw[8:24], raw[24:40], at)) if at <= total else None


def _later(packet: Packet) -> Packet:
    """Fill in what a fragment that is not the first has: no ports, and all that follows IP's headers as payload."""
    packet.fragment, packet.data = True, packet.transport
    packet.key = packet.source + packet.destination
    return packet


def _ports(packet: Packet) -> Packet | None:
    """Fill in ports, payload and key; a TCP or UDP header that is cut short makes the packet unreadable."""
    raw, at = packet.raw, packet.transport
    if packet.protocol == UDP:
        if len(raw) < at + 8:
            return None
        packet.data = at + 8
    elif packet.protocol == TCP:
        if len(raw) < at + 20:
            return None
        packet.data = at + (raw[at + 12] >> 4) * 4
        if packet.data < at + 20 or packet.data > len(raw):
            return None
    else:
        packet.data = at
        packet.key = packet.source + packet.destination
        return packet
    packet.sport, packet.dport = _FOUR_PORTS.unpack_from(raw, at)
    packet.key = packet.source + packet.destination + raw[at : at + 4]
    return packet


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text: str) -> bytes:
    """The bytes of a written address."""
    return ipaddress.ip_address(text).packed


def written(packed: bytes) -> str:
    """An address as one writes it."""
    return str(ipaddress.ip_address(packed))


def ip(source: bytes, destination: bytes, protocol: int, body: bytes) -> bytes:
    """An IP packet round `body`, which has its checksum already."""
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, len(body), protocol, 64) + source + destination + body
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0x4000, 64, protocol, 0) + source + destination
    return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + body


def _summed(source: bytes, destination: bytes, protocol: int, body: bytes, at: int) -> bytes:
    """`body` with its checksum over the pseudo-header put at offset `at`."""
    clear = body[:at] + b"\0\0" + body[at + 2 :]
    value = checksum(source + destination + struct.pack("!II", len(body), protocol) + clear)
    if protocol == UDP and value == 0:
        value = 0xFFFF
    return body[:at] + value.to_bytes(2, "big") + body[at + 2 :]


def udp(source: bytes, sport: int, destination: bytes, dport: int, payload: bytes) -> bytes:
    """A whole UDP packet."""
    body = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    return ip(source, destination, UDP, _summed(source, destination, UDP, body, 6))


def tcp(
    source: bytes,
    sport: int,
    destination: bytes,
    dport: int,
    payload: bytes = b"",
    *,
    flags: int = ACK,
    sequence: int = 0,
    acknowledgement: int = 0,
) -> bytes:
    """A whole TCP packet without options."""
    numbers = (sequence & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF)
    body = struct.pack("!HHIIBBHHH", sport, dport, *numbers, 0x50, flags, 0xFFFF, 0, 0) + payload
    return ip(source, destination, TCP, _summed(source, destination, TCP, body, 16))


def resets(packet: Packet) -> tuple[bytes, bytes]:
    """(towards the receiver, towards the sender): the pair of resets that a censor forges for a TCP packet."""
    length = packet.payload_bytes + bool(packet.flags & (SYN | FIN))
    onward = tcp(
        packet.source,
        packet.sport,
        packet.destination,
        packet.dport,
        flags=RST | ACK,
        sequence=packet.sequence,
        acknowledgement=packet.acknowledgement,
    )
    back = tcp(
        packet.destination,
        packet.dport,
        packet.source,
        packet.sport,
        flags=RST | ACK,
        sequence=packet.acknowledgement,
        acknowledgement=packet.sequence + length,
    )
    return onward, back


_UNREACHABLE = {"prohibited": (13, 1), "port": (3, 4), "host": (1, 3), "network": (0, 0)}
"""Reason → codes of ICMP type 3 (RFC 792, RFC 1812) and of ICMPv6 type 1 (RFC 4443)."""

UNREACHABLE_REASONS = frozenset(_UNREACHABLE)

_ERRORS = frozenset({3, 4, 5, 11, 12})
"""ICMP's types that tell of an error (RFC 1122 §3.2.2); those of ICMPv6 are below 128 (RFC 4443 §2.1)."""


def may_be_told(packet: Packet) -> bool:
    """Whether an ICMP error may answer this packet: it must be no such error, and over IPv4 no later fragment.

    (RFC 1122 §3.2.2, RFC 4443 §2.4.) Of a later fragment of ICMP nobody knows which kind it is.
    """
    if packet.protocol not in (ICMP, ICMP6):
        return packet.version == 6 or not packet.fragment
    if packet.fragment or not packet.payload_bytes:
        return False
    kind = packet.payload[0]
    return kind not in _ERRORS if packet.protocol == ICMP else kind >= 128


def unreachable(packet: Packet, reason: str) -> bytes:
    """The ICMP error that tells the sender that its packet was turned away."""
    code4, code6 = _UNREACHABLE[reason]
    return _icmp_error(packet, (3, code4), (1, code6), 0)


def too_big(packet: Packet, mtu_bytes: int) -> bytes:
    """The ICMP error of path MTU discovery (RFC 1191, RFC 8201)."""
    return _icmp_error(packet, (3, 4), (2, 0), mtu_bytes)


def _icmp_error(packet: Packet, four: tuple[int, int], six: tuple[int, int], value: int) -> bytes:
    if packet.version == 4:
        body = struct.pack("!BBHI", *four, 0, value) + packet.raw[: packet.transport + 8]
        body = body[:2] + checksum(body).to_bytes(2, "big") + body[4:]
        return ip(packet.destination, packet.source, ICMP, body)
    body = struct.pack("!BBHI", *six, 0, value) + packet.raw[:1192]
    return ip(packet.destination, packet.source, ICMP6, _summed(packet.destination, packet.source, ICMP6, body, 2))


def with_payload(packet: Packet, payload: bytes) -> bytes:
    """The same UDP or TCP packet with another payload of the same length, its checksum as right as it was.

    By the difference of the payloads (RFC 1624): that is right for a first fragment too, whose checksum is the whole
    datagram's. UDP without a checksum (RFC 768) stays so.
    """
    head, at = packet.raw[: packet.data], packet.transport + (6 if packet.protocol == UDP else 16)
    found = int.from_bytes(head[at : at + 2], "big")
    if packet.protocol == UDP and not found:
        return head + payload
    total = (found ^ 0xFFFF) + checksum(packet.payload) + (checksum(payload) ^ 0xFFFF)
    total = (total & 0xFFFF) + (total >> 16)
    value = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    if packet.protocol == UDP and value == 0:
        value = 0xFFFF
    return head[:at] + value.to_bytes(2, "big") + head[at + 2 :] + payload
