"""Lab room. The bounds of a matcher: protocols, far ports and far places outside of which it never matches.

They are known before any packet is. By them a rule that no packet can meet is refused when its profile is read, and
the engine asks a matcher about flows inside of its bounds only.
"""

from dataclasses import dataclass

from .flow import Flow
from .packet import TCP, UDP, Packet
from .places import Network, inside, is_within

Ports = tuple[tuple[int, int], ...]
"""Ports and ranges, as (first, last)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a matcher can match at all; None is any."""

    protocols: frozenset[int] | None = None
    ports: Ports | None = None
    places: tuple[Network, ...] | None = None
    headed: bool = False
    """Only what has a header of TCP or UDP: a later fragment has none, so neither ports nor a beginning (RFC 791)."""
    upwards: bool = False
    """Only what the participant sends."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all is inside."""
        return any(one is not None and not one for one in (self.protocols, self.ports, self.places))

    def hold(self, packet: Packet, flow: Flow) -> bool:
        """Whether this packet, and with it all of its flow, is inside; which way it goes is not looked at."""
        if self.protocols is not None and packet.protocol not in self.protocols:
            return False
        if self.headed and packet.fragment:
            return False
        if self.ports is not None and not any(first <= flow.outside_port <= last for first, last in self.ports):
            return False
        return self.places is None or is_within(flow.outside, self.places)

    def both(self, other: "Bounds") -> "Bounds":
        """The bounds of what is inside of these and of `other`."""
        protocols, ports, places = self.protocols, self.ports, self.places
        if protocols is None or other.protocols is None:
            protocols = other.protocols if protocols is None else protocols
        else:
            protocols &= other.protocols
        if ports is None or other.ports is None:
            ports = other.ports if ports is None else ports
        else:
            pairs = [(max(a, c), min(b, d)) for a, b in ports for c, d in other.ports]
            ports = tuple((first, last) for first, last in pairs if first <= last)
        if places is None or other.places is None:
            places = other.places if places is None else places
        else:  # of two networks one is in the other, or they have nothing in common
            places = inside(places, other.places) + inside(other.places, places)
        return Bounds(protocols, ports, places, self.headed or other.headed, self.upwards or other.upwards)

    def cover(self, other: "Bounds") -> bool:
        """Whether all that is inside of `other` is inside of these."""
        if self.protocols is not None and (other.protocols is None or not other.protocols <= self.protocols):
            return False
        if self.ports is not None and (other.ports is None or not _within(other.ports, self.ports)):
            return False
        if self.places is not None and (other.places is None or inside(other.places, self.places) != other.places):
            return False
        return self.headed <= other.headed and self.upwards <= other.upwards


def _within(narrow: Ports, wide: Ports) -> bool:
    """Whether each port of `narrow` is one of `wide`."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(wide):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return all(any(a <= first and last <= b for a, b in joined) for first, last in narrow)


ANYTHING = Bounds()
PAYLOADS = Bounds(frozenset({UDP, TCP}), headed=True)
"""What stands at the beginning of a datagram or of a segment."""
UDP_PAYLOADS = Bounds(frozenset({UDP}), headed=True)
CLIENT_STREAMS = Bounds(frozenset({TCP}), headed=True, upwards=True)
"""What the participant sends over TCP."""
