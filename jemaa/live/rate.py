"""Memory. Rates: allowances of bytes and of parts. `now` is a monotonic clock in seconds."""

from jemaa.bucket import Bucket
from jemaa.limits import PUBLISH_BURST_SECONDS


class Rate:
    """Bytes, and the parts that they come in, each with a bucket."""

    def __init__(self, bytes_a_second: float, parts_a_second: float) -> None:
        self._bytes = Bucket(bytes_a_second, bytes_a_second * PUBLISH_BURST_SECONDS)
        self._parts = Bucket(parts_a_second, parts_a_second * PUBLISH_BURST_SECONDS)

    def take(self, size: int, parts: float, now: float) -> bool:
        """Whether so many bytes in so many parts are within the allowance."""
        return self._bytes.take(size, now) and self._parts.take(parts, now)
