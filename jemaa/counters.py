"""Facts that happen too often for a log line: counted, read by the console, the status and the operator.

One `Counters` belongs to one owner (a session, the server) and is touched only on the event loop.
"""

from collections import Counter


class Counters:
    """Named whole numbers that only grow."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a counter; a new name starts at 0."""
        self._counts[name] += amount

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def as_dict(self) -> dict[str, int]:
        """All counters, sorted by name."""
        return dict(sorted(self._counts.items()))
