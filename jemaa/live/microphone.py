"""Memory. An open microphone: chunks in, even blocks for the mix out."""

from collections.abc import Callable

from jemaa.meeting.ids import PersonId
from jemaa.sound.jitter import JitterBuffer
from jemaa.sound.level import Meter
from jemaa.sound.opus import RATE, OpusDecoder, Samples
from jemaa.wire.chunk import Chunk, decode_chunk

_SLACK_MS = 15
"""Publishers' time stamps wobble by their rounding; only a larger hole is one."""


class Microphone:
    """Opened by `Programme.open_microphone`; written and closed by whoever holds the publication."""

    def __init__(
        self, person: PersonId, publication: int, now: Callable[[], float], closed: Callable[["Microphone"], None]
    ) -> None:
        self.person = person
        self.publication = publication
        self.is_open = True
        self._now = now
        self._closed = closed
        self._decoder = OpusDecoder()
        self._buffer = JitterBuffer()
        self._meter = Meter()
        self._next_ms: float | None = None

    @property
    def level_db(self) -> float:
        """How loud it is now, in dBFS."""
        return self._meter.db

    @property
    def waiting_ms(self) -> float:
        """Sound that waits to be mixed."""
        return self._buffer.waiting_ms

    def write(self, data: bytes) -> None:
        """The next chunk as it came. `ProtocolError` if it is none, or not Opus."""
        self.hear(decode_chunk(data))

    def hear(self, chunk: Chunk) -> None:
        """As `write`, for a chunk that is decoded already. After `close` nothing happens."""
        if not self.is_open:
            return
        now = self._now()
        missing_ms = chunk.time_ms - self._next_ms if self._next_ms is not None else 0
        if missing_ms > _SLACK_MS:
            self._buffer.put_gap(int(missing_ms * RATE // 1000), now)
        elif missing_ms > -_SLACK_MS and self._next_ms is not None:
            missing_ms = 0
        at = float(chunk.time_ms)
        for frame in chunk.frames:
            samples = self._decoder.decode(frame)
            self._buffer.put(samples, now)
            at += len(samples) * 1000 / RATE
        self._next_ms = at

    def pull(self, now: float) -> Samples:
        """The next 20 ms for the mix."""
        block = self._buffer.pull(now)
        self._meter.hear(block)
        return block

    def close(self) -> None:
        """Not a sample more is heard."""
        if self.is_open:
            self.is_open = False
            self._closed(self)
