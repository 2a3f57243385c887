"""What the kernel remembers of flows, services and hosts: it judges as the middlebox does, and as the bare engine."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jemaa.lab import packet, quic
from jemaa.lab.places import SECOND, SERVER
from jemaa.lab.topology import Lab
from tests.lab.cases import HEAD
from tests.lab.networks import echo, python, why_not
from tests.lab.traffic import Network, dtls_hello, hello, inverted

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
    pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed"),
]

SECONDS = 0.3
TICK = {True: 0.01, False: 0.0}
"""The kernel forgets by a clock that ticks a hundred times a second at the slowest; the middlebox has an exact one."""
RULES = f"""
[[rules]]
name = "a bucket for a flow"
match.udp = {{}}
match.port = {{ ports = [3478] }}
match.to = {{ places = ["server"] }}
do.police = {{ kbit = 0.8, burst_bytes = 1600 }}

[[rules]]
name = "a bucket for a service"
scope = "service"
match.port = {{ ports = [3478] }}
match.to = {{ places = ["second"] }}
do.police = {{ kbit = 0.8, burst_bytes = 1600 }}

[[rules]]
name = "a volume"
scope = "flow"
match.udp = {{}}
match.bytes = {{ count = 2000, direction = "up", whole = true }}
match.to = {{ places = ["second"] }}
match.port = {{ ports = [3479] }}
do.drop = {{}}

[[rules]]
name = "a volume of a stream"
scope = "flow"
match.tcp = {{}}
match.bytes = {{ count = 20000, direction = "down", whole = true }}
do.drop = {{}}

[[rules]]
name = "an age"
scope = "flow"
match.udp = {{}}
match.age = {{ seconds = {SECONDS} }}
match.port = {{ ports = [443] }}
do.drop = {{}}

[[rules]]
name = "an offence, and what it leaves on a service"
scope = "service"
seconds = {SECONDS}
match.quic = {{}}
match.port = {{ ports = [40000] }}
do.drop = {{}}

[[rules]]
name = "an offence, and what it leaves on a host"
scope = "host"
seconds = {SECONDS}
restart = true
match.dtls-hello = {{}}
match.to = {{ places = ["second"] }}
do.drop = {{}}
"""

PROGRAM = """
import json, select, socket, sys, time
host, second, initial, twin, offence = sys.argv[1], sys.argv[2], *map(bytes.fromhex, sys.argv[3:6])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
def flow(to, port):
    one = socket.socket(family, socket.SOCK_DGRAM)
    one.connect((to, port))
    return one
def came(one, wait=0.0):
    count = 0
    while select.select([one], [], [], wait)[0]:
        one.recv(65536)
        count, wait = count + 1, 0.0
    return count
controls = flow(host, 3479), flow(second, 40000)
def passed(one, data, control, times=1):
    "(sent, answers, when what was sent later is back): the other end takes what waits at all its ports in turns"
    sent = time.monotonic()
    for _ in range(times):
        one.send(data)
    for _ in range(times + 1):
        control.send(b"control")
        assert came(control, 5.0) == 1
    return sent, came(one), time.monotonic()
def bucket(to, control):
    return [passed(flow(to, 3478), bytes(200), control, 20)[1] for _ in range(2)]
def volume():
    one, count = flow(second, 3479), 0
    while passed(one, bytes(100), controls[1])[1]:
        count += 1
    return count
def old():
    one, found = flow(host, 443), []
    while not found or found[-1][1]:
        found.append(passed(one, b"here", controls[0]))
    return found + [passed(one, b"here", controls[0])]
def left(to, data):
    "the other end answers in order: of what was sent before the first that is answered nothing will come"
    before, offender = flow(to, 40000), flow(to, 40000)
    before.send(twin)
    assert came(before, 5.0) == 1
    began, answers, known = passed(offender, data, controls[0])
    tries, ready = [], []
    while not ready:
        one, sent = flow(to, 40000), time.monotonic()
        one.send(b"plain")
        tries.append((one, sent))
        ready = select.select([one for one, _ in tries], [], [], 0.02)[0]
    back = time.monotonic()
    lost = [(sent, 0, back) for one, sent in tries[:min(n for n, (one, _) in enumerate(tries) if one in ready)]]
    return [(began, came(offender), known)] + lost + [(tries[len(lost)][1], 1, back)]
