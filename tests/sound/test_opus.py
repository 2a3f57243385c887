"""Samples to frames and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.sound.opus import OpusDecoder, OpusEncoder

from .speaking import frames_of, sound_of, tone, understood, words


@pytest.mark.parametrize(("kbps", "frame_ms", "least"), [(32, 20, 0.98), (12, 60, 0.95), (8, 60, 0.92)])
def test_words_are_understood_at_every_rate(kbps: int, frame_ms: int, least: float) -> None:
    frames = frames_of(words(), kbps=kbps, frame_ms=frame_ms)
    assert understood(words(), sound_of(frames)) > least
    assert sum(map(len, frames)) * 8 / (len(frames) * frame_ms) < kbps * 1.1


def test_every_frame_lasts_as_long_as_it_says() -> None:
    encoder, decoder = OpusEncoder(12, 60), OpusDecoder()
    frames = [frame for _ in range(9) for frame in encoder.encode(np.zeros(960, np.float32))]
    assert [len(decoder.decode(frame)) for frame in frames] == [2880] * 3


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes_are_sound_or_refused(data: bytes) -> None:
    try:
        samples = OpusDecoder().decode(data)
    except ProtocolError as refused:
        assert refused.code == "not-opus"
    else:
        assert len(samples) <= 48 * 120
        assert np.isfinite(samples).all()


def test_a_decoder_goes_on_after_a_bad_frame() -> None:
    decoder = OpusDecoder()
    frames = frames_of(tone(0.4))
    decoder.decode(frames[0])
    with pytest.raises(ProtocolError):
        decoder.decode(b"\xff\xff")
    assert np.abs(np.concatenate([decoder.decode(frame) for frame in frames[1:]])).max() > 0.3
