"""Reflector room. One TCP port: TLS or plain by the first byte, then messages of one size, counted and sent back."""

import asyncio
import socket
import ssl
import time
from typing import Any

from jemaa.limits import CHECK_FLOW_BYTES, CHECK_RUN_SECONDS, MAX_CHECK_FLOWS
from jemaa.tasks import Tasks

from .answer import answer
from .budget import Budget
from .ledger import Ledger
from .purse import Purse

_PATIENCE = 15.0
_TLS_HANDSHAKE = 0x16
_Address = tuple[Any, ...]


class Listener:
    """Accepts on one socket. `run` until cancelled."""

    def __init__(self, ledger: Ledger, budget: Budget, context: ssl.SSLContext | None, tasks: Tasks) -> None:
        self._ledger = ledger
        self._budget = budget
        self._context = context
        self._tasks = tasks
        self._flows = 0

    async def run(self, listening: socket.socket) -> None:
        """Take connections as they come."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(0.1)  # out of descriptors, or the peer was gone at once
                continue
            purse, now = self._budget.purse(address[0]), time.monotonic()
            if self._flows >= MAX_CHECK_FLOWS or not purse.connect(now):
                purse.leave("connections", now)
                connection.close()
                continue
            self._tasks.start(self._serve(connection, address, purse), "check-flow")

    async def _serve(self, connection: socket.socket, address: _Address, purse: Purse) -> None:
        """The connection is ours until a transport has it, which then closes it in its own time."""
        self._flows += 1
        is_ours = True
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = await asyncio.wait_for(_peek(connection), _PATIENCE)
            is_tls = first[:1] == bytes([_TLS_HANDSHAKE])
            if first and not (is_tls and self._context is None):
                is_ours = False
                await self._converse(connection, self._context if is_tls else None, address, purse)
        except (OSError, ssl.SSLError, TimeoutError, EOFError):
            pass  # the network, or somebody who is no check
        finally:
            self._flows -= 1
            if is_ours:
                connection.close()

    async def _converse(
        self, connection: socket.socket, context: ssl.SSLContext | None, address: _Address, purse: Purse
    ) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=65_536)
        protocol = asyncio.StreamReaderProtocol(reader)
        # uvloop's TLS hands back its own protocol instead of this one, which cannot be waited on.
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            async with asyncio.timeout(CHECK_RUN_SECONDS):
                await self._echo(reader, writer, address, purse)
        finally:
            writer.close()

    async def _echo(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: _Address, purse: Purse
    ) -> None:
        """The first message says by its length how long the others are."""
        data = await asyncio.wait_for(reader.read(4_096), _PATIENCE)
        size, volume = len(data), 0
        while data and volume < CHECK_FLOW_BYTES:
            volume += size
            now = time.monotonic()
            seen = self._ledger.see(data, now, purse)
            if seen is None:
                return
            if not purse.take(size, now):
                self._ledger.turn_away(data, now)
                return
            writer.write(answer(data, *seen, address[0], address[1]) or data)
            await writer.drain()
            data = await reader.readexactly(size)


async def _peek(connection: socket.socket) -> bytes:
    """The first bytes, left where they are."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection.fileno(), _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection.fileno())
    return connection.recv(8, socket.MSG_PEEK)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
