"""Memory. How many listen, and by which path: counts, never names."""

from collections import Counter
from collections.abc import Callable
from typing import Literal, get_args

Path = Literal["live", "stream", "pieces", "radio", "text"]

_BATCHES_MS = ((200, 60), (1_000, 100))
"""Up to so many pushed listeners, batches of so many milliseconds; beyond, 200: the cost is the number of writes."""


class Presence:
    """Touched only on the event loop."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def join(self, path: Path) -> Callable[[], None]:
        """Count one more; call the answer when he has gone (again does no harm)."""
        self._counts[path] += 1
        here = [path]

        def leave() -> None:
            if here:
                self._counts[here.pop()] -= 1

        return leave

    def counts(self) -> dict[str, int]:
        """Listeners by path, every path named."""
        return {path: self._counts[path] for path in get_args(Path)}

    @property
    def recommended_batch_ms(self) -> int:
        """How long a batch a listener who does not speak should ask for."""
        pushed = self._counts["live"] + self._counts["stream"]
        return next((batch for most, batch in _BATCHES_MS if pushed < most), 200)
