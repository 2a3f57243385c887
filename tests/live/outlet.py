"""A connection that can be slow: what was written, and what waits."""


class SlowOutlet:
    """Takes what is written; `unread` is what its other end has not read."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unread = 0
        self.is_gone = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.is_gone
