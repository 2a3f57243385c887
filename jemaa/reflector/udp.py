"""Reflector room. One UDP port: stamped packets are counted and answered, a handshake is made, all else is silence."""

import asyncio
import time
from typing import Any

from jemaa.packets import dtls

from .answer import answer
from .budget import Budget
from .handshake import Handshakes
from .ledger import Ledger


class Port(asyncio.DatagramProtocol):
    """Shared by all ports are the ledger, the budget and the handshakes."""

    def __init__(self, ledger: Ledger, budget: Budget, handshakes: Handshakes | None) -> None:
        self._ledger = ledger
        self._budget = budget
        self._handshakes = handshakes
        self._transport: asyncio.DatagramTransport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the port is given back, which is a moment after it was closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        assert isinstance(transport, asyncio.DatagramTransport) or hasattr(transport, "sendto")
        self._transport = transport  # type: ignore[assignment]  # uvloop's does not derive from asyncio's

    def connection_lost(self, error: Exception | None) -> None:
        """The port is closed."""
        if not self.lost.done():
            self.lost.set_result(None)

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        """Count, answer, forget."""
        now = time.monotonic()
        transport = self._transport
        if transport is None or not self._budget.take(address[0], len(data), now):
            return
        seen = self._ledger.see(data, now)
        if seen is not None:
            found = answer(data, *seen, address[0], address[1])
            if found is not None:
                transport.sendto(found, address)
        elif self._handshakes is not None and dtls.is_record(data):
            for out in self._handshakes.feed(address, data, now):
                transport.sendto(out, address)

    def error_received(self, error: Exception) -> None:
        """Somebody's port is closed: nothing to do with us."""
