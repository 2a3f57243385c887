"""Processor time for 1,000 live listeners, side by side with Icecast and the same sound.

What a listener costs is what 1,000 of them add: Icecast is handed its sound encoded, while our server mixes and encodes
its programme, listeners or none. Both figures are printed.
"""

import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.harness.server import Server

from .icecast import Icecast
from .listeners import Listeners, masked_text, websocket_request
from .process import cpu_seconds
from .report import Row
from .scene import meeting, spoken_floor

COUNT = 1_000
LOOPS = 2
"""How often the floor's speech is heard while one figure is measured. What its encoding takes differs from word to
word by more than what all listeners cost; over whole loops it is the same with listeners and without."""
BATCHES_MS = (20, 60, 100, 200)
GOAL_MS = 200
ROUNDS = 3
"""How often each side is measured at `GOAL_MS`, in turns: one round differs from the next by a tenth."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Per cent of a core with nobody listening, and with `COUNT`."""

    alone: float
    listened: float

    @property
    def micros(self) -> float:
        """Microseconds of processor time a second that one listener adds."""
        return (self.listened - self.alone) / 100 / COUNT * 1e6


def measure() -> list[Row]:
    """Our server at four batch lengths, Icecast at 200 and 100 ms a page; at 200 ms in turns."""
    ours = {batch: [our_cost(batch)] for batch in BATCHES_MS}
    theirs = {page: [icecast_cost(page)] for page in (200, 100)}
    for _ in range(ROUNDS - 1):
        ours[GOAL_MS].append(our_cost(GOAL_MS))
        theirs[GOAL_MS].append(icecast_cost(GOAL_MS))
    goal = _median(theirs[GOAL_MS], lambda cost: cost.micros)
    rows = [
        Row(
            f"CPU a `live` listener, {batch} ms batches",
            _in_words(costs),
            f"below Icecast's {goal:.0f}" if batch == GOAL_MS else "reported",
            _median(costs, lambda cost: cost.micros) < goal if batch == GOAL_MS else None,
            f"user and system time of the process over {seconds():.0f} s, with {COUNT} listeners and with none",
        )
        for batch, costs in ours.items()
    ]
    how = "Debian's icecast2, 32 kb/s Opus in Ogg from FFmpeg, whose encoding is not counted; the same listeners."
    return [
        *rows,
        *(
            Row(f"CPU an Icecast listener, {page} ms a page", _in_words(costs), "–", None, how)
            for page, costs in theirs.items()
        ),
    ]


@cache
def seconds() -> float:
    """How long one figure is measured."""
    return LOOPS * spoken_floor().seconds


def _median(costs: list[Cost], figure: Callable[[Cost], float]) -> float:
    return statistics.median(figure(cost) for cost in costs)


def _in_words(costs: list[Cost]) -> str:
    each = sorted(cost.micros for cost in costs)
    spread = f" ({each[0]:.0f} to {each[-1]:.0f})" if len(each) > 1 else ""
    alone, listened = _median(costs, lambda cost: cost.alone), _median(costs, lambda cost: cost.listened)
    shares = f"of a core {listened:.1f} % with {COUNT:,}, {alone:.1f} % with none"
    return f"{statistics.median(each):.0f} µs/s{spread}; {shares}"


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


def our_cost(batch_ms: int) -> Cost:
    """Of our server, while 1,000 listen in batches of `batch_ms`."""
    with meeting(spoken_floor()) as server:
        time.sleep(2)  # what begins once is not what is measured
        return cost(server.pid, live_order(server, batch_ms, COUNT))


def icecast_cost(page_ms: int) -> Cost:
    """Of Icecast, for as many."""
    with tempfile.TemporaryDirectory() as name:
        sound = spoken_floor().write(Path(name) / "floor.wav")
        with Icecast(sound, page_ms=page_ms) as server:
            order = {"host": "127.0.0.1", "port": server.port, "count": COUNT}
            return cost(server.server.pid, order | {"request": "GET /floor HTTP/1.0\r\n\r\n"})


def cost(pid: int, order: dict[str, Any]) -> Cost:
    """What a server needs with nobody listening, and then with everybody."""
    alone = share_of_core(pid)
    listeners = Listeners(order)
    try:
        wait_for_all(listeners, COUNT)
        share = share_of_core(pid)
        check_all_hear(listeners.report(), seconds())
        return Cost(alone, share)
    finally:
        listeners.close()


def share_of_core(pid: int) -> float:
    """Per cent of one core that a process needs, over `LOOPS` of the floor."""
    began, used = time.monotonic(), cpu_seconds(pid)
    time.sleep(seconds())
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


def check_all_hear(report: dict[str, Any], over: float) -> None:
    """A figure counts only if everyone got about 32 kb/s all the time."""
    kbps = report["bytes"] * 8 / COUNT / over / 1000
    if report["refused"] or not 22 < kbps < 50:
        raise RuntimeError(f"listeners got {kbps:.1f} kb/s each; refused: {report['refused']}")
