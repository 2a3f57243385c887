"""Web room. How long what was written to a connection is on its way: the age of the oldest byte not acknowledged."""

import array
import asyncio
import fcntl
import socket
import struct
import sys
import termios

from .connections import tcp_socket

_FIELDS = struct.Struct("=Q20xI")
_FIELDS_AT = 120
_INFO_BYTES = _FIELDS_AT + _FIELDS.size
"""`tcpi_bytes_acked` and `tcpi_min_rtt` (µs) in Linux' `struct tcp_info`, which only ever grows at its end."""

_KEPT = 64
"""Looks that are kept: what was written after the last of them counts as written then."""

_waiting = array.array("i", [0])
"""What the kernel answers into, whoever is asked about: one for all, since nothing is awaited between."""


class InFlight:
    """Of one TCP connection, by what Linux says of it (tcp(7): `TCP_INFO`, `SIOCOUTQ`).

    Where a proxy of the operator's is in between, it has acknowledged everything at once: then nothing is ever old.
    """

    __slots__ = ("_socket", "_written")

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._socket = tcp_socket(transport) if sys.platform == "linux" else None
        self._written: list[tuple[float, int]] = []
        """When it was looked, and how many bytes had been written by then, ever."""

    def age(self, now: float) -> float | None:
        """Seconds, beyond the least way there and back; to be asked a few times a second. None where nobody knows."""
        if self._socket is None:
            return None
        try:
            fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, _waiting)
            if not _waiting[0]:
                self._written.clear()
                return 0.0
            info = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        except (OSError, ValueError):  # it has just gone
            return None
        if len(info) < _INFO_BYTES:  # a kernel before 4.6
            return None
        fields: tuple[int, int] = _FIELDS.unpack_from(info, _FIELDS_AT)
        acknowledged, least_us = fields
        written = acknowledged + _waiting[0]
        while self._written and self._written[0][1] <= acknowledged:
            self._written.pop(0)
        if not self._written or (len(self._written) < _KEPT and written > self._written[-1][1]):
            self._written.append((now, written))
        return max(0.0, now - self._written[0][0] - least_us / 1e6)
