"""The slow line of the benchmarks is as slow as it says."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.relay import HEADERS, SEGMENT, Relay


@contextmanager
def source(size: int) -> Iterator[int]:
    """A server that answers each byte it gets with `size` bytes; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    while connection.recv(1):
                        connection.sendall(bytes(size))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def ask(port: int, size: int) -> float:
    """Seconds from connecting to the last byte."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"?")
        got = 0
        while got < size:
            got += len(sock.recv(65_536))
    return time.monotonic() - began


def test_the_rate_counts_headers_too() -> None:
    size = 20 * SEGMENT
    with source(size) as port:
        relay = Relay(port, down_bps=400_000)
        took = ask(relay.port, size)
        relay.close()
    # Never faster than the line; how much slower is the machine's affair, so what the line carried says the rest.
    assert took >= (size + 20 * HEADERS) * 8 / 400_000
    assert relay.down.payload == size
    assert relay.wire_down() == pytest.approx(size + 20 * HEADERS, rel=0.05)


def test_a_new_connection_costs_two_round_trips_until_its_first_answer() -> None:
    with source(1) as port:
        relay = Relay(port, down_bps=0, rtt=0.5)
        took = ask(relay.port, 1)
        relay.close()
    assert 1.0 <= took < 1.5, "two round trips, and not a third"
