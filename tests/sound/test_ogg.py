"""Ogg pages: what other people's players make of them."""

import subprocess

import numpy as np

from jemaa.limits import MAX_NOTE_FRAME_BYTES
from jemaa.sound.mp3 import Mp3Encoder
from jemaa.sound.ogg import OggOpus, opus_file
from jemaa.sound.opus import RATE

from .speaking import BLOCK, frames_of, played, tone, understood, words


def stream(seconds: float = 4, *, start_ms: int = 0) -> tuple[bytes, list[bytes]]:
    ogg, frames = OggOpus(7, title="A meeting"), frames_of(tone(seconds), kbps=12, frame_ms=60)
    pages = [ogg.page(frames[n : n + 4], start_ms + (n + 4) * 60) for n in range(0, len(frames) - 3, 4)]
    return ogg.headers, pages


def test_a_file_is_played_whole() -> None:
    samples = words()
    heard = played(opus_file(frames_of(samples)), "ogg")
    assert abs(len(heard) - len(samples)) < 2 * BLOCK
    assert understood(samples, heard) > 0.97


def granules(data: bytes) -> list[int]:
    """The position that each page gives for its end, in order."""
    found, at = [], 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        found.append(int.from_bytes(data[at + 6 : at + 14], "little"))
        laces = data[at + 26]
        at += 27 + laces + sum(data[at + 27 : at + 27 + laces])
    return found


def test_each_frame_of_a_file_lasts_as_long_as_it_says() -> None:
    frames = [*frames_of(tone(1), frame_ms=60)[:3], *frames_of(tone(1))[:5]]
    data = opus_file(frames)
    assert granules(data)[-1] == (3 * 60 + 5 * 20) * RATE // 1000
    assert abs(len(played(data, "ogg")) - (3 * 60 + 5 * 20) * RATE // 1000) < BLOCK


def test_a_file_of_the_largest_frames_has_more_pages() -> None:
    frames = [b"\xf8" + bytes(MAX_NOTE_FRAME_BYTES - 1)] * 100
    assert granules(opus_file(frames)) == [0, 0, *range(42 * 960, 100 * 960, 42 * 960), 100 * 960]
    assert granules(opus_file([b"\xe0" * 9] * 1_000))[-1] == 1_000 * 120


def test_a_listener_joins_in_the_middle_of_a_long_meeting() -> None:
    headers, pages = stream(start_ms=3_600_000)
    heard = played(headers + b"".join(pages[6:]), "ogg")
    assert len(heard) >= (len(pages) - 6) * 240 * RATE // 1000 - BLOCK
    assert np.abs(heard).max() > 0.3


def test_ffmpeg_finds_no_fault_with_a_stream_from_its_beginning() -> None:
    headers, pages = stream()
    command = ["ffmpeg", "-v", "warning", "-xerror", "-f", "ogg", "-i", "pipe:0", "-f", "null", "-"]
    run = subprocess.run(command, input=headers + b"".join(pages), capture_output=True, check=True)
    assert run.stderr == b""


def test_a_packet_of_exactly_255_bytes_ends_with_an_empty_segment() -> None:
    page = OggOpus(1).page([b"x" * 255], 20)
    assert page[26:29] == bytes((2, 255, 0))


def test_pages_are_numbered_on() -> None:
    _, pages = stream(1)
    assert [int.from_bytes(page[18:22], "little") for page in pages] == list(range(2, 2 + len(pages)))


def test_mp3_is_played_from_its_middle() -> None:
    encoder = Mp3Encoder()
    samples = tone(3)
    frames = [frame for at in range(0, len(samples), BLOCK) for frame in encoder.encode(samples[at : at + BLOCK])]
    assert abs(sum(map(len, frames)) * 8 / (len(frames) * 0.024) - 24_000) < 500
    heard = played(b"".join(frames[40:]), "mp3")
    assert len(heard) >= (len(frames) - 42) * 1152
    assert np.abs(heard).max() > 0.3
