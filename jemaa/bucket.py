"""The token bucket by which everything here is limited: packets of a lab's line, uploads, submissions, measurements.

It has no clock: `now` is an argument, in seconds of any clock, and what a clock goes back counts nothing.
"""


class Bucket:
    """So much a second, and at most `most` saved up; full at first."""

    __slots__ = ("_a_second", "_left", "_most", "_then")

    def __init__(self, a_second: float, most: float) -> None:
        self._a_second = a_second
        self._most = most
        self._left = most
        self._then = float("-inf")

    def has(self, much: float, now: float) -> bool:
        """Whether there is so much."""
        self._left = min(self._most, self._left + max(0.0, now - self._then) * self._a_second)
        self._then = now
        return self._left >= much

    def take(self, much: float, now: float) -> bool:
        """Whether there was so much, which is gone then; where there was not, nothing is taken."""
        if not self.has(much, now):
            return False
        self._left -= much
        return True
