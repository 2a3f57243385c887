"""Matrix room. Whether the machine had time: what a busy one does to sound must not be laid at a network's door."""

import math
import threading
import time
from types import TracebackType

BEAT_SECONDS = 0.01
SHARE = 0.99


class Pulse:
    """A beat of its own while the context lasts; afterwards `late` says how late the latest hundredth of beats was."""

    def __init__(self) -> None:
        self._lateness: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    @property
    def beats(self) -> int:
        """How many there were."""
        return len(self._lateness)

    @property
    def late(self) -> float:
        """Seconds; 99 of 100 beats were less late than this."""
        found = sorted(self._lateness)
        return found[math.ceil(len(found) * SHARE) - 1] if found else 0.0

    def _beat(self) -> None:
        while not self._end.is_set():
            before = time.monotonic()
            time.sleep(BEAT_SECONDS)
            self._lateness.append(time.monotonic() - before - BEAT_SECONDS)
