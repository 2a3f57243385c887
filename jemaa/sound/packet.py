"""CPU. An Opus packet seen from outside (RFC 6716 §3): how long its sound is, and whether it is one at all.

Nothing is decoded: whatever keeps these rules, a decoder makes sound of.
"""

from jemaa.errors import ProtocolError

from .opus import RATE

MAX_FRAME_BYTES = 1_275
"""Of one frame inside a packet (RFC 6716 §3.4, R2)."""

_MS = RATE // 1000
_MAX_SAMPLES = 120 * _MS
_SILK = (10 * _MS, 20 * _MS, 40 * _MS, 60 * _MS)
_HYBRID = (10 * _MS, 20 * _MS)
_CELT = (5 * _MS // 2, 5 * _MS, 10 * _MS, 20 * _MS)


def packet_samples(packet: bytes) -> int:
    """Samples at `RATE` of a packet's sound, by its first bytes (§3.1). `ProtocolError` `not-opus` if it is none."""
    if not packet:
        raise _not_opus()
    code = packet[0] & 3
    if code == 3:
        frames = _counted(packet)
    else:
        frames = min(code + 1, 2)
        _check(packet, code)
    samples = frames * _frame_samples(packet[0] >> 3)
    if samples > _MAX_SAMPLES:  # R5
        raise _not_opus()
    return samples


def _frame_samples(config: int) -> int:
    """§3.1, table 2."""
    if config < 12:
        return _SILK[config & 3]
    return _HYBRID[config & 1] if config < 16 else _CELT[config & 3]


def _check(packet: bytes, code: int) -> None:
    """One frame, two of one size, or two of which the first has its length before it (§3.2.2 to §3.2.4)."""
    rest = len(packet) - 1
    if code == 0:
        _fit(rest)
    elif code == 1:
        if rest % 2:  # R3
            raise _not_opus()
        _fit(rest // 2)
    else:
        first, at = _length(packet, 1)  # R4
        _fit(first)
        _fit(len(packet) - at - first)


def _counted(packet: bytes) -> int:
    """The number of frames of a packet that says it (§3.2.5), once everything it announces is found to be there."""
    if len(packet) < 2:  # R6, R7
        raise _not_opus()
    frames, has_padding, has_lengths = packet[1] & 0x3F, packet[1] & 0x40, packet[1] & 0x80
    at = 2
    end = len(packet)
    if has_padding:
        padding, at = _padding(packet, at)
        end -= padding
    if not frames or at > end:  # R5
        raise _not_opus()
    if not has_lengths:
        if (end - at) % frames:  # R6
            raise _not_opus()
        _fit((end - at) // frames)
        return frames
    known = 0
    for _ in range(frames - 1):
        length, at = _length(packet, at)
        _fit(length)
        known += length
    _fit(end - at - known)  # R7
    return frames


def _padding(packet: bytes, at: int) -> tuple[int, int]:
    """Bytes of padding at the end, and where the count of them ends: each 255 is 254 and more to come."""
    padding = 0
    while at < len(packet):
        value = packet[at]
        at += 1
        if value < 255:
            return padding + value, at
        padding += 254
    raise _not_opus()


def _length(packet: bytes, at: int) -> tuple[int, int]:
    """A frame's length in one or two bytes (§3.2.1), and where it ends."""
    if at >= len(packet):
        raise _not_opus()
    first = packet[at]
    if first < 252:
        return first, at + 1
    if at + 1 >= len(packet):
        raise _not_opus()
    return first + 4 * packet[at + 1], at + 2


def _fit(length: int) -> None:
    if not 0 <= length <= MAX_FRAME_BYTES:
        raise _not_opus()


def _not_opus() -> ProtocolError:
    return ProtocolError("not-opus", "A frame of this sound is not Opus.")
