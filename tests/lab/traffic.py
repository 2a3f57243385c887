"""Traffic for the lab's tests: what calls and browsers send, and twins that differ only in what a filter looks for."""

import struct
from dataclasses import dataclass, field

from jemaa.lab import packet as wire
from jemaa.lab import places, rtp, stun
from jemaa.lab.actions import Release
from jemaa.lab.engine import Decision, Engine
from jemaa.lab.packet import ACK, PSH, SYN, Direction
from jemaa.lab.profile import load, read

HERE, HERE6 = (wire.address(one) for one in places.PARTICIPANT)
SERVER, SERVER6 = (wire.address(one) for one in places.SERVER)
SERVER_SECOND = wire.address(places.SERVER_SECOND[0])
SECOND, SECOND6 = (wire.address(one) for one in places.SECOND)
DNS, DNS6 = (wire.address(one) for one in places.DNS)
PROXY = wire.address(places.PROXY[0])

PLAIN = b"GET / HTTP/1.1\r\nHost: meeting.example\r\n\r\n"


def here_for(far: bytes) -> bytes:
    """The participant's address of the same IP version."""
    return HERE if len(far) == 4 else HERE6


def fragments(raw: bytes, first: int) -> tuple[bytes, bytes]:
    """The packet in two: what follows its IP header is cut after `first` bytes (RFC 791 §3.2, RFC 8200 §4.5)."""
    assert first % 8 == 0, "fragments are counted in eights"
    if raw[0] >> 4 == 4:
        parts = ((raw[20 : 20 + first], 0x2000), (raw[20 + first :], first // 8))
        one, two = (_fragment4(raw, body, where) for body, where in parts)
        return one, two
    parts = ((raw[40 : 40 + first], 1), (raw[40 + first :], first))
    one, two = (with_header(raw[:40] + body, 44, struct.pack("!BHI", 0, where, 77)) for body, where in parts)
    return one, two


def _fragment4(raw: bytes, body: bytes, where: int) -> bytes:
    head = raw[:2] + struct.pack("!HHH", 20 + len(body), 77, where) + raw[8:10] + b"\0\0" + raw[12:20]
    return head[:10] + wire.checksum(head).to_bytes(2, "big") + head[12:] + body


def with_header(raw: bytes, kind: int, rest: bytes) -> bytes:
    """An IPv6 packet with one more extension header in front: `rest` is what follows its first byte."""
    inside = raw[6:7] + rest + raw[40:]
    return raw[:4] + struct.pack("!HB", len(inside), kind) + raw[7:40] + inside


def ping(far: bytes, identity: int = 1) -> bytes:
    """An ICMP echo request of either version."""
    here, body = here_for(far), struct.pack("!HHHH", 0x0800, 0, identity, 1)
    if len(far) == 16:
        body = struct.pack("!HHHH", 0x8000, 0, identity, 1)
        summed = wire.checksum(here + far + struct.pack("!II", len(body), wire.ICMP6) + body)
        return wire.ip(here, far, wire.ICMP6, body[:2] + summed.to_bytes(2, "big") + body[4:])
    return wire.ip(here, far, wire.ICMP, body[:2] + wire.checksum(body).to_bytes(2, "big") + body[4:])


def sums_up(raw: bytes, rest: bytes = b"") -> bool:
    """Whether UDP's or TCP's checksum is right; `rest` is what comes in the fragments after this one."""
    found = wire.parse(raw)
    assert found is not None, "it is a packet"
    body = raw[found.transport :] + rest
    pseudo = found.source + found.destination + struct.pack("!II", len(body), found.protocol)
    return wire.checksum(pseudo + body) == 0


def inverted(data: bytes) -> bytes:
    """The twin: same length, every bit turned."""
    return bytes(byte ^ 0xFF for byte in data)


def binding(*attributes: tuple[int, bytes]) -> bytes:
    return stun.message(1, attributes or ((0x8022, b"jemaa-test"),))


def numbers(values: tuple[int, ...]) -> bytes:
    return b"".join(one.to_bytes(2, "big") for one in values)


def groups_extension(groups: tuple[int, ...]) -> bytes:
    size = 2 * len(groups)
    return b"\0\x0a" + (size + 2).to_bytes(2, "big") + size.to_bytes(2, "big") + numbers(groups)


def hello(
    name: str, ciphers: tuple[int, ...] = (0x1301, 0x1302), *, groups: tuple[int, ...] = (0x1D,), dtls: bool = False
) -> bytes:
    """The handshake message of a ClientHello that asks for `name`."""
    entry = b"\0" + len(name).to_bytes(2, "big") + name.encode()
    entries = len(entry).to_bytes(2, "big") + entry
    extensions = b"\0\0" + len(entries).to_bytes(2, "big") + entries + groups_extension(groups)
    suites = numbers(ciphers)
    body = (b"\xfe\xfd" if dtls else b"\x03\x03") + bytes(32) + b"\0" + (b"\0" if dtls else b"")
    body += len(suites).to_bytes(2, "big") + suites + b"\x01\0" + len(extensions).to_bytes(2, "big") + extensions
    return b"\x01" + len(body).to_bytes(3, "big") + body


def tls_hello(name: str) -> bytes:
    message = hello(name)
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def dtls_hello(ciphers: tuple[int, ...] = (0xC02B, 0xC02F), groups: tuple[int, ...] = (0x1D, 0x17, 0x18)) -> bytes:
    """A whole datagram; the extensions in it are 0 and 10."""
    message = hello("call.example", ciphers, groups=groups, dtls=True)
    return dtls_record(message, 0, len(message) - 4)


def dtls_server_hello(groups: tuple[int, ...] = ()) -> bytes:
    """A whole datagram, with the extensions 23, and 10 if there are groups: which only one library's has."""
    extensions = b"\0\x17\0\0" + (groups_extension(groups) if groups else b"")
    body = b"\xfe\xfd" + bytes(33) + b"\xc0\x2b\0" + len(extensions).to_bytes(2, "big") + extensions
    return dtls_record(b"\x02" + len(body).to_bytes(3, "big") + body, 0, len(body))


def dtls_record(message: bytes, begin: int, end: int, number: int = 0) -> bytes:
    """A record with the bytes from `begin` to `end` of a handshake message's body (RFC 6347 §4.2.3)."""
    part = message[4 + begin : 4 + end]
    head = message[:4] + number.to_bytes(2, "big") + begin.to_bytes(3, "big") + len(part).to_bytes(3, "big")
    return b"\x16\xfe\xfd" + bytes(8) + (len(head) + len(part)).to_bytes(2, "big") + head + part


@dataclass
class Network:
    """An engine with a clock of its own: the tests' view of a profile."""

    name: str
    now: float = 1000.0
    decisions: list[Decision] = field(default_factory=list)
    seed: int = 1
    text: str = ""

    def __post_init__(self) -> None:
        profile = read(self.name, self.text) if self.text else load(self.name)
        self.engine = Engine(profile, self.seed, self.decisions.append)

    def give(self, raw: bytes, direction: Direction = "up") -> list[Release]:
        return self.engine.judge(raw, direction, self.now)

    def passes(self, raw: bytes, direction: Direction = "up") -> bool:
        return any(one.direction == direction and one.raw == raw for one in self.give(raw, direction))

    def up(self, payload: bytes, port: int = 40_000, *, here: int = 50_000, far: bytes = SERVER) -> bool:
        return self.passes(wire.udp(here_for(far), here, far, port, payload))

    def down(self, payload: bytes, port: int = 40_000, *, here: int = 50_000, far: bytes = SERVER) -> bool:
        return self.passes(wire.udp(far, port, here_for(far), here, payload), "down")

    def tcp(self, far: bytes = SERVER, port: int = 443, here: int = 50_001) -> "Stream":
        return Stream(self, far, port, here)

    def call(self, port: int, seconds: float, payload: bytes = bytes(100), *, far: bytes = SERVER) -> float:
        """Fifty packets a second both ways; the share that passed up."""
        passed = count = 0
        for number in range(int(seconds * 50)):
            passed += self.up(rtp.packet(number, payload), port, far=far)
            self.down(rtp.packet(number, payload, ssrc=2), port, far=far)
            count += 1
            self.now += 0.02
        return passed / count


class Stream:
    """One TCP connection of the participant."""

    def __init__(self, network: Network, far: bytes, port: int, here: int) -> None:
        self.network, self.far, self.port, self.here = network, far, port, here
        self.sent = self.got = 0
        self.me = here_for(far)
        self.opened = network.passes(wire.tcp(self.me, here, far, port, flags=SYN, sequence=999))

    def releases(self, payload: bytes) -> list[Release]:
        raw = wire.tcp(self.me, self.here, self.far, self.port, payload, flags=ACK | PSH, sequence=1000 + self.sent)
        self.sent += len(payload)
        return self.network.give(raw)

    def up(self, payload: bytes) -> bool:
        return any(one.direction == "up" and one.raw.endswith(payload) for one in self.releases(payload))

    def down(self, payload: bytes) -> bool:
        raw = wire.tcp(self.far, self.port, self.me, self.here, payload, flags=ACK | PSH, sequence=5000 + self.got)
        self.got += len(payload)
        return self.network.passes(raw, "down")
