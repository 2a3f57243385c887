"""Reflector room. What one source may still spend, and when something of it was turned away unread.

A purse does not know whose it is. A run knows the purses it was paid from, so that whoever checks behind an address
that many share is told that the server itself turned away what came from there.
"""

from typing import Literal

from jemaa.bucket import Bucket
from jemaa.limits import CHECK_BYTES_A_SECOND, CHECK_PACKETS_A_SECOND

Kind = Literal["packets", "handshakes", "connections"]
"""What was not looked at: datagrams, those of them that are a DTLS handshake's, connections."""

BURST_SECONDS = 3.0


def bucket(rate: float) -> Bucket:
    """One that lets through what comes in a burst."""
    return Bucket(rate, rate * BURST_SECONDS)


class Purse:
    """Of one source; `everybodys` are what all sources together may spend, and may have looked at again."""

    __slots__ = ("_all", "_connections", "_looks", "_packets", "_unread", "_volume")

    def __init__(self, everybodys: Bucket, looks: Bucket) -> None:
        self._packets, self._volume = bucket(CHECK_PACKETS_A_SECOND), bucket(CHECK_BYTES_A_SECOND)
        self._connections = bucket(CHECK_PACKETS_A_SECOND)
        self._all, self._looks = everybodys, looks
        self._unread: dict[Kind, float] = {}

    def take(self, size: int, now: float) -> bool:
        """Whether a packet or message of this size may be answered."""
        return self._packets.take(1, now) and self._volume.take(size, now) and self._all.take(1, now)

    def connect(self, now: float) -> bool:
        """Whether a connection may be opened: packets of the same source take nothing from it."""
        return self._connections.take(1, now)

    def look(self, now: float) -> bool:
        """Whether there is time to look whose it is that is turned away."""
        return self._looks.take(1, now)

    def leave(self, kind: Kind, now: float) -> None:
        """Something of this kind is turned away, and nobody knows of which run it is."""
        self._unread[kind] = now

    def unread(self, since: float) -> set[Kind]:
        """What was left so, from then on."""
        return {kind for kind, last in self._unread.items() if last >= since}
