"""Packets room. The stamp in each packet of a check: which run, arm and number, and that the run's key made it.

Twelve bytes: run (4), arm (2), number (2), the first 4 of an HMAC-SHA256 over these. Twelve, because that is a STUN
transaction id; in other packets it stands where they have room for bytes of no meaning. A server that was sent a stamp
knows what arrived without knowing from whom.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

STAMP_BYTES = 12
RUN_BYTES = 4
MAX_NUMBER = 4_095
"""Packets of one arm that are told apart: a minute and a half of a call."""

PLACES = (8, 12, 6, 27)
"""Where a stamp can begin: STUN and random bytes, RTP, QUIC's connection id, DTLS's random."""

_IN_TEXT = re.compile(rb"jmaa([0-9a-f]{24})")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp, read and not yet believed."""

    run: bytes
    arm: int
    number: int
    raw: bytes

    def is_by(self, key: bytes) -> bool:
        """Whether this key made it."""
        return hmac.compare_digest(self.raw[8:], _mac(key, self.raw[:8]))


def run_key(secret: bytes, run: bytes) -> bytes:
    """The key of a run: the server needs to keep none."""
    return hmac.digest(secret, b"run" + run, hashlib.sha256)


def stamp(key: bytes, run: bytes, arm: int, number: int) -> bytes:
    """The twelve bytes of packet `number` (0 to `MAX_NUMBER`) of an arm (0 to 65,535)."""
    head = run + arm.to_bytes(2, "big") + number.to_bytes(2, "big")
    return head + _mac(key, head)


def in_text(raw: bytes) -> str:
    """A stamp as a word of a text protocol."""
    return "jmaa" + raw.hex()


def inverted(data: bytes) -> bytes:
    """The twin: every bit turned. Same length, same time, and no filter's signature fits it any more."""
    return (int.from_bytes(data, "big") ^ ((1 << 8 * len(data)) - 1)).to_bytes(len(data), "big")


def stamps(data: bytes) -> Iterator[Stamp]:
    """Whatever could be a stamp in a packet: most of these are none, and only `is_by` tells."""
    for place in PLACES:
        if len(data) >= place + STAMP_BYTES:
            yield read(data[place : place + STAMP_BYTES])
    if found := _IN_TEXT.search(data[:512]):
        yield read(bytes.fromhex(found.group(1).decode()))


def read(raw: bytes) -> Stamp:
    """Twelve bytes as a stamp."""
    return Stamp(raw[:4], int.from_bytes(raw[4:6], "big"), int.from_bytes(raw[6:8], "big"), raw)


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(key, head, hashlib.sha256)[:4]
