"""For each matcher of the lab something genuine that it has to match, for each action parameters, and all at once."""

from dataclasses import dataclass

from jemaa.lab import names, quic, rtp, stun
from jemaa.lab import packet as wire
from jemaa.lab.packet import ACK, PSH, SYN, Direction
from tests.lab.traffic import binding, dtls_hello, dtls_server_hello, fragments, hello, here_for, ping, tls_hello

NOTHING = bytes((index * 151 + 89) % 256 for index in range(256))
"""Looks like nothing: neither printable nor of few or many bits."""


@dataclass(frozen=True, slots=True)
class Case:
    """A matcher with its parameters, and payloads of which the last has to match, `gap` seconds apart."""

    name: str
    values: str
    sent: tuple[bytes, ...]
    kind: str = "udp"
    port: int = 40_000
    gap: float = 0.02
    both_ways: bool = False
    """Each is sent down as well, before it is sent up."""
    headless: bool = False
    """Matches later fragments too: it reads neither ports nor what a datagram or segment begins with."""

    @property
    def match(self) -> str:
        return f"match.{self.name} = {{ {self.values} }}\n"


CASES = (
    Case("age", "seconds = 1", (b"early", b"late"), gap=2, headless=True),
    Case("bytes", "count = 150", (bytes(100), bytes(100)), headless=True),
    Case("bytes", "count = 100, whole = true", (bytes(100),), headless=True),
    Case("size", "least = 90, most = 110", (bytes(100),), headless=True),
    Case("cadence", "seconds = 1", (bytes(100),) * 100, both_ways=True, headless=True),
    Case("random-payload", "", (NOTHING,), "tcp"),
    Case("stun", "", (binding(),)),
    Case("stun", "", (len(binding()).to_bytes(2, "big") + binding(),), "tcp"),
    Case("stun-message", "methods = [3]", (stun.message(3, ((0x8022, b"jemaa"),)),)),
    Case("stun-message", "types = [0x101]", (b"\0\x14" + stun.message(0x101),), "tcp"),
    Case("turn", "", (stun.message(3), b"\x40\x01\0\x04abcd")),
    Case("app-voice", 'apps = ["signal"]', (binding((0x14, b"turn.signal.org")),)),
    Case("dtls-hello", "ciphers = [0xC02B, 0xC02F]", (dtls_hello(),)),
    Case("dtls-hello", "extensions = [0, 10], groups = [0x1D, 0x17, 0x18]", (dtls_hello(),)),
    Case("dtls-hello", 'ja3 = "a3373693b650a90cc2f969c39513b027"', (dtls_hello(),)),
    Case("dtls-server-hello", "extensions = [23, 10], groups = [29]", (dtls_server_hello((29,)),)),
    Case("rtp", "", tuple(rtp.packet(number, bytes(80)) for number in range(3))),
    Case("sip", "", (b"INVITE sip:amina@meeting.example SIP/2.0\r\n",)),
    Case("sip", "", (b"\x40\x01\0\x20SIP/2.0 200 OK\r\n",), "tcp"),
    Case("sni", 'names = ["CALL.example"]', (tls_hello("www.call.example"),), "tcp", 443),
    Case("sni", 'names = ["second.example"]', (quic.initial(b"12345678", hello("second.example")),), port=443),
    Case("quic", "", (quic.initial(b"12345678", hello("meeting.example")),), port=443),
    Case("http", 'hosts = ["Meeting.Example"]', (b"GET / HTTP/1.1\r\nHost: meeting.example\r\n\r\n",), "tcp", 80),
    Case("http", "upgrade = true", (b"GET /live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",), "tcp", 80),
    Case("dns-name", 'names = ["Call.Example."]', (names.query("www.call.example"),), port=53),
    Case("unknown-protocol", "packets = 2", (NOTHING, NOTHING), "tcp", 443),
    Case("icmp", "", (b"",), "icmp", headless=True),
    Case("port", 'ports = ["39999-40001"]', (b"x",)),
    Case("port", "ports = [443]", (b"x",), "tcp", 443),
    Case("to", 'places = ["server"]', (b"x",), headless=True),
    Case("tcp", "", (b"x",), "tcp", headless=True),
    Case("udp", "", (b"x",), headless=True),
    Case("everything", "", (b"x",), headless=True),
)
"""Those that ask only for protocol, port and place come last: behind them nothing is left for the others to end."""


HEAD = 'description = "x"\n[[seen]]\nwhere = "nowhere"\n'

ACTION_VALUES = {
    "drop": "",
    "pass": "",
    "reset": "",
    "icmp": "",
    "answer-dns": 'address = "10.10.34.34"',
    "delay": "ms = 30",
    "lose": "rate = 1",
    "reorder": "",
    "duplicate": "",
    "corrupt": "right_checksum = true",
    "police": "kbit = 1",
    "shape": "kbit = 1",
    "mtu": "bytes = 576",
}


def all_with(action: str) -> str:
    """A profile in which every matcher has a rule with this action, the scopes in turn."""
    does, scopes = f"do.{action} = {{ {ACTION_VALUES[action]} }}\n", ("packet", "flow", "service", "host")
    matches = dict.fromkeys(case.match for case in CASES)
    return HEAD + "".join(
        f'[[rules]]\nname = "{number}"\nscope = "{scopes[number % 4]}"\n{match}{does}'
        for number, match in enumerate(matches)
    )


def all_but_unless() -> str:
    """A profile in which every matcher but `everything` is an `unless`."""
    return HEAD + "".join(
        f'[[rules]]\nname = "{number}"\nmatch.everything = {{}}\n{case.match.replace("match", "unless")}'
        f"do.delay = {{ ms = 1 }}\n"
        for number, case in enumerate(CASES[:-1])
    )


def packets(case: Case, far: bytes, payloads: tuple[bytes, ...] = ()) -> list[tuple[bytes, Direction]]:
    """What the case sends, as whole packets; TCP begins with its SYN. `payloads` instead of its own, if given."""
    here, found, sequence = here_for(far), list[tuple[bytes, Direction]](), 1000
    if case.kind == "tcp":
        found.append((wire.tcp(here, 50_000, far, case.port, flags=SYN, sequence=sequence - 1), "up"))
    for payload in payloads or case.sent:
        if case.kind == "icmp":
            found.append((ping(far), "up"))
        elif case.kind == "tcp":
            found.append((wire.tcp(here, 50_000, far, case.port, payload, flags=ACK | PSH, sequence=sequence), "up"))
            sequence += len(payload)
        else:
            back = wire.udp(far, case.port, here, 50_000, payload)
            found += [(back, "down")] if case.both_ways else []
            found.append((wire.udp(here, 50_000, far, case.port, payload), "up"))
    return found


def first_fragment(raw: bytes) -> bytes:
    """The packet as the first fragment of a longer one: with all that it carries."""
    size = len(raw) - (20 if raw[0] >> 4 == 4 else 40)
    return fragments(raw + bytes(-size % 8 + 8), size + -size % 8)[0]


def later_fragment(raw: bytes) -> bytes:
    """A fragment that is not the first, with the packet's payload where its first fragment would have a header."""
    found = wire.parse(raw)
    assert found is not None, "it is a packet"
    return fragments(raw[: 20 if found.version == 4 else 40] + bytes(8) + found.payload, 8)[1]
