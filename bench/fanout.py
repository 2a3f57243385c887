"""Processor time for 1,000 live listeners, side by side with Icecast and the same sound."""

import base64
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.harness.server import Server

from .icecast import Icecast
from .listeners import Listeners, masked_text, websocket_request
from .process import cpu_seconds
from .report import Row
from .scene import meeting, spoken_floor

COUNT = 1_000
SECONDS = 20
BATCHES_MS = (20, 60, 100, 200)


def measure() -> list[Row]:
    """Our server at four batch lengths and with nobody listening, then Icecast at 200 and 100 ms a page."""
    with meeting(spoken_floor()) as server:
        idle = share_of_core(server.pid)
        ours = {batch: listened(server, batch) for batch in BATCHES_MS}
    theirs = {page: icecast(page) for page in (200, 100)}
    goal = f"below Icecast ({theirs[200]:.2f} %)"
    rows = [
        Row(
            f"CPU of the server for 1,000 `live` listeners, {batch} ms batches",
            f"{ours[batch]:.2f} % of a core ({(ours[batch] - idle) * 10:.0f} µs/s a listener above the programme)",
            goal if batch == 200 else "reported",
            (ours[batch] < theirs[200]) if batch == 200 else None,
            "user and system time of the process over 20 s; everything included: decoding the floor, mixing, "
            f"every encoding ({idle:.2f} % with nobody listening), and the fan-out.",
        )
        for batch in BATCHES_MS
    ]
    return [*rows, *(icecast_row(page, share) for page, share in theirs.items())]


def icecast_row(page: int, share: float) -> Row:
    """What Icecast needed."""
    how = "Debian's icecast2, 32 kb/s Opus in Ogg from FFmpeg, whose encoding is not counted; the same listeners."
    return Row(f"CPU of Icecast for 1,000 listeners, {page} ms a page", f"{share:.2f} % of a core", "–", None, how)


def live_order(server: Server, batch_ms: int, count: int, *, a_second: int = 200) -> dict[str, Any]:
    """An order for listeners on path `live`."""
    hello = {"op": "hello", "listen": {"sound": "sound/32", "picture": None, "batch_ms": batch_ms, "back_ms": 0}}
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "count": count,
        "a_second": a_second,
        "request": websocket_request(f"/api/s/{server.session['id']}/live", f"127.0.0.1:{server.port}"),
        "hello": base64.b64encode(masked_text(hello)).decode(),
    }


def listened(server: Server, batch_ms: int) -> float:
    """Per cent of a core while 1,000 listen in batches of `batch_ms`."""
    listeners = Listeners(live_order(server, batch_ms, COUNT))
    try:
        wait_for_all(listeners, COUNT)
        share = share_of_core(server.pid)
        check_all_hear(listeners.report(), SECONDS)
        return share
    finally:
        listeners.close()
        time.sleep(2)  # the server says goodbye to 1,000 connections; that is not what the next run measures


def icecast(page_ms: int) -> float:
    """Per cent of a core that Icecast needs for as many."""
    with tempfile.TemporaryDirectory() as name:
        sound = spoken_floor().write(Path(name) / "floor.wav")
        with Icecast(sound, page_ms=page_ms) as server:
            order = {"host": "127.0.0.1", "port": server.port, "count": COUNT}
            listeners = Listeners(order | {"request": "GET /floor HTTP/1.0\r\n\r\n"})
            try:
                wait_for_all(listeners, COUNT)
                share = share_of_core(server.server.pid)
                check_all_hear(listeners.report(), SECONDS)
                return share
            finally:
                listeners.close()


def share_of_core(pid: int) -> float:
    """Per cent of one core that a process needs, over `SECONDS`."""
    began, used = time.monotonic(), cpu_seconds(pid)
    time.sleep(SECONDS)
    return (cpu_seconds(pid) - used) / (time.monotonic() - began) * 100


def wait_for_all(listeners: Listeners, count: int, *, timeout: float = 60) -> None:
    """Until everyone hears, and the report starts anew."""
    deadline = time.monotonic() + timeout
    while (report := listeners.report())["hearing"] < count:
        if report["refused"] or time.monotonic() > deadline:
            raise RuntimeError(f"only {report['hearing']} of {count} hear: {report['refused']}")
        time.sleep(0.5)
    time.sleep(2)  # bursts on connecting belong to joining
    listeners.report()


def check_all_hear(report: dict[str, Any], seconds: float) -> None:
    """A figure counts only if everyone got about 32 kb/s all the time."""
    kbps = report["bytes"] * 8 / COUNT / seconds / 1000
    if report["refused"] or not 22 < kbps < 50:
        raise RuntimeError(f"listeners got {kbps:.1f} kb/s each; refused: {report['refused']}")
