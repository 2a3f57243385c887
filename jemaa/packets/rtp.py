"""Packets room. RTP of a call, with the stamp at the front of its payload (RFC 3550)."""

from .stamp import STAMP_BYTES

OPUS = 111


def packet(stamp: bytes, size: int, *, number: int, ssrc: int) -> bytes:
    """`size` bytes in all, at least 24; sequence and time go on as those of Opus at 20 ms."""
    head = bytes([0x80, OPUS]) + (number & 0xFFFF).to_bytes(2, "big")
    head += (number * 960 & 0xFFFFFFFF).to_bytes(4, "big") + ssrc.to_bytes(4, "big")
    sound = bytes((number * 31 + at * 7) & 0xFF for at in range(size - len(head) - STAMP_BYTES))
    return head + stamp + sound
