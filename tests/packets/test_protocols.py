"""Packets of a check are what they say: against vectors of the RFCs, and as the lab's own readers see them."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jemaa.lab import dtls as lab_dtls
from jemaa.lab import quic as lab_quic
from jemaa.lab import rtp as lab_rtp
from jemaa.lab import sip as lab_sip
from jemaa.lab import stun as lab_stun
from jemaa.lab.apps import is_call
from jemaa.packets import dtls, quic, rtp, sip, stun, tls
from jemaa.packets.stamp import inverted

RAW = bytes(range(100, 112))
RFC_5769 = bytes.fromhex("b7e7a701bc34d686fa87dfae")
"""The transaction of its samples."""


@pytest.mark.parametrize(
    ("host", "value"),
    [
        ("192.0.2.1", "0001a147e112a643"),
        ("::ffff:192.0.2.1", "0001a147e112a643"),
        ("2001:db8:1234:5678:11:2233:4455:6677", "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"),
    ],
)
def test_an_address_is_masked_as_rfc_5769_has_it(host: str, value: str) -> None:
    assert stun.xor_mapped(host, 32_853, RFC_5769) == bytes.fromhex(value)


def test_stun_is_read_as_stun_and_its_twin_is_not() -> None:
    for data, kind, method in (
        (stun.binding(RAW), stun.BINDING, 1),
        (stun.allocate(RAW), stun.ALLOCATE, 3),
    ):
        found = lab_stun.parse(data)
        assert found is not None and (found.type, found.method) == (kind, method)
        assert len(data) == stun.REQUEST_BYTES and stun.is_request(data)
        assert lab_stun.parse(inverted(data)) is None and not stun.is_request(inverted(data))


@pytest.mark.parametrize("app", stun.APPS)
def test_an_app_is_known_by_its_mark_alone(app: str) -> None:
    assert is_call(stun.of_app(app, RAW), 40_000, (app,))
    assert not is_call(stun.binding(RAW), 40_000, (app,))
    assert not is_call(inverted(stun.of_app(app, RAW)), 40_000, (app,))


def test_answers_to_stun_are_success_and_refusal() -> None:
    success, refusal = stun.answer(stun.binding(RAW), "192.0.2.1", 9), stun.answer(stun.allocate(RAW), "192.0.2.1", 9)
    assert success is not None and success[:2] == b"\x01\x01" and success[8:20] == RAW
    assert refusal is not None and refusal[:2] == b"\x01\x13" and b"Unauthorized" in refusal
    assert stun.answer(stun.message(0x0800, RAW), "192.0.2.1", 9) is None


@pytest.mark.parametrize("stack", dtls.STACKS)
def test_a_hello_offers_its_stacks_ciphers_in_order(stack: str) -> None:
    data = dtls.client_hello(stack, RAW)
    found = lab_dtls.client_hello(data)
    assert found is not None and found.ciphers == dtls.STACKS[stack]
    assert dtls.is_client_hello(data) and dtls.is_record(data)
    assert not dtls.is_client_hello(inverted(data)) and lab_dtls.client_hello(inverted(data)) is None


def test_the_answer_to_a_hello_is_a_cookie() -> None:
    found = dtls.hello_verify(RAW)
    assert lab_dtls.handshake_type(found) == 3 and RAW in found
    assert len(found) == 13 + int.from_bytes(found[11:13], "big")


def test_what_looks_like_rtp_goes_on_and_its_twin_does_not_look_so() -> None:
    packets = [rtp.packet(RAW, 160, number=n, ssrc=5) for n in (0, 1, 65_535, 65_536)]
    assert all(len(one) == 160 and lab_rtp.could_be(one) for one in packets)
    assert [lab_rtp.sequence(one) for one in packets] == [0, 1, 65_535, 0]
    assert not any(lab_rtp.could_be(inverted(one)) for one in packets)


def test_the_keys_of_a_first_packet_are_those_of_rfc_9001() -> None:
    """Appendix A.1."""
    key, iv, protection = quic._client_keys(bytes.fromhex("8394c8f03e515708"))
    assert key.hex() == "1f369613dd76d5467730efcbe3b1a22d"
    assert iv.hex() == "fa044b2f42a3fd3b46fb255c"
    assert protection.hex() == "9f50449e04a0e810283a1e9933adedd2"


def test_a_first_packet_opens_and_asks_for_its_name() -> None:
    data = quic.initial(RAW, tls.client_hello("call.example", bytes(32)))
    found = lab_quic.Hello().add(data)
    assert len(data) == quic.DATAGRAM_BYTES and quic.is_long(data)
    assert found is not None and found.server_name == "call.example"


def test_the_question_for_versions_has_no_name_and_the_same_size() -> None:
    data = quic.version_question(RAW, bytes(2_000))
    assert len(data) == quic.DATAGRAM_BYTES and quic.is_long(data)
    assert lab_quic.version(data) == quic.UNKNOWN and lab_quic.Hello().add(data) is None


def test_a_retry_is_sealed_as_rfc_9001_has_it() -> None:
    """Section 5.8: the tag is over the original connection id and the packet."""
    found = quic.answer(quic.initial(RAW, tls.client_hello("a.example", bytes(32))))
    assert found is not None and found[0] & 0xF0 == 0xF0
    pseudo = bytes([12]) + RAW + found[:-16]
    AESGCM(quic._RETRY_KEY).decrypt(quic._RETRY_NONCE, found[-16:], pseudo)


def test_the_list_of_versions_swaps_the_ids() -> None:
    found = quic.answer(quic.version_question(RAW, b""))
    assert found is not None and found[1:5] == bytes(4) and RAW in found and found.endswith(b"\0\0\0\1")


def test_a_telephone_is_asked_and_answers() -> None:
    request = sip.options("meeting.example", RAW)
    assert lab_sip.is_sip(request) and sip.is_request(request) and not lab_sip.is_sip(inverted(request))
    found = sip.answer(request)
    assert found is not None and lab_sip.is_sip(found) and b"jmaa" + RAW.hex().encode() in found
    assert sip.answer(b"OPTIONS sip:x SIP/2.0\r\n\r\n") is None
