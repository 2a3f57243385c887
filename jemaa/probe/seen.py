"""Probe room. What the server logged of a check, and what of it the server turned away itself: its limits are not the
network's, and who is behind an address that many share runs into them with the others.
"""

from dataclasses import dataclass

from jemaa.facts.record import Residual
from jemaa.packets.offer import Arrived, Counts

from .book import CONTROL, RELAYED, Book, Tally

_CONNECTIONS = ("tcp", "tls")
_NOTHING = Arrived(count=0, seconds=[])


@dataclass(frozen=True, slots=True)
class Seen:
    """The server's log until it was asked, in ms since the check's start: of what began later it says nothing."""

    counts: Counts
    until_ms: int

    def of(self, tally: Tally) -> Arrived | None:
        """As far as it speaks of this arm; None where it does not."""
        if not tally.is_stamped or not tally.is_measured or tally.at_ms >= self.until_ms:
            return None
        return self.counts.arms.get(tally.number, _NOTHING)

    def turned_away(self, tally: Tally) -> int:
        """Of what did not come through of this arm, how much the server turned away, or may have."""
        lost, arrived = tally.sent - len(tally.answers), self.of(tally)
        if arrived is None:
            return 0
        return lost if self._may_be_unread(tally.transport, tally.step) else min(lost, arrived.turned_away)

    def doubts(self, residual: Residual, book: Book) -> bool:
        """Whether this control may have been dead because the server turned it away."""
        return not residual.ok and self._leaves(CONTROL, book.tallies[residual.trigger].transport)

    def doubts_rung(self) -> bool:
        """The same of a relay's first answer over a stream."""
        return self._leaves(RELAYED, "tls")

    def _leaves(self, number: int, transport: str) -> bool:
        return self._may_be_unread(transport) or bool(self.counts.arms.get(number, _NOTHING).turned_away)

    def _may_be_unread(self, transport: str, step: str = "") -> bool:
        kinds = {"connections" if transport in _CONNECTIONS else "packets"}
        if step == "dtls_handshake":
            kinds.add("handshakes")
        return not kinds.isdisjoint(self.counts.unread)
