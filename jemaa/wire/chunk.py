"""Wire room. A chunk: a few encoded frames with a number, a media time and a flag (docs/protocol.md §1.2).

In the manner of MoQ's low-overhead container (draft-ietf-moq-loc). The server looks into the header of what passes
through and never into a frame.
"""

from dataclasses import dataclass

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_CHUNK_BYTES, MAX_FRAMES_A_CHUNK

from .varint import decode_varint, encode_varint

INDEPENDENT = 1
CONFIG = 2
GAP = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """`time_ms` is the media time of the first frame; `config` is empty where there is none."""

    seq: int
    time_ms: int
    frames: tuple[bytes, ...]
    is_independent: bool = True
    is_after_gap: bool = False
    config: bytes = b""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a chunk's configuration and frames."""

    seq: int
    time_ms: int
    is_independent: bool
    is_after_gap: bool


def encode_chunk(chunk: Chunk) -> bytes:
    """The chunk as bytes."""
    flags = INDEPENDENT * chunk.is_independent | CONFIG * bool(chunk.config) | GAP * chunk.is_after_gap
    parts = [bytes((flags,)), encode_varint(chunk.seq), encode_varint(chunk.time_ms)]
    if chunk.config:
        parts += [encode_varint(len(chunk.config)), chunk.config]
    for frame in chunk.frames:
        parts += [encode_varint(len(frame)), frame]
    return b"".join(parts)


def decode_chunk(data: bytes) -> Chunk:
    """The chunk in all of `data`.

    `ProtocolError`: `chunk-too-large`, `chunk-flags`, `truncated`, `chunk-empty`, `chunk-frames`.
    """
    if len(data) > MAX_CHUNK_BYTES:
        raise ProtocolError("chunk-too-large", f"A chunk has at most {MAX_CHUNK_BYTES} bytes.")
    if not data:
        raise ProtocolError("truncated", "A chunk is cut off.")
    flags = data[0]
    if flags & ~(INDEPENDENT | CONFIG | GAP):
        raise ProtocolError("chunk-flags", "A chunk has a flag that this version does not know.")
    seq, at = decode_varint(data, 1)
    time_ms, at = decode_varint(data, at)
    config = b""
    if flags & CONFIG:
        config, at = _block(data, at)
    frames: list[bytes] = []
    while at < len(data):
        frame, at = _block(data, at)
        frames.append(frame)
    if not frames or not all(frames):
        raise ProtocolError("chunk-empty", "A chunk has at least one frame, and no frame is empty.")
    if len(frames) > MAX_FRAMES_A_CHUNK:
        raise ProtocolError("chunk-frames", f"A chunk has at most {MAX_FRAMES_A_CHUNK} frames.")
    return Chunk(seq, time_ms, tuple(frames), bool(flags & INDEPENDENT), bool(flags & GAP), config)


def peek_header(data: bytes) -> Header:
    """The header of a chunk; nothing behind it is looked at. `ProtocolError` `truncated`, `chunk-flags`."""
    if not data:
        raise ProtocolError("truncated", "A chunk is cut off.")
    flags = data[0]
    if flags & ~(INDEPENDENT | CONFIG | GAP):
        raise ProtocolError("chunk-flags", "A chunk has a flag that this version does not know.")
    seq, at = decode_varint(data, 1)
    time_ms, _ = decode_varint(data, at)
    return Header(seq, time_ms, bool(flags & INDEPENDENT), bool(flags & GAP))


def _block(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = decode_varint(data, at)
    end = at + length
    if end > len(data):
        raise ProtocolError("truncated", "A chunk is cut off.")
    return data[at:end], end
