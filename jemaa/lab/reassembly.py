"""Lab room. The beginning of a TCP stream, put together from segments in any order.

Enough for a ClientHello or a request that is split on purpose; what comes beyond the limit is not kept.
"""

from jemaa import limits


class Beginning:
    """The first bytes of one direction. The first byte is at sequence number `start`."""

    __slots__ = ("_later", "_start", "data", "full")

    def __init__(self, start: int) -> None:
        self._start = start
        self._later: dict[int, bytes] = {}
        self.data = b""
        self.full = False

    def add(self, sequence: int, payload: bytes) -> bool:
        """Take a segment; True if `data` has grown. Of what overlaps, what came first stays."""
        if self.full or not payload:
            return False
        offset = (sequence - self._start) & 0xFFFFFFFF
        if offset >= 0x80000000:  # before the start: a keep-alive or an old segment
            before = 0x100000000 - offset
            if before >= len(payload):
                return False
            payload, offset = payload[before:], 0
        if offset >= limits.LAB_STREAM_BYTES:
            return False
        if offset > len(self.data):
            if len(self._later) < limits.LAB_STREAM_SEGMENTS:
                self._later.setdefault(offset, payload)
            return False
        return self._join(offset, payload)

    def _join(self, offset: int, payload: bytes) -> bool:
        size = len(self.data)
        self.data += payload[size - offset :]
        while ready := [at for at in self._later if at <= len(self.data)]:
            for at in sorted(ready):
                later = self._later.pop(at)
                self.data += later[len(self.data) - at :] if at + len(later) > len(self.data) else b""
        if len(self.data) >= limits.LAB_STREAM_BYTES:
            self.data = self.data[: limits.LAB_STREAM_BYTES]
            self.full = True
            self._later.clear()
        return len(self.data) > size
