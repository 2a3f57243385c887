"""A listener that reads nothing for 30 s: what it costs the others, what waits for it, and where it goes on."""

import base64
import itertools
import socket
import time
from dataclasses import dataclass

from jemaa.limits import RING_SECONDS
from jemaa.live.fanout import buffer_limit
from jemaa.wire.chunk import decode_chunk
from jemaa.wire.record import decode_records
from tests.harness.server import Server

from .fanout import live_order, wait_for_all
from .listeners import Listeners
from .process import resident_bytes
from .report import Row
from .scene import meeting, spoken_floor

SLOW, OTHERS, ASLEEP = 100, 100, 30.0


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A socket that asked for everything, with the smallest buffer that the kernel gives."""

    sock: socket.socket

    @classmethod
    def begin(cls, server: Server) -> "Sleeper":
        """Connect, say hello, and read nothing from then on."""
        order = live_order(server, 20, 1)
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        sock.connect(("127.0.0.1", server.port))
        sock.sendall(order["request"].encode())
        time.sleep(0.05)
        sock.sendall(base64.b64decode(order["hello"]))
        return cls(sock)

    def chunks(self, seconds: float) -> list[tuple[int, int, float]]:
        """Wake up and read: (seq, media time in ms, when it was read) of each chunk of sound."""
        data, read_at = bytearray(), []
        deadline = time.monotonic() + seconds
        self.sock.settimeout(1)
        while time.monotonic() < deadline:
            data += self.sock.recv(65_536)
            read_at.append((len(data), time.monotonic()))
        found = []
        for end, body in binary_messages(bytes(data)):
            when = next(at for size, at in read_at if size >= end)
            for track, chunk in decode_records(body):
                if track and chunk:
                    decoded = decode_chunk(chunk)
                    found.append((decoded.seq, decoded.time_ms, when))
        return found


def binary_messages(data: bytes) -> list[tuple[int, bytes]]:
    """End offset and payload of each whole binary message of a WebSocket's bytes (server to client: no mask)."""
    position = data.index(b"\r\n\r\n") + 4
    messages = []
    while position + 4 <= len(data):
        opcode, length, start = data[position] & 15, data[position + 1] & 127, position + 2
        if length == 126:
            length, start = int.from_bytes(data[position + 2 : position + 4], "big"), position + 4
        elif length == 127:
            length, start = int.from_bytes(data[position + 2 : position + 10], "big"), position + 10
        position = start + length
        if position <= len(data) and opcode == 2:
            messages.append((position, data[start:position]))
    return messages


def let_rings_fill() -> None:
    """What a track keeps grows for a minute after the start, sleepers or none."""
    time.sleep(RING_SECONDS + 5)


def measure() -> list[Row]:
    """100 sleepers among 100 listeners, on the track whose backlog shows soonest."""
    with meeting(spoken_floor()) as server:
        let_rings_fill()
        others = Listeners(live_order(server, 100, OTHERS))
        wait_for_all(others, OTHERS)
        before = resident_bytes(server.pid)
        sleepers = [Sleeper.begin(server) for _ in range(SLOW)]
        time.sleep(ASLEEP)
        grown = (resident_bytes(server.pid) - before) / SLOW / 1000
        gap = others.report()["longest_gap"]
        chunks = sleepers[0].chunks(4)
        for sleeper in sleepers:
            sleeper.sock.close()
        others.close()
    skipped = sum(b[0] - a[0] - 1 for a, b in itertools.pairwise(chunks))
    newest = chunks[-1]
    lag = [when * 1000 - media for _, media, when in chunks]
    behind = lag[-1] - min(lag)
    limit = buffer_limit(32) / 1000
    how = (
        f"what the kernel took before it was full is read first ({len(chunks)} chunks, {skipped} skipped); the last "
        f"chunk read has media time {newest[1]} ms and is {behind:.0f} ms later than the freshest one. "
        f"It is the growth of the server's memory a sleeper: what waits ({limit:.0f} KB at most, which "
        "tests/live/test_fanout.py shows) and the connection itself."
    )
    return [
        Row("longest gap of 100 others while 100 sleep for 30 s", f"{gap * 1000:.0f} ms", "costs nothing", gap < 0.4),
        Row(
            "memory that waits for a sleeper", f"{grown:.1f} KB", f"under {limit:.0f} KB + 40", grown < limit + 40, how
        ),
        Row("a sleeper wakes up at the newest", f"{behind:.0f} ms behind", "the newest chunk", behind < 1_000),
    ]