def stream(count, here=0):
    one = socket.socket(family)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    one.bind(("", here))
    here = one.getsockname()[1]
    one.connect((host, 443))
    one.send(b"SEND%d" % count)
    got = 0
    while got < count and select.select([one], [], [], 0.5)[0]:
        got += len(one.recv(65536))
    one.close()
    return got, here
whole, here = stream(12_000)
print(json.dumps({
    "a bucket for each flow": bucket(host, controls[0]),
    "a bucket for a service": bucket(second, controls[1]),
    "volume": volume(),
    "age": old(),
    "left on a service": left(host, initial),
    "left on a host": left(second, offence),
    "a stream, and another with the same ends": [whole, stream(12_000, here)[0]],
    "a longer stream": stream(100_000)[0],
}))
"""


INITIAL = quic.initial(b"12345678", hello("meeting.example"))


def found(profile: Path, *, by_kernel: bool) -> list[dict[str, Any]]:
    """What the participant saw over IPv4 and, at the same time, over IPv6."""
    datagrams = [one.hex() for one in (INITIAL, inverted(INITIAL), dtls_hello())]
    with Lab(str(profile), by_kernel=by_kernel) as lab, echo(lab, "server", *SERVER), echo(lab, "second", *SECOND):
        asked = [python(lab, "participant", PROGRAM, SERVER[six], SECOND[six], *datagrams) for six in (0, 1)]
        return [json.loads(one.communicate(timeout=60)[0]) for one in asked]


@pytest.mark.parametrize("by_kernel", [True, False], ids=["the kernel", "the middlebox"])
def test_it_judges_as_the_bare_engine_does(by_kernel: bool, tmp_path: Path) -> None:
    file = tmp_path / "memory.toml"
    file.write_text(HEAD + RULES)
    for six, seen in enumerate(found(file, by_kernel=by_kernel)):
        check_counts(seen, six)
        check_age(seen["age"], TICK[by_kernel])
        for what in ("left on a service", "left on a host"):
            check_left(seen[what], TICK[by_kernel])


def check_counts(seen: dict[str, Any], six: int) -> None:
    """To the packet."""
    network, far, second = Network("bare", text=HEAD + RULES), packet.address(SERVER[six]), packet.address(SECOND[six])

    def answers(count: int, size: int, port: int, here: int, to: bytes) -> int:
        sent = (network.up(bytes(size), port, here=here, far=to) for _ in range(count))
        return sum(one and network.down(bytes(size), port, here=here, far=to) for one in sent)

    assert seen["a bucket for each flow"] == [answers(20, 200, 3478, here, far) for here in (1, 2)] != [20, 20]
    assert seen["a bucket for a service"] == [answers(20, 200, 3478, here, second) for here in (1, 2)]
    assert seen["a bucket for a service"][1] == 0 < seen["a bucket for a service"][0]
    assert seen["volume"] == answers(99, 100, 3479, 3, second) == 2000 // (100 + (28, 48)[six])
    assert seen["a stream, and another with the same ends"] == [12_000, 12_000]
    assert seen["a longer stream"] == (20_000 - (60, 80)[six]) // 1500 * (1448, 1428)[six]


def check_age(tries: list[tuple[float, int, float]], tick: float) -> None:
    """Each was judged between its sending and the coming back of what was sent after it; so was the first."""
    (began, first, known), *rest = tries
    assert first == 1 and len(rest) > 3
    assert [got for _, got, _ in rest] == [1] * (len(rest) - 2) + [0, 0], "once and for all"
    for sent, got, back in rest:
        assert sent - known <= SECONDS + tick if got else back - began > SECONDS - tick


def check_left(tries: list[tuple[float, int, float]], tick: float) -> None:
    """What was left by the first, for so long."""
    (began, first, known), *rest = tries
    assert first == 0 and len(rest) > 3
    for sent, got, back in rest:
        assert back - began >= SECONDS - tick if got else sent - known <= SECONDS + tick
