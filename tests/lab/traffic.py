"""Traffic for the lab's tests: what calls and browsers send, and twins that differ only in what a filter looks for."""

from dataclasses import dataclass, field

from jemaa.lab import packet as wire
from jemaa.lab import places, rtp, stun
from jemaa.lab.actions import Release
from jemaa.lab.engine import Decision, Engine
from jemaa.lab.packet import ACK, PSH, SYN, Direction
from jemaa.lab.profile import load, read

HERE = wire.address(places.PARTICIPANT[0])
SERVER = wire.address(places.SERVER[0])
SERVER_SECOND = wire.address(places.SERVER_SECOND[0])
SECOND = wire.address(places.SECOND[0])
DNS = wire.address(places.DNS[0])
PROXY = wire.address(places.PROXY[0])


def inverted(data: bytes) -> bytes:
    """The twin: same length, every bit turned."""
    return bytes(byte ^ 0xFF for byte in data)


def binding(*attributes: tuple[int, bytes]) -> bytes:
    return stun.message(1, attributes or ((0x8022, b"jemaa-test"),))


def hello(name: str, ciphers: tuple[int, ...] = (0x1301, 0x1302), *, dtls: bool = False) -> bytes:
    """The handshake message of a ClientHello that asks for `name`."""
    entry = b"\0" + len(name).to_bytes(2, "big") + name.encode()
    entries = len(entry).to_bytes(2, "big") + entry
    groups = b"\0\x0a\0\x04\0\x02\0\x1d"
    extensions = b"\0\0" + len(entries).to_bytes(2, "big") + entries + groups
    suites = b"".join(one.to_bytes(2, "big") for one in ciphers)
    body = (b"\xfe\xfd" if dtls else b"\x03\x03") + bytes(32) + b"\0" + (b"\0" if dtls else b"")
    body += len(suites).to_bytes(2, "big") + suites + b"\x01\0" + len(extensions).to_bytes(2, "big") + extensions
    return b"\x01" + len(body).to_bytes(3, "big") + body


def tls_hello(name: str) -> bytes:
    message = hello(name)
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def dtls_hello(ciphers: tuple[int, ...] = (0xC02B, 0xC02F)) -> bytes:
    message = hello("call.example", ciphers, dtls=True)
    size, body = message[1:4], message[4:]
    handshake = b"\x01" + size + b"\0\0" + b"\0\0\0" + size + body
    return b"\x16\xfe\xfd" + bytes(8) + len(handshake).to_bytes(2, "big") + handshake


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
        return self.passes(wire.udp(HERE, here, far, port, payload))

    def down(self, payload: bytes, port: int = 40_000, *, here: int = 50_000, far: bytes = SERVER) -> bool:
        return self.passes(wire.udp(far, port, HERE, here, payload), "down")

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
        self.opened = network.passes(wire.tcp(HERE, here, far, port, flags=SYN, sequence=999))

    def releases(self, payload: bytes) -> list[Release]:
        raw = wire.tcp(HERE, self.here, self.far, self.port, payload, flags=ACK | PSH, sequence=1000 + self.sent)
        self.sent += len(payload)
        return self.network.give(raw)

    def up(self, payload: bytes) -> bool:
        return any(one.direction == "up" and one.raw.endswith(payload) for one in self.releases(payload))

    def down(self, payload: bytes) -> bool:
        raw = wire.tcp(self.far, self.port, HERE, self.here, payload, flags=ACK | PSH, sequence=5000 + self.got)
        self.got += len(payload)
        return self.network.passes(raw, "down")
