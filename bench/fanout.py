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
BATCHES_MS = (20, 60, 100, 200)
GOAL_MS = 200
ROUNDS = 6
"""How often each side is measured at `GOAL_MS`, in turns."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Per cent of a core with nobody listening, and with `COUNT` at the same time."""

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
            f"below Icecast's {goal:.1f}" if batch == GOAL_MS else "reported",
            _median(costs, lambda cost: cost.micros) < goal if batch == GOAL_MS else None,
            f"user and system time of two servers over {seconds():.0f} s, {COUNT} listeners at one and none at the "
            f"other, then the other way round; the median of {len(costs)} such figures",
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
    """How long is measured: the floor's speech once round. What its encoding takes differs from word to word."""
    return spoken_floor().seconds


def _median(costs: list[Cost], figure: Callable[[Cost], float]) -> float:
    return statistics.median(figure(cost) for cost in costs)


def _in_words(costs: list[Cost]) -> str:
    each = sorted(cost.micros for cost in costs)
    spread = f" ({each[0]:.0f} to {each[-1]:.0f})" if len(each) > 1 else ""
    alone, listened = _median(costs, lambda cost: cost.alone), _median(costs, lambda cost: cost.listened)
    shares = f"of a core {listened:.1f} % with {COUNT:,}, {alone:.1f} % with none"
    return f"{statistics.median(each):.1f} µs/s{spread}; {shares}"


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
    with meeting(spoken_floor()) as one, meeting(spoken_floor()) as other:
        time.sleep(2)  # what begins once is not what is measured
        return in_turns({server.pid: live_order(server, batch_ms, COUNT, a_second=500) for server in (one, other)})


def icecast_cost(page_ms: int) -> Cost:
    """Of Icecast, for as many."""
    with tempfile.TemporaryDirectory() as name:
        sound = spoken_floor().write(Path(name) / "floor.wav")
        order = {"host": "127.0.0.1", "count": COUNT, "a_second": 500, "request": "GET /floor HTTP/1.0\r\n\r\n"}
        with Icecast(sound, page_ms=page_ms) as one, Icecast(sound, page_ms=page_ms) as other:
            return in_turns({cast.server.pid: order | {"port": cast.port} for cast in (one, other)})


def in_turns(orders: dict[int, dict[str, Any]]) -> Cost:
    """What listeners cost two servers, by process id, that do the same: first one has them and then the other.

    On a shared machine the same work takes a quarter more or less from minute to minute, more than all listeners cost;
    two servers at the same time differ by half a hundredth of a core, always the same way, which their turns take out.
    """
    (one, first), (other, second) = orders.items()
    turns = [cost(one, other, first), cost(other, one, second)]
    return Cost(statistics.mean(turn.alone for turn in turns), statistics.mean(turn.listened for turn in turns))


def cost(pid: int, idle: int, order: dict[str, Any]) -> Cost:
    """What one server needs with everybody, and the `idle` one meanwhile."""
    listeners = Listeners(order)
    try:
        wait_for_all(listeners, COUNT)
        listened, alone = shares_of_core(pid, idle)
        check_all_hear(listeners.report(), seconds())
        return Cost(alone, listened)
    finally:
        listeners.close()


def shares_of_core(*pids: int) -> list[float]:
    """Per cent of one core that each process needs, over the floor once round."""
    began, used = time.monotonic(), [cpu_seconds(pid) for pid in pids]
    time.sleep(seconds())
    over = time.monotonic() - began
    return [(cpu_seconds(pid) - before) / over * 100 for pid, before in zip(pids, used, strict=True)]


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
