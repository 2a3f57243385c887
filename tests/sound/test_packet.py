"""What an Opus packet says of itself agrees with what libopus makes of it."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.sound.opus import OpusDecoder
from jemaa.sound.packet import packet_samples

from .speaking import frames_of, tone


def samples_or_none(measure: object, packet: bytes) -> int | None:
    try:
        return measure(packet)  # type: ignore[operator,no-any-return]
    except ProtocolError as refused:
        assert refused.code == "not-opus"
        return None


def decoded(packet: bytes) -> int:
    return len(OpusDecoder().decode(packet))


@pytest.mark.parametrize("frame_ms", [20, 60])
def test_what_our_encoder_makes_lasts_as_long_as_it_was_asked_to(frame_ms: int) -> None:
    assert {packet_samples(frame) for frame in frames_of(tone(1), frame_ms=frame_ms)} == {frame_ms * 48}


@settings(max_examples=300, deadline=None)
@given(st.builds(lambda head, body: head + body, st.binary(min_size=1, max_size=4), st.binary(max_size=60)))
@example(b"\xff\x41\x05" + bytes(4))
@example(b"\xff\xc2\xff\x05\x03" + bytes(9))
def test_it_agrees_with_the_decoder(packet: bytes) -> None:
    assert samples_or_none(packet_samples, packet) == samples_or_none(decoded, packet)


def test_every_kind_of_packet_agrees_with_the_decoder() -> None:
    chance = random.Random(6716)
    for toc in range(256):
        for size in (0, 1, 2, 3, 7, 40, 252, 300):
            packet = bytes((toc,)) + chance.randbytes(size)
            assert samples_or_none(packet_samples, packet) == samples_or_none(decoded, packet), packet.hex()


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xf8" + bytes(1_276),
        b"\xf9" + bytes(2 * 1_276),
        b"\xf8" + bytes(70_000),
        b"\xfb\x00",
        b"\xfb\x07" + bytes(7),
        b"\x1b\x03" + bytes(3),
        b"\xfa\xff",
    ],
    ids=lambda packet: f"{packet[:2].hex()} {len(packet)}",
)
def test_what_breaks_a_rule_is_refused(packet: bytes) -> None:
    with pytest.raises(ProtocolError, match="not-opus"):
        packet_samples(packet)
