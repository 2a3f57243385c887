"""Reflector room. How much one source may send, so that nobody can use the reflector as a lever or a loudspeaker."""

import hashlib
import secrets
import socket
from collections import OrderedDict

from jemaa.bucket import Bucket
from jemaa.limits import (
    CHECK_BYTES_A_SECOND,
    CHECK_PACKETS_A_SECOND,
    CHECK_TOTAL_PACKETS_A_SECOND,
    MAX_CHECK_SOURCES,
)

_BURST_SECONDS = 3.0
_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv6 address begins that stands for one of IPv4 (RFC 4291 §2.5.5.2)."""


def _bucket(rate: float) -> Bucket:
    return Bucket(rate, rate * _BURST_SECONDS)


class Budget:
    """Per source, and over all. A source is a keyed hash of an address (of a /64 for IPv6), in memory only."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._sources: OrderedDict[bytes, tuple[Bucket, Bucket]] = OrderedDict()
        self._all = _bucket(CHECK_TOTAL_PACKETS_A_SECOND)

    def take(self, host: str, size: int, now: float) -> bool:
        """Whether a packet of this size from this host may be looked at."""
        key = self._key(host)
        found = self._sources.get(key)
        if found is None:
            while len(self._sources) >= MAX_CHECK_SOURCES:
                self._sources.popitem(last=False)
            found = (_bucket(CHECK_PACKETS_A_SECOND), _bucket(CHECK_BYTES_A_SECOND))
            self._sources[key] = found
        self._sources.move_to_end(key)
        packets, volume = found
        return packets.take(1, now) and volume.take(size, now) and self._all.take(1, now)

    def _key(self, host: str) -> bytes:
        bare = host.partition("%")[0]
        packed = socket.inet_pton(socket.AF_INET6 if ":" in bare else socket.AF_INET, bare)
        if len(packed) == 16 and not packed.startswith(_MAPPED):
            packed = packed[:8]
        return hashlib.blake2b(packed, digest_size=12, key=self._salt).digest()
