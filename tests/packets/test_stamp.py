"""A stamp survives in every packet of a check and in its twin, and nothing else passes for one."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.packets import dtls, quic, rtp, sip, stun, tls
from jemaa.packets.stamp import MAX_NUMBER, STAMP_BYTES, inverted, read, run_key, stamp, stamps
from jemaa.probe.datagram import is_ours, random_packet
from jemaa.reflector.answer import answer

RUN = b"\x01\x02\x03\x04"
KEY = run_key(bytes(32), RUN)

PACKETS: dict[str, Callable[[bytes], bytes]] = {
    "binding": stun.binding,
    "allocate": stun.allocate,
    **{f"app-{app}": lambda raw, app=app: stun.of_app(app, raw) for app in stun.APPS},  # type: ignore[misc]
    **{f"dtls-{stack}": lambda raw, stack=stack: dtls.client_hello(stack, raw) for stack in dtls.STACKS},  # type: ignore[misc]
    "rtp": lambda raw: rtp.packet(raw, 160, number=7, ssrc=99),
    "quic": lambda raw: quic.initial(raw, tls.client_hello("call.example", bytes(32))),
    "quic-version": lambda raw: quic.version_question(raw, bytes(1_200)),
    "sip": lambda raw: sip.options("meeting.example", raw),
    "random": lambda raw: random_packet(raw, 100, bytes(100)),
}


@pytest.mark.parametrize("name", PACKETS)
@pytest.mark.parametrize("is_twin", [False, True], ids=["genuine", "twin"])
def test_a_stamp_is_found_in_every_packet_and_in_its_twin(name: str, is_twin: bool) -> None:
    raw = stamp(KEY, RUN, 300, 77)
    data = PACKETS[name](raw)
    sent = inverted(data) if is_twin else data
    found = [one for one in stamps(inverted(sent) if is_twin else sent) if one.is_by(KEY)]
    assert found and (found[0].run, found[0].arm, found[0].number) == (RUN, 300, 77)


@pytest.mark.parametrize("name", PACKETS)
@pytest.mark.parametrize("is_twin", [False, True], ids=["genuine", "twin"])
def test_every_answer_is_known_as_ours_and_is_not_longer_than_the_question(name: str, is_twin: bool) -> None:
    raw = stamp(KEY, RUN, 300, 77)
    data = PACKETS[name](raw)
    sent = inverted(data) if is_twin else data
    for host in ("192.0.2.1", "2001:db8::1"):
        found = answer(sent, read(raw), is_twin, host, 40_000)
        assert found is not None and len(found) <= len(sent) and is_ours(found, raw)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_a_twin_is_as_long_and_turned_back_it_is_the_packet(data: bytes) -> None:
    assert len(inverted(data)) == len(data) and inverted(inverted(data)) == data
    assert all(a ^ b == 0xFF for a, b in zip(data, inverted(data), strict=True))


@settings(deadline=None)
@given(st.integers(0, 65_535), st.integers(0, MAX_NUMBER), st.integers(0, 8 * STAMP_BYTES - 1))
def test_a_stamp_with_one_bit_turned_is_nobodys(arm: int, number: int, bit: int) -> None:
    raw = stamp(KEY, RUN, arm, number)
    assert read(raw).is_by(KEY)
    spoiled = (int.from_bytes(raw, "big") ^ 1 << bit).to_bytes(STAMP_BYTES, "big")
    assert not read(spoiled).is_by(KEY)


@settings(deadline=None)
@given(st.binary(max_size=1_300))
def test_whatever_comes_holds_no_stamp_by_chance(data: bytes) -> None:
    assert not [one for one in stamps(data) if one.is_by(KEY)]


@settings(deadline=None)
@given(st.binary(min_size=20, max_size=1_400))
def test_whatever_comes_with_a_stamp_is_answered_with_no_more_than_it_has(data: bytes) -> None:
    raw = stamp(KEY, RUN, 1, 1)
    stamped = data[:8] + raw + data[20:]
    for is_twin in (False, True):
        found = answer(stamped, read(raw), is_twin, "192.0.2.1", 1)
        assert found is None or len(found) <= len(stamped)
