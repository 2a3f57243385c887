"""Memory. A recorded question: its frames, and how long they last. Nothing that its author claims is taken for true."""

from collections.abc import Iterable, Sequence

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_NOTE_FRAME_BYTES, MAX_NOTE_FRAMES
from jemaa.sound.opus import RATE
from jemaa.sound.packet import packet_samples
from jemaa.wire.chunk import Chunk, decode_chunk
from jemaa.wire.record import each_record


def note_frames(pieces: Iterable[bytes]) -> list[bytes]:
    """The frames of a recording's pieces, in order. `ProtocolError` as `frames_of`."""
    return frames_of(record for piece in pieces for record in each_record(piece))


def frames_of(records: Iterable[tuple[int, bytes]]) -> list[bytes]:
    """The frames of records, in the order of their chunks.

    `ProtocolError`: what `wire` says, `not-opus`, `note-too-long`; nothing behind the fault is read.
    """
    chunks: list[Chunk] = []
    count = 0
    for _, body in records:
        chunk = decode_chunk(body)
        count += len(chunk.frames)
        if count > MAX_NOTE_FRAMES:
            raise ProtocolError("note-too-long", f"A recorded question has at most {MAX_NOTE_FRAMES} frames.")
        for frame in chunk.frames:
            _check(frame)
        chunks.append(chunk)
    return [frame for chunk in sorted(chunks, key=lambda chunk: chunk.seq) for frame in chunk.frames]


def duration_ms(frames: Sequence[bytes]) -> int:
    """How long these frames last, by what stands in them."""
    return sum(packet_samples(frame) for frame in frames) * 1000 // RATE


def _check(frame: bytes) -> None:
    if len(frame) > MAX_NOTE_FRAME_BYTES:
        raise ProtocolError("not-opus", f"A frame of a recorded question has at most {MAX_NOTE_FRAME_BYTES} bytes.")
    packet_samples(frame)
