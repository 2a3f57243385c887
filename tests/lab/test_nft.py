"""The kernel and the middlebox judge the same capture the same way, wherever the kernel can."""

import itertools
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from jemaa.lab import names, packet, profile, quic, rtp
from jemaa.lab.nft import expressible
from jemaa.lab.places import DNS, PROXY, SECOND, SERVER, SERVER_SECOND
from jemaa.lab.topology import PROXY_PORT, Lab
from tests.lab.cases import HEAD
from tests.lab.networks import echo, python, why_not
from tests.lab.traffic import (
    Network,
    binding,
    dtls_hello,
    dtls_server_hello,
    hello,
    here_for,
    inverted,
    ping,
    tls_hello,
)

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed"),
]


class Sent(NamedTuple):
    """One thing that the participant sends and that is answered if nothing is in the way."""

    kind: str
    host: str
    port: int
    data: bytes


def knock(host: str) -> Sent:
    """An echo request with a checksum that is 3478 where UDP and TCP have the port (RFC 792, RFC 768)."""
    far = packet.address(host)
    found = int.from_bytes(ping(far, 0)[-6:-4], "big")
    body = ping(far, (found - 3478) % 0xFFFF)[-8:]
    assert int.from_bytes(body[2:4], "big") == 3478, "the sum goes round at 65535 (RFC 1071)"
    return Sent("icmp", host, 0, body)


INITIAL = quic.initial(b"12345678", hello("meeting.example"))
PAYLOADS = [binding(), dtls_hello(), dtls_server_hello(), b"short", bytes(100), rtp.packet(1, bytes(100))]
FRAMED = len(binding()).to_bytes(2, "big") + binding()
STREAMS = [binding(), FRAMED, binding()[:27], FRAMED[:29], binding()[:28], FRAMED[:30], tls_hello("meeting.example")]
UDP_PORTS, TCP_PORTS = (3478, 3479, 443, 40_000), (443, 40_000)
OFFENCES = [Sent("udp", host, port, INITIAL) for host in (*SERVER, *SECOND) for port in UDP_PORTS]
"""What some profiles condemn a service for: sent by itself, so that what it leaves is seen on what is sent later."""
CAPTURE = [
    *(
        Sent("udp", host, port, data)
        for host in (*SERVER, *SECOND)
        for port in UDP_PORTS
        for one in (*PAYLOADS, inverted(INITIAL))
        for data in (one, inverted(one))
        if data != INITIAL
    ),
    *(
        Sent("stream", host, port, data)
        for host in (*SERVER, *SECOND)
        for port in TCP_PORTS
        for one in STREAMS
        for data in (one, inverted(one))
    ),
    *(
        Sent("tcp", host, port, b"")
        for host in (*SERVER, *SERVER_SECOND, *SECOND)
        for port in (443, 3478, 3479, 5349, 40_000)
    ),
    *(Sent("udp", host, 53, names.query("meeting.example")) for host in DNS),
    *(Sent("tcp", host, PROXY_PORT, b"") for host in PROXY),
    *(knock(host) for host in (*SERVER, *SECOND)),
]
"""Datagrams and streams that the other end echoes or answers, SYNs that it answers with a SYN or a reset, and pings."""

SEND = """
import errno, json, select, socket, sys
def sent(kind, host, port, data):
    family, six = (socket.AF_INET6, True) if ":" in host else (socket.AF_INET, False)
    if kind == "icmp":
        one = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP)
    else:
        one = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    one.setblocking(False)
    one.connect_ex((host, port))
    if kind in ("udp", "icmp"):
        one.send(data)
    return one
def answered(one, kind, data):
    if kind == "tcp":
        return one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNREFUSED)
    got = one.recv(65536)
    body = got[20:] if one.family == socket.AF_INET else got
    return kind in ("udp", "stream") or (body[0] in (0, 129) and body[4:8] == data[4:8])
def wave(capture):
    waiting, came, connecting = {}, set(), set()
    for number, (kind, host, port, data) in enumerate(capture):
        try:
            one = sent(kind, host, port, bytes.fromhex(data))
        except OSError:
            continue
        waiting[one] = number, kind, bytes.fromhex(data)
        if kind in ("tcp", "stream"):
            connecting.add(one)
    while True:
        ready = select.select([one for one in waiting if one not in connecting], connecting, [], 0.5)
        if not (ready[0] or ready[1]):
            return sorted(came)
        for one in ready[0] + ready[1]:
            number, kind, data = waiting[one]
            try:
                if kind == "stream" and one in connecting:
                    connecting.remove(one)
                    one.send(data)
                    continue
                if answered(one, kind, data):
                    came.add(number)
                elif kind == "icmp":
                    continue
            except OSError:
                pass
            del waiting[one]
            connecting.discard(one)
            one.close()
print(json.dumps([wave(capture) for capture in json.load(sys.stdin)]))
"""


