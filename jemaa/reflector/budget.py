"""Reflector room. How much one source may send, so that nobody can use the reflector as a lever or a loudspeaker."""

import hashlib
import secrets
import socket
from collections import OrderedDict

from jemaa.limits import CHECK_TOTAL_PACKETS_A_SECOND, MAX_CHECK_SOURCES

from .purse import Purse, bucket

_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv6 address begins that stands for one of IPv4 (RFC 4291 §2.5.5.2)."""


class Budget:
    """Per source, and over all. A source is a keyed hash of an address (of a /64 for IPv6), in memory only."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._sources: OrderedDict[bytes, Purse] = OrderedDict()
        self._all = bucket(CHECK_TOTAL_PACKETS_A_SECOND)
        self._looks = bucket(CHECK_TOTAL_PACKETS_A_SECOND)

    def purse(self, host: str) -> Purse:
        """What is left to this host; a full one to one that is new, or was silent for longest of too many."""
        key = self._key(host)
        found = self._sources.get(key)
        if found is None:
            while len(self._sources) >= MAX_CHECK_SOURCES:
                self._sources.popitem(last=False)
            found = self._sources[key] = Purse(self._all, self._looks)
        self._sources.move_to_end(key)
        return found

    def _key(self, host: str) -> bytes:
        bare = host.partition("%")[0]
        packed = socket.inet_pton(socket.AF_INET6 if ":" in bare else socket.AF_INET, bare)
        if len(packed) == 16 and not packed.startswith(_MAPPED):
            packed = packed[:8]
        return hashlib.blake2b(packed, digest_size=12, key=self._salt).digest()
