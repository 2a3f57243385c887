"""Many listeners in a process of their own: raw sockets that ask once and then only read and count.

Run as `python -m bench.listeners`, with one line of JSON on standard input:
`{"host","port","count","request","hello"?, "a_second"?}`. `request` is sent as it is, `hello` (base64) once the
answer's headers are there. Commands on standard input then: `report` prints a line of JSON, the end of input ends it.
"""

import base64
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from .report import ROOT


@dataclass(slots=True)
class Ear:
    """One listener's socket and what came over it."""

    sock: socket.socket
    asked_at: float
    head: bytes = b""
    answered: bool = False
    first_media_at: float = 0.0
    last_media_at: float = 0.0
    longest_gap: float = 0.0
    received: int = 0
    refused: str = ""


@dataclass(slots=True)
class Crowd:
    """All listeners of one process, in one selector loop."""

    order: dict[str, Any]
    ears: list[Ear] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    buffer: bytearray = field(default_factory=lambda: bytearray(262_144))
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Connect at the wanted pace, read until standard input ends."""
        self.selector.register(sys.stdin, selectors.EVENT_READ)
        hello = base64.b64decode(self.order.get("hello", ""))
        print("begun", flush=True)
        while True:
            self._connect_due()
            for key, ready in self.selector.select(0.01 if len(self.ears) < self.order["count"] else 1):
                if key.data is None:
                    if not sys.stdin.readline():
                        return
                    print(json.dumps(self.report()), flush=True)
                elif ready & selectors.EVENT_WRITE:
                    self._ask(key.data)
                else:
                    self._read(key.data, hello)

    def report(self) -> dict[str, Any]:
        """Figures since the last report; gaps and bytes start anew."""
        now = time.monotonic()
        waits = [ear.first_media_at - ear.asked_at for ear in self.ears if ear.first_media_at]
        result = {
            "connected": len(self.ears),
            "hearing": len(waits),
            "refused": sorted({ear.refused for ear in self.ears if ear.refused}),
            "bytes": sum(ear.received for ear in self.ears),
            "slowest_start": max(waits, default=0.0),
            "longest_gap": max(
                (max(ear.longest_gap, now - ear.last_media_at) for ear in self.ears if ear.last_media_at), default=0.0
            ),
        }
        for ear in self.ears:
            ear.received, ear.longest_gap = 0, 0.0
        return result

    def _connect_due(self) -> None:
        pace = self.order.get("a_second", 200)
        due = min(self.order["count"], int((time.monotonic() - self.began) * pace) + 1)
        while len(self.ears) < due:
            ear = Ear(socket.socket(), time.monotonic())
            ear.sock.setblocking(False)
            ear.sock.connect_ex((self.order["host"], self.order["port"]))
            self.ears.append(ear)
            self.selector.register(ear.sock, selectors.EVENT_WRITE, ear)

    def _ask(self, ear: Ear) -> None:
        error = ear.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            ear.refused = os.strerror(error)
            self.selector.unregister(ear.sock)
            return
        ear.sock.sendall(self.order["request"].encode())
        self.selector.modify(ear.sock, selectors.EVENT_READ, ear)

    def _read(self, ear: Ear, hello: bytes) -> None:
        try:
            count = ear.sock.recv_into(self.buffer)
        except BlockingIOError:
            return
        except ConnectionError as error:
            count, ear.refused = 0, type(error).__name__
        if not count:
            ear.refused = ear.refused or "closed"
            self.selector.unregister(ear.sock)
            return
        if not ear.answered:
            self._answer(ear, bytes(self.buffer[:count]), hello)
            return
        now = time.monotonic()
        ear.received += count
        if not ear.first_media_at:
            ear.first_media_at = now
        else:
            ear.longest_gap = max(ear.longest_gap, now - ear.last_media_at)
        ear.last_media_at = now

    def _answer(self, ear: Ear, data: bytes, hello: bytes) -> None:
        ear.head += data
        if b"\r\n\r\n" not in ear.head:
            return
        status = ear.head.split(b"\r\n", 1)[0].decode("latin-1")
        ear.answered = True
        if not status.split(" ")[1].startswith(("1", "2")):
            ear.refused = status
        if hello:
            ear.sock.sendall(hello)


class Listeners:
    """The crowd, seen from the benchmark: started, asked for figures, ended."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.listeners"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdin is not None  # PIPE was asked for
        self._write = self._process.stdin
        self._write.write(json.dumps(order) + "\n")
        self._write.flush()
        # Only then may a command follow: one that were read together with the order would wait in its buffer.
        assert self._process.stdout is not None  # PIPE was asked for
        self._process.stdout.readline()

    def report(self) -> dict[str, Any]:
        """What the crowd got since the last report."""
        assert self._process.stdout is not None  # PIPE was asked for
        self._write.write("report\n")
        self._write.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """Send everyone home."""
        self._write.close()
        self._process.wait(20)


def websocket_request(path: str, host: str) -> str:
    """The opening handshake of RFC 6455 §4.1; the key need not be secret."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )


def masked_text(message: dict[str, Any]) -> bytes:
    """A client's text frame with the mask 0 (RFC 6455 §5.3 asks for one; its value does not matter here)."""
    data = json.dumps(message).encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + len(data).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + data


if __name__ == "__main__":
    Crowd(json.loads(sys.stdin.readline())).run()
