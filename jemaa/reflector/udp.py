"""Reflector room. One UDP port: stamped packets are counted and answered, a handshake is made, all else is silence."""

import asyncio
import socket
import sys
import time
from typing import Any

from jemaa.packets import dtls

from .answer import answer
from .budget import Budget
from .handshake import Handshakes
from .ledger import Ledger
from .purse import Purse

_MEMORY, _MEMORY_COUNTS, _DROPPED = 55, 9, 8
"""Linux: the option SO_MEMINFO, how many counts it has, and which of them is SK_MEMINFO_DROPS (sock_diag(7))."""


class Port(asyncio.DatagramProtocol):
    """Shared by all ports are the ledger, the budget and the handshakes."""

    def __init__(self, ledger: Ledger, budget: Budget, handshakes: Handshakes | None) -> None:
        self._ledger = ledger
        self._budget = budget
        self._handshakes = handshakes
        self._transport: asyncio.DatagramTransport | None = None
        self._socket: socket.socket | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the port is given back, which is a moment after it was closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        assert isinstance(transport, asyncio.DatagramTransport) or hasattr(transport, "sendto")
        self._transport = transport  # type: ignore[assignment]  # uvloop's does not derive from asyncio's
        # uvloop's own socket object answers no questions.
        self._socket = socket.fromfd(transport.get_extra_info("socket").fileno(), socket.AF_INET, socket.SOCK_DGRAM)

    def connection_lost(self, error: Exception | None) -> None:
        """The port is closed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if not self.lost.done():
            self.lost.set_result(None)

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        """Count, answer, forget."""
        now = time.monotonic()
        transport, purse = self._transport, self._budget.purse(address[0])
        if transport is None:
            return
        if not purse.take(len(data), now):
            self._turn_away(data, purse, now)
            return
        seen = self._ledger.see(data, now, purse)
        if seen is not None:
            found = answer(data, *seen, address[0], address[1])
            if found is not None:
                transport.sendto(found, address)
        elif self._handshakes is not None and dtls.is_record(data):
            for out in self._handshakes.feed(address, data, now, purse):
                transport.sendto(out, address)

    def overflowed(self) -> int:
        """How many datagrams the system has dropped here because more came than it keeps; 0 where it does not say."""
        try:
            found = self._socket.getsockopt(socket.SOL_SOCKET, _MEMORY, 4 * _MEMORY_COUNTS) if self._socket else b""
        except OSError:
            return 0
        return int.from_bytes(found[4 * _DROPPED : 4 * _DROPPED + 4], sys.byteorder)

    def _turn_away(self, data: bytes, purse: Purse, now: float) -> None:
        """Say so to the run whose it is; a handshake's records bear no stamp."""
        if not purse.look(now):
            purse.leave("packets", now)
        elif not self._ledger.turn_away(data, now) and dtls.is_record(data):
            purse.leave("handshakes", now)

    def error_received(self, error: Exception) -> None:
        """Somebody's port is closed: nothing to do with us."""
