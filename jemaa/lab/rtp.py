"""Lab room. RTP as a filter guesses it: it has no magic, so three packets in a row have to look alike (RFC 3550)."""


def could_be(data: bytes) -> bool:
    """Version 2 and a payload type that calls use (0-34 and 96-127), with or without the marker bit."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return False
    kind = data[1] & 0x7F
    return kind <= 34 or kind >= 96


def sequence(data: bytes) -> int:
    """The sequence number."""
    return data[2] << 8 | data[3]


def source(data: bytes) -> bytes:
    """The synchronisation source."""
    return data[8:12]


def packet(number: int, payload: bytes, *, kind: int = 111, stamp: int | None = None, ssrc: int = 0x4A454D41) -> bytes:
    """A packet as a browser sends it: Opus is 111."""
    head = bytes([0x80, kind]) + (number & 0xFFFF).to_bytes(2, "big")
    when = number * 960 if stamp is None else stamp
    return head + (when & 0xFFFFFFFF).to_bytes(4, "big") + ssrc.to_bytes(4, "big") + payload
