"""A slow line on the loopback: a TCP relay with a rate and a round-trip time, which counts what a line would carry.

The browser's own throttling does not cover WebSockets, and traffic control needs privileges; this needs neither.
All connections share the line, as they share a phone's. Each direction costs half of the round trip, a new
connection one round trip more (TCP's handshake, which the loopback answers at once).
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

SEGMENT = 1_448
"""Payload of a full TCP segment on Ethernet with timestamps."""

HEADERS = 52
"""IPv4 (20), TCP (20) and its timestamps (12) in front of each segment; half as many empty acknowledgements of the
same size go the other way (RFC 1122 §4.2.3.2), and are counted there."""

QUEUE_BYTES = 32_768
"""What the line holds back for one connection before the sender feels it: 4 s at 64 kb/s, as in a phone network."""


@dataclass(slots=True)
class Line:
    """One direction: how many bits a second (0: no limit), and what has crossed it."""

    rate: float
    payload: int = 0
    segments: int = 0
    free_at: float = 0.0

    @property
    def wire_bytes(self) -> int:
        """Payload and headers."""
        return self.payload + self.segments * HEADERS

    def take(self, size: int, now: float) -> float:
        """Put `size` bytes on the line; when the last bit has left."""
        pieces = max(1, -(-size // SEGMENT))
        self.payload += size
        self.segments += pieces
        cost = (size + pieces * HEADERS) * 8 / self.rate if self.rate else 0.0
        self.free_at = max(self.free_at, now) + cost
        return self.free_at


class Relay:
    """Listens on a port of its own and passes everything on to `port`, slowly. Runs in a thread until `close`."""

    def __init__(self, port: int, *, down_bps: float, up_bps: float = 0, rtt: float = 0.0) -> None:
        self.target = port
        self.rtt = rtt
        self.down = Line(down_bps)
        self.up = Line(up_bps)
        self.port = 0
        self.connections = 0
        self._carrying: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def wire_down(self) -> int:
        """Bytes to the client so far: headers, and the acknowledgements of what the client sent."""
        return self.down.wire_bytes + self.up.segments // 2 * HEADERS

    def wire_up(self) -> int:
        """Bytes from the client so far, likewise."""
        return self.up.wire_bytes + self.down.segments // 2 * HEADERS

    def close(self) -> None:
        """Cut the line."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        async def listen() -> asyncio.Server:
            server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=QUEUE_BYTES)
            self.port = server.sockets[0].getsockname()[1]
            return server

        server = self._loop.run_until_complete(listen())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._end(server))
        self._loop.close()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end has had enough."""
        far_writer: asyncio.StreamWriter | None = None
        try:
            await asyncio.sleep(self.rtt)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=QUEUE_BYTES)
            # Small buffers at both ends, or they would hide minutes of sound from the sender.
            far_writer.transport.set_write_buffer_limits(QUEUE_BYTES)
            writer.transport.set_write_buffer_limits(QUEUE_BYTES)
            await _both(self._pump(far_reader, writer, self.down), self._pump(reader, far_writer, self.up))
        except* OSError:
            pass  # the server is not there: the client sees a closed connection, as it would on a line
        finally:
            for end in (writer, far_writer):
                if end is not None:
                    end.close()
                    with contextlib.suppress(OSError):
                        await end.wait_closed()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, line: Line) -> None:
        """Pass bytes on, each segment when the line has carried it and half of the round trip is over."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUE_BYTES // SEGMENT)

        async def deliver() -> None:
            while True:
                due, data = await on_the_way.get()
                await asyncio.sleep(max(due - time.monotonic(), 0))
                if not data:
                    break
                sink.write(data)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()

        async def collect() -> None:
            while data := await source.read(SEGMENT):
                left = line.take(len(data), time.monotonic())
                await asyncio.sleep(max(left - time.monotonic(), 0))
                await on_the_way.put((left + self.rtt / 2, data))
            await on_the_way.put((time.monotonic() + self.rtt / 2, b""))

        try:
            await _both(collect(), deliver())
        except* OSError:
            pass  # one end went away: the other must hear of it
        finally:
            sink.close()


async def _both(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run both; when one fails, end the other too."""
    async with asyncio.TaskGroup() as group:
        for coroutine in coroutines:
            group.create_task(coroutine)
