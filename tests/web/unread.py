"""A connection whose other end reads when we say so."""

import asyncio
from typing import Any

from jemaa.web.attendance import LIVE, Attendance
from jemaa.web.hall import Hall


class Unread(asyncio.Transport):
    """A transport that keeps everything until `read`."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = b""
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.waiting += data

    def get_write_buffer_size(self) -> int:
        return len(self.waiting)

    def is_closing(self) -> bool:
        return self.is_aborted

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        self.is_aborted = True

    def read(self, most: int | None = None) -> bytes:
        """What the other end takes in now."""
        taken = self.waiting[:most]
        self.waiting = self.waiting[len(taken) :]
        return taken


def attending(hall: Hall) -> tuple[Attendance, Unread]:
    """Somebody on path `live` whose network has stopped."""
    transport = Unread()
    return Attendance(hall, transport, LIVE, None), transport
