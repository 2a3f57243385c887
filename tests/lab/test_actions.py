"""What rules do to packets of either IP version, whole and in fragments; what the middlebox forges is right."""

from collections.abc import Callable

import pytest

from jemaa.lab import names, packet
from jemaa.lab.actions import ACTIONS
from tests.lab.cases import ACTION_VALUES, HEAD, first_fragment, later_fragment
from tests.lab.traffic import DNS, DNS6, SERVER, SERVER6, Network, fragments, here_for, ping, sums_up

RULE = HEAD + '[[rules]]\nname = "one"\nmatch.everything = {}\n'
BOTH = pytest.mark.parametrize("far", [SERVER, SERVER6], ids=["IPv4", "IPv6"])


def network(action: str, values: str = "") -> Network:
    return Network("action", text=f"{RULE}do.{action} = {{ {values or ACTION_VALUES[action]} }}")


def udp(far: bytes, payload: bytes = bytes(range(200)) * 5, port: int = 40_000) -> bytes:
    return packet.udp(here_for(far), 50_000, far, port, payload)


def tcp(far: bytes, payload: bytes = bytes(range(200)) * 5) -> bytes:
    return packet.tcp(here_for(far), 50_000, far, 443, payload, sequence=7)


def test_every_action_has_parameters_here() -> None:
    assert set(ACTION_VALUES) == set(ACTIONS)


@BOTH
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_takes_whatever_comes_and_releases_packets(action: str, far: bytes) -> None:
    for raw in (udp(far), tcp(far), ping(far), udp(far, b""), packet.ip(here_for(far), far, 132, b"")):
        for one in (raw, first_fragment(raw), later_fragment(raw)):
            assert all(packet.parse(release.raw) for release in network(action).give(one))


@BOTH
def test_both_ends_of_a_connection_are_reset(far: bytes) -> None:
    for raw in (tcp(far), first_fragment(tcp(far))):
        out = network("reset").give(raw)
        assert [one.direction for one in out] == ["up", "down"] and all(sums_up(one.raw) for one in out)
        back = packet.parse(out[1].raw)
        assert back is not None and (back.source, back.sport) == (far, 443) and back.flags & packet.RST
    assert not network("reset").give(later_fragment(tcp(far)))


@BOTH
@pytest.mark.parametrize("reason", sorted(packet.UNREACHABLE_REASONS))
def test_whoever_is_turned_away_is_told_why(far: bytes, reason: str) -> None:
    [told] = network("icmp", f'reason = "{reason}"').give(udp(far))
    found = packet.parse(told.raw)
    assert found is not None and told.direction == "down"
    assert (found.source, found.destination) == (far, here_for(far))
    assert found.protocol == (packet.ICMP if len(far) == 4 else packet.ICMP6)
    if len(far) == 4:
        assert packet.checksum(found.payload) == 0
    else:
        assert sums_up(told.raw)


@BOTH
@pytest.mark.parametrize("action", ["icmp", "mtu"])
def test_no_icmp_error_answers_another_or_over_ipv4_a_later_fragment(far: bytes, action: str) -> None:
    told = network("icmp").give(udp(far))[0].raw
    back = packet.parse(told)
    assert back is not None
    error = packet.ip(back.destination, back.source, back.protocol, back.payload.ljust(700, b"\0"))
    assert not network(action).give(error)
    assert not network(action).give(later_fragment(error))
    assert bool(network(action).give(later_fragment(udp(far)))) == (len(far) == 16)
    assert network(action).give(udp(far)), "what may be answered is"


@pytest.mark.parametrize("far", [DNS, DNS6], ids=["IPv4", "IPv6"])
def test_a_name_is_answered_with_a_lie(far: bytes) -> None:
    asked = udp(far, names.query("call.example"), 53)
    [forged] = network("answer-dns").give(asked)
    found = packet.parse(forged.raw)
    assert found is not None and forged.direction == "down" and sums_up(forged.raw)
    assert (found.source, found.sport, found.dport) == (far, 53, 50_000)
    assert names.addresses(found.payload) == (0, ("10.10.34.34",))
    assert not network("answer-dns").give(later_fragment(asked)), "the middle of a datagram asks nothing"


@BOTH
@pytest.mark.parametrize("make", [udp, tcp])
def test_what_is_spoilt_with_a_right_checksum_cannot_be_told(far: bytes, make: Callable[[bytes], bytes]) -> None:
    raw = make(far)
    [spoilt] = network("corrupt").give(raw)
    assert spoilt.raw != raw and len(spoilt.raw) == len(raw) and sums_up(spoilt.raw)
    [plainly] = network("corrupt", "rate = 1").give(raw)
    assert not sums_up(plainly.raw)


@BOTH
@pytest.mark.parametrize("make", [udp, tcp])
def test_of_a_datagram_in_fragments_the_first_is_spoilt_so_that_the_whole_is_right(
    far: bytes, make: Callable[[bytes], bytes]
) -> None:
    one, two = fragments(make(far), 160)
    rest = packet.parse(two)
    assert rest is not None and rest.fragment and sums_up(one, rest.payload)
    box = network("corrupt")
    [spoilt] = box.give(one)
    assert spoilt.raw != one and sums_up(spoilt.raw, rest.payload)
    assert [release.raw for release in box.give(two)] == [two], "its checksum is in another packet"


def test_a_datagram_without_a_checksum_stays_without() -> None:
    raw = udp(SERVER)
    raw = raw[:26] + b"\0\0" + raw[28:]
    [spoilt] = network("corrupt").give(raw)
    assert spoilt.raw != raw and spoilt.raw[26:28] == b"\0\0"
