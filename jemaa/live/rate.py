"""Memory. Rates: allowances that fill up steadily. `now` is a monotonic clock in seconds."""

from jemaa.limits import PUBLISH_BURST_SECONDS


class Bucket:
    """So much a second, and at the most what gathers in `seconds`."""

    __slots__ = ("_a_second", "_left", "_most", "_then")

    def __init__(self, a_second: float, seconds: float, now: float) -> None:
        self._a_second = a_second
        self._most = a_second * seconds
        self._left = self._most
        self._then = now

    def take(self, much: float, now: float) -> bool:
        """Whether there is so much, which is gone then; where there is not, nothing is taken."""
        self._left = min(self._most, self._left + (now - self._then) * self._a_second)
        self._then = now
        if self._left < much:
            return False
        self._left -= much
        return True


class Rate:
    """Bytes, and the parts that they come in, each with a bucket."""

    def __init__(self, bytes_a_second: float, parts_a_second: float, now: float) -> None:
        self._bytes = Bucket(bytes_a_second, PUBLISH_BURST_SECONDS, now)
        self._parts = Bucket(parts_a_second, PUBLISH_BURST_SECONDS, now)

    def take(self, size: int, parts: float, now: float) -> bool:
        """Whether so many bytes in so many parts are within the allowance."""
        return self._bytes.take(size, now) and self._parts.take(parts, now)
