"""Recorded questions are taken for what they are, not for what their authors say of them."""

import pytest

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_FRAMES_A_CHUNK, MAX_NOTE_FRAME_BYTES, MAX_NOTE_FRAMES
from jemaa.live.note import duration_ms, note_frames
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record
from tests.sound.speaking import frames_of, tone


def record(n: int, *frames: bytes) -> bytes:
    return encode_record(1, encode_chunk(Chunk(n, n * 60, frames)))


def test_the_frames_of_a_recording_are_in_order_whatever_its_pieces() -> None:
    frames = [bytes((0xF8, n)) for n in range(4)]
    records = [record(n, frame) for n, frame in enumerate(frames)]
    assert note_frames([records[0] + records[1], records[2] + records[3]]) == frames
    assert note_frames([records[2] + records[3], records[0] + records[1]]) == frames


def test_a_recording_lasts_as_long_as_its_frames() -> None:
    assert duration_ms(frames_of(tone(1.2), frame_ms=60)) == duration_ms(frames_of(tone(1.2))) == 1_200


@pytest.mark.parametrize("frame", [b"\xf8" + bytes(70_000), b"\xf8" + bytes(MAX_NOTE_FRAME_BYTES), b"\xff", b"\xfb\0"])
def test_what_is_no_opus_is_refused(frame: bytes) -> None:
    with pytest.raises(ProtocolError, match="not-opus"):
        note_frames([record(0, b"\xf8\xff\xfe", frame)])


def test_a_recording_of_more_frames_than_three_minutes_have_is_read_no_further() -> None:
    many = (b"\xe0",) * MAX_FRAMES_A_CHUNK
    pieces = [record(n, *many) for n in range(MAX_NOTE_FRAMES // len(many))]
    assert len(note_frames(pieces)) == len(pieces) * len(many)
    with pytest.raises(ProtocolError, match="note-too-long"):
        note_frames([*pieces, record(len(pieces), *many), b"never read"])
