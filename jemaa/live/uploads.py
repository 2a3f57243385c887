"""Memory. How much each person sends up, used or not: to read it takes everybody's turn of the loop.

Publications have rates of their own, far below this one; it is for what names no publication, and for what comes after
one was closed.
"""

import time
from collections.abc import Callable, Iterator

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_UPLOADERS, PUBLISH_BURST_SECONDS, UPLOAD_BYTES_A_SECOND, UPLOAD_RECORDS_A_SECOND
from jemaa.meeting.ids import PersonId
from jemaa.wire.record import each_record

from .rate import Rate


class Uploads:
    """One a session. Touched only on the event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rates: dict[PersonId, tuple[Rate, float]] = {}
        self._forget_above = MAX_UPLOADERS

    def records(self, person: PersonId, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The records of what this person sent, each counted as it is read. `ProtocolError` `too-fast`, `truncated`."""
        now = self._now()
        rate = self._rate(person, now)
        if not rate.take(len(data), 0, now):
            raise _too_fast()
        for record in each_record(data):
            if not rate.take(0, 1, now):
                raise _too_fast()
            yield record

    def __len__(self) -> int:
        return len(self._rates)

    def _rate(self, person: PersonId, now: float) -> Rate:
        found = self._rates.get(person)
        rate = found[0] if found else Rate(UPLOAD_BYTES_A_SECOND, UPLOAD_RECORDS_A_SECOND)
        self._rates[person] = (rate, now)
        if len(self._rates) > self._forget_above:
            self._forget(now)
        return rate

    def _forget(self, now: float) -> None:
        """Those whose allowance is full again. When that frees little the next time is put off: it reads them all."""
        self._rates = {p: kept for p, kept in self._rates.items() if now - kept[1] < PUBLISH_BURST_SECONDS}
        self._forget_above = max(MAX_UPLOADERS, 2 * len(self._rates))


def _too_fast() -> ProtocolError:
    return ProtocolError("too-fast", "This is far more than anyone's voice and picture have.")
