"""The kernel and the middlebox judge the same capture the same way, wherever the kernel can."""

import json
import shutil
from typing import NamedTuple

import pytest

from jemaa.lab import names, packet, profile, quic
from jemaa.lab.nft import expressible
from jemaa.lab.places import DNS, PROXY, SECOND, SERVER, SERVER_SECOND
from jemaa.lab.topology import PROXY_PORT, Lab
from tests.lab.networks import echo, python, why_not
from tests.lab.traffic import Network, binding, dtls_hello, hello, here_for, inverted, ping

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
PAYLOADS = [binding(), dtls_hello(), INITIAL, b"short", bytes(100)]
CAPTURE = [
    *(
        Sent("udp", host, port, data)
        for host in (*SERVER, *SECOND)
        for port in (3478, 3479, 443, 40_000)
        for one in PAYLOADS
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
"""Datagrams that the other end echoes or answers, SYNs that it answers with a SYN or a reset, and pings."""

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
    if kind != "tcp":
        one.send(data)
    return one
def answered(one, kind, data):
    if kind == "tcp":
        return one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) in (0, errno.ECONNREFUSED)
    got = one.recv(65536)
    body = got[20:] if one.family == socket.AF_INET else got
    return kind == "udp" or (body[0] in (0, 129) and body[4:8] == data[4:8])
waiting, came = {}, set()
for number, (kind, host, port, data) in enumerate(json.load(sys.stdin)):
    try:
        waiting[sent(kind, host, port, bytes.fromhex(data))] = number, kind, bytes.fromhex(data)
    except OSError:
        continue
while True:
    streams = [one for one, (_, kind, _) in waiting.items() if kind == "tcp"]
    ready = select.select([one for one in waiting if one not in streams], streams, [], 0.5)
    if not (ready[0] or ready[1]):
        break
    for one in ready[0] + ready[1]:
        number, kind, data = waiting[one]
        try:
            if answered(one, kind, data):
                came.add(number)
            elif kind == "icmp":
                continue
        except OSError:
            pass
        del waiting[one]
        one.close()
print(json.dumps(sorted(came)))
"""


def came_back(name: str, *, by_kernel: bool) -> set[int]:
    """What of the capture was answered."""
    with Lab(name, by_kernel=by_kernel) as lab, echo(lab, "server", *SERVER), echo(lab, "second", *SECOND):
        capture = json.dumps([one._replace(data=one.data.hex()) for one in CAPTURE])  # type: ignore[arg-type]
        out, _ = python(lab, "participant", SEND).communicate(capture, timeout=30)
        return set(json.loads(out))


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
    else:
        up = packet.tcp(me, here, far, one.port, flags=packet.SYN)
        down = packet.tcp(far, one.port, me, here, flags=packet.SYN | packet.ACK)
    return network.passes(up) and network.passes(down, "down")


NAMES = [name for name in profile.names() if expressible(profile.load(name))]


def test_a_good_number_is_expressible() -> None:
    assert {"udp-off", "port-list", "stun-cookie", "dtls", "proxy-only", "dest-whitelist", "clean"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_kernel_middlebox_and_bare_engine_agree(name: str) -> None:
    network = Network(name)
    expected = {number for number, one in enumerate(CAPTURE) if passes(network, one, 51_000 + number)}
    for by_kernel in (True, False):
        found = came_back(name, by_kernel=by_kernel)
        wrong = [CAPTURE[number] for number in sorted(expected ^ found)]
        assert not wrong, "the kernel" if by_kernel else "the middlebox"
    assert expected, "something comes through every network"
