"""Memory. A recorded question on its way into the mix."""

import asyncio
from collections import deque
from collections.abc import Generator, Sequence

import numpy as np

from jemaa.errors import ProtocolError
from jemaa.sound.jitter import BLOCK
from jemaa.sound.opus import OpusDecoder, Samples


class Playing:
    """Frames of Opus, decoded as they are needed. `await` it to know when the last was mixed, or it was stopped."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self._frames = deque(frames)
        self._decoder = OpusDecoder()
        self._waiting = np.zeros(0, np.float32)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_over(self) -> bool:
        """Nothing more comes."""
        return self._ended.done()

    def stop(self) -> None:
        """Cut it short."""
        if not self._ended.done():
            self._ended.set_result(None)

    def pull(self) -> Samples | None:
        """The next 20 ms, None behind the end. A frame that is not Opus is left out."""
        while len(self._waiting) < BLOCK and self._frames:
            try:
                decoded = self._decoder.decode(self._frames.popleft())
            except ProtocolError:
                continue
            self._waiting = np.concatenate((self._waiting, decoded))
        if self.is_over or not len(self._waiting):
            self.stop()
            return None
        block = np.zeros(BLOCK, np.float32)
        length = min(BLOCK, len(self._waiting))
        block[:length] = self._waiting[:length]
        self._waiting = self._waiting[length:]
        return block

    def __await__(self) -> Generator[None, None, None]:
        return asyncio.shield(self._ended).__await__()
