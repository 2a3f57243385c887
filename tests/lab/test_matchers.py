"""Every matcher on IPv4 and IPv6, on whole packets and on fragments, through an engine; and as an `unless`."""

from collections.abc import Callable

import pytest

from jemaa.lab import packet as wire
from jemaa.lab import rtp
from jemaa.lab.matchers import MATCHERS
from tests.lab.cases import CASES, HEAD, Case, first_fragment, later_fragment, packets
from tests.lab.traffic import (
    SERVER,
    SERVER6,
    Network,
    here_for,
    inverted,
    ping,
    tls_hello,
    with_header,
)

RULE = HEAD + '[[rules]]\nname = "one"\n'
DROP = "do.drop = {}\n"

SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "whole": lambda raw: raw,
    "first fragment": first_fragment,
    "later fragment": later_fragment,
}
CONTENT = [
    case for case in CASES if not case.headless and case.name not in ("port", "random-payload", "unknown-protocol")
]
IDS = [f"{case.name}-{case.kind}" for case in CASES]


def let_through(case: Case, far: bytes, shape: str, *, payloads: tuple[bytes, ...] = ()) -> list[bool]:
    """Which of the case's packets pass a profile that drops what it matches; a SYN is whole in any shape."""
    network, passed = Network("case", text=RULE + case.match + DROP), []
    for raw, direction in packets(case, far, payloads):
        whole = case.kind == "tcp" and raw[33 if len(far) == 4 else 53] & wire.SYN
        passed.append(network.passes(raw if whole else SHAPES[shape](raw), direction))
        network.now += case.gap
    return passed


def test_every_matcher_has_its_case() -> None:
    assert {case.name for case in CASES} == set(MATCHERS)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("far", [SERVER, SERVER6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_matcher_sees_either_version_and_no_later_fragment_unless_it_can(case: Case, far: bytes, shape: str) -> None:
    assert let_through(case, far, shape)[-1] != (shape != "later fragment" or case.headless)


@pytest.mark.parametrize("far", [SERVER, SERVER6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("case", CONTENT, ids=[f"{case.name}-{case.kind}" for case in CONTENT])
def test_the_twin_passes(case: Case, far: bytes) -> None:
    assert all(let_through(case, far, "whole", payloads=tuple(map(inverted, case.sent))))


def test_a_request_for_a_page_is_no_upgrade() -> None:
    case = next(case for case in CASES if case.values == "upgrade = true")
    assert all(let_through(case, SERVER, "whole", payloads=(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",)))


@pytest.mark.parametrize("values", ['hosts = ["meeting.example"]', "upgrade = true"])
def test_a_request_is_read_from_two_segments(values: str) -> None:
    request = b"GET /live HTTP/1.1\r\nHost: meeting.example\r\nUpgrade: websocket\r\n\r\n"
    for cut in (2, request.index(b"ing.ex"), request.index(b"grade"), len(request) - 2):
        stream = Network("split", text=RULE + f"match.http = {{ {values} }}\n" + DROP).tcp(port=80)
        assert stream.up(request[:cut]) and not stream.up(request[cut:]), cut


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_an_extension_header_hides_nothing(case: Case) -> None:
    network, passed = Network("case", text=RULE + case.match + DROP), []
    for raw, direction in packets(case, SERVER6):
        passed.append(network.passes(with_header(raw, 60, b"\0\1\4\0\0\0\0"), direction))
        network.now += case.gap
    assert not passed[-1]


PURE = {"udp": {wire.UDP}, "tcp": {wire.TCP}, "icmp": {wire.ICMP, wire.ICMP6}}
BOUND = [case for case in CASES if not case.headless or case.name in PURE]


def shortest(far: bytes) -> list[bytes]:
    """The shortest packets of every kind, and one of a protocol that nobody here knows."""
    here = here_for(far)
    raw = [wire.udp(here, 1, far, 53, b""), wire.udp(here, 1, far, 53, b"x"), ping(far), wire.tcp(here, 1, far, 80)]
    return [*raw, later_fragment(raw[0]), wire.ip(here, far, wire.ICMP, b""), wire.ip(here, far, 132, b"")]


@pytest.mark.parametrize("far", [SERVER, SERVER6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("case", BOUND, ids=[f"{case.name}-{case.kind}" for case in BOUND])
def test_unless_does_not_hold_of_another_protocol(case: Case, far: bytes) -> None:
    """`unless.sni` of an ICMP echo, `unless.http` of a datagram, `unless.dtls-hello` of a fragment."""
    text = RULE + "match.everything = {}\n" + case.match.replace("match", "unless") + DROP
    network = Network("unless", text=text)
    for raw in shortest(far):
        found = wire.parse(raw)
        assert found is not None and network.passes(raw) == (found.protocol in PURE.get(case.name, ()))


def test_unless_reads_a_name_from_packets_that_the_rule_does_not_match() -> None:
    text = RULE + 'match.size = { least = 90 }\nunless.sni = { names = ["meeting.example"] }\n' + DROP
    for name, passes in (("meeting.example", True), ("call.example", False)):
        stream, record = Network("split", text=text).tcp(), tls_hello(name)
        assert stream.up(record[:80]) and stream.up(record[80:]), "too small for the rule"
        assert stream.up(bytes(100)) == passes, name


def test_a_run_of_rtp_is_broken_by_packets_that_another_condition_does_not_match() -> None:
    network = Network("runs", text=RULE + "match.size = { least = 50 }\nmatch.rtp = { packets = 3 }\n" + DROP)
    for number in range(9):
        assert network.up(rtp.packet(number, bytes(80))) and network.up(b"no sound")
    assert [network.up(rtp.packet(number, bytes(80))) for number in range(3)] == [True, True, False]
