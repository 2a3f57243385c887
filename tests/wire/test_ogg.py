"""Ogg pages: what a real player makes of them."""

import io

import av
import numpy as np

from jemaa.wire.ogg import OggPages


def encoded(seconds: float) -> list[bytes]:
    """A tone as Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "flt", 32_000  # type: ignore[assignment]
    packets: list[bytes] = []
    for n in range(int(seconds * 50)):
        tone = 0.3 * np.sin(2 * np.pi * 440 * (np.arange(960) + 960 * n) / 48_000)
        frame = av.AudioFrame.from_ndarray(tone.astype(np.float32)[None, :], format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 960 * n
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def played(data: bytes) -> int:
    """Samples that FFmpeg decodes."""
    with av.open(io.BytesIO(data), format="ogg") as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def test_ffmpeg_plays_every_packet() -> None:
    packets, pages = encoded(2), OggPages(7, frame_ms=20)
    data = pages.headers() + b"".join(
        pages.page(packets[n : n + 10], is_last=n + 10 >= len(packets)) for n in range(0, len(packets), 10)
    )
    assert played(data) >= 960 * (len(packets) - 1)


def test_a_listener_may_come_in_at_any_page() -> None:
    packets, pages = encoded(2), OggPages(7, frame_ms=20)
    made = [pages.page(packets[n : n + 10]) for n in range(0, len(packets), 10)]
    assert played(pages.headers() + b"".join(made[5:])) >= 960 * 45


def test_a_packet_of_exactly_255_bytes_ends_with_an_empty_segment() -> None:
    page = OggPages(1, frame_ms=20).page([b"x" * 255])
    assert page[26:29] == bytes((2, 255, 0))
