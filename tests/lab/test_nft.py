"""The kernel and the middlebox judge the same capture the same way, wherever the kernel can."""

import json
import shutil

import pytest

from jemaa.lab import profile, quic
from jemaa.lab.nft import expressible
from jemaa.lab.places import SECOND, SERVER
from jemaa.lab.topology import Lab
from tests.lab.networks import echo, python, why_not
from tests.lab.traffic import SERVER as SERVER_BYTES
from tests.lab.traffic import Network, binding, dtls_hello, hello, inverted

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed"),
]

INITIAL = quic.initial(b"12345678", hello("meeting.example"))
PAYLOADS = [binding(), dtls_hello(), INITIAL, b"short", bytes(100)]
CAPTURE = [
    (host, port, data)
    for host in (SERVER[0], SERVER[1], SECOND[0])
    for port in (3478, 3479, 443, 40_000)
    for one in PAYLOADS
    for data in (one, inverted(one))
]

SEND = """
import json, select, socket, sys
sockets = {}
for number, (host, port, data) in enumerate(json.load(sys.stdin)):
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    one.connect((host, port))
    try:
        one.send(bytes.fromhex(data))
    except OSError:
        continue
    sockets[one] = number
came = set()
while ready := select.select([one for one in sockets if sockets[one] not in came], [], [], 0.5)[0]:
    for one in ready:
        number = sockets.pop(one)
        try:
            one.recv(65536)
            came.add(number)
        except OSError:
            pass
print(json.dumps(sorted(came)))
"""


def came_back(name: str, *, by_kernel: bool) -> set[int]:
    """Which datagrams of the capture were echoed."""
    with Lab(name, by_kernel=by_kernel) as lab, echo(lab, "server", *SERVER), echo(lab, "second", *SECOND):
        capture = json.dumps([(host, port, data.hex()) for host, port, data in CAPTURE])
        out, _ = python(lab, "participant", SEND).communicate(capture, timeout=30)
        return set(json.loads(out))


NAMES = [name for name in profile.names() if expressible(profile.load(name))]


def test_a_good_number_is_expressible() -> None:
    assert {"udp-off", "port-list", "stun-cookie", "dtls", "proxy-only", "dest-whitelist", "clean"} <= set(NAMES)


@pytest.mark.parametrize(
    "name", ["udp-off", "port-list", "stun-cookie", "dtls", "dest-whitelist", "proxy-only", "clean"]
)
def test_kernel_and_middlebox_agree(name: str) -> None:
    kernel, middlebox = came_back(name, by_kernel=True), came_back(name, by_kernel=False)
    assert kernel == middlebox
    network = Network(name)
    for number, (host, port, data) in enumerate(CAPTURE):
        if host == SERVER[0]:
            here = 51_000 + number
            whole = network.up(data, port, here=here, far=SERVER_BYTES)
            assert (whole and network.down(data, port, here=here, far=SERVER_BYTES)) == (number in middlebox), (
                port,
                data,
            )
