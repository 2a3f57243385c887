"""Probe room. What time it is: by the server, whose answers say it, because a device's own clock may be years off."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime


class Clock:
    """By this device's own clock until the server has `told`, and from then on by the server's, carried on by the clock
    that nobody sets. Times are in Unix seconds."""

    def __init__(self, own: Callable[[], float] | None = None) -> None:
        self._own = own or time.time
        self._zero = self._own() - time.monotonic()
        self.off: float | None = None
        """How far this device's clock is ahead of the server's; None as long as nobody knows."""

    def told(self, date: str) -> None:
        """The `Date` of an answer that has just come (RFC 9110 §6.6.1). What is no date is not listened to."""
        try:
            server = parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return
        self.off = self._own() - server
        self._zero = server - time.monotonic()

    def at(self, monotonic: float) -> float:
        """What time it was then."""
        return self._zero + monotonic