def came_back(name: str, waves: list[list[Sent]], *, by_kernel: bool) -> list[set[int]]:
    """What of each was answered."""
    with Lab(name, by_kernel=by_kernel) as lab, echo(lab, "server", *SERVER), echo(lab, "second", *SECOND):
        given = [[one._replace(data=one.data.hex()) for one in wave] for wave in waves]  # type: ignore[arg-type]
        out, _ = python(lab, "participant", SEND).communicate(json.dumps(given), timeout=30)
        return [set(found) for found in json.loads(out)]


def passes(network: Network, one: Sent, here: int) -> bool:
    """Whether the bare engine lets both this and its answer through."""
    far, kind = packet.address(one.host), one.kind
    if kind == "udp":
        return network.up(one.data, one.port, here=here, far=far) and network.down(
            one.data, one.port, here=here, far=far
        )
    me, protocol = here_for(far), packet.ICMP if len(far) == 4 else packet.ICMP6
    if kind == "icmp":
        answer = (b"\0" if len(far) == 4 else b"\x81") + one.data[1:]
        up, down = packet.ip(me, far, protocol, one.data), packet.ip(far, me, protocol, answer)
        return network.passes(up) and network.passes(down, "down")
    return all(
        network.passes(packet.tcp(me, here, far, one.port, data, flags=flags))
        and network.passes(packet.tcp(far, one.port, me, here, data, flags=flags | packet.ACK), "down")
        for data, flags in ((b"", packet.SYN), (one.data, packet.PSH))[: 2 if kind == "stream" else 1]
    )


MIXED = (
    HEAD
    + """
[[rules]]
name = "past all the others"
match.to = { places = ["second", "203.0.113.0/24"] }
match.port = { ports = ["3479-3490", 3479, "3485-3500"] }
do.pass = {}

[[rules]]
name = "one message"
match.stun-message = { types = [1], methods = [1, 3] }
do.drop = {}

[[rules]]
name = "one packet of sound"
match.rtp = { packets = 1, exempt_below = 1000 }
unless.port = { ports = [40000] }
do.icmp = { reason = "port" }

[[rules]]
name = "a server"
scope = "flow"
match.dtls-server-hello = {}
do.drop = {}

[[rules]]
name = "what comes back"
direction = "down"
match.everything = {}
match.to = { places = ["second"] }
unless.tcp = {}
unless.port = { ports = [443] }
do.drop = {}
"""
)
"""What no profile has."""

ALONE = [one for one in map(profile.load, profile.names()) if expressible(one)]
NAMES = list({str([rule.source for rule in one.rules]): one.name for one in ALONE}.values())
"""Of those that differ in more than in what the proxy does."""


def test_a_good_number_is_expressible() -> None:
    alone = {"udp-off", "port-list", "stun-cookie", "dtls", "dest-whitelist", "clean"}
    assert alone | {"quic-off", "kill-after"} <= set(NAMES) and expressible(profile.load("proxy-only"))


@pytest.mark.parametrize("name", [*NAMES, "mixed"])
def test_kernel_middlebox_and_bare_engine_agree(name: str, tmp_path: Path) -> None:
    if name == "mixed":
        name = str(tmp_path / "mixed.toml")
        Path(name).write_text(MIXED)
    remembers = any(rule.scope in ("service", "host") for rule in profile.load(name).rules)
    waves = [CAPTURE, OFFENCES, CAPTURE] if remembers else [[*CAPTURE, *OFFENCES]]
    network, here = Network(name), itertools.count(10_000)
    expected = [{number for number, one in enumerate(wave) if passes(network, one, next(here))} for wave in waves]
    for by_kernel in (True, False):
        found = came_back(name, waves, by_kernel=by_kernel)
        wrong = [wave[number] for n, wave in enumerate(waves) for number in sorted(expected[n] ^ found[n])]
        assert not wrong, "the kernel" if by_kernel else "the middlebox"
    assert expected[0], "something comes through every network"
