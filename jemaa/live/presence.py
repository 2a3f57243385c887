"""Memory. How many listen, and by which path: counts, never names."""

import time
from collections import Counter
from collections.abc import Callable

from jemaa.limits import SEEN_SECONDS

PATHS = ("live", "stream", "pieces", "radio", "text")

_BATCHES_MS = ((200, 60), (1_000, 100))
"""Up to so many pushed listeners, batches of so many milliseconds; beyond, 200: the cost is the number of writes."""

_SOME_LEFT = 0.9
"""Batches get shorter again once so much of that number is left: everyone who listens asks anew each time they change,
and one who comes and goes shall not make all do so."""


class Presence:
    """Connections `enter` and leave; who comes by single requests is `seen`. Touched only on the event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entered: Counter[str] = Counter()
        self._seen: dict[str, dict[str, float]] = {path: {} for path in PATHS}
        self.recommended_batch_ms = _batch_ms(0)
        """How long a batch a listener who does not speak should ask for."""

    def enter(self, path: str) -> Callable[[], None]:
        """Count one more; call the answer when he has gone (a second call does nothing)."""
        self._count(path, 1)
        here = [path]

        def leave() -> None:
            if here:
                self._count(here.pop(), -1)

        return leave

    def seen(self, path: str, key: str) -> None:
        """A request by `path`; requests with the same `key` within some seconds are one listener. It is not kept."""
        self._seen[path][key] = self._now()

    def counts(self) -> dict[str, int]:
        """Listeners by path, every path named."""
        oldest = self._now() - SEEN_SECONDS
        for path, seen in self._seen.items():
            self._seen[path] = {key: at for key, at in seen.items() if at >= oldest}
        return {path: self._entered[path] + len(self._seen[path]) for path in PATHS}

    def _count(self, path: str, change: int) -> None:
        self._entered[path] += change
        pushed = self._entered["live"] + self._entered["stream"]
        least, most = _batch_ms(pushed), _batch_ms(pushed / _SOME_LEFT)
        self.recommended_batch_ms = min(max(self.recommended_batch_ms, least), most)


def _batch_ms(pushed: float) -> int:
    return next((batch for most, batch in _BATCHES_MS if pushed < most), 200)
