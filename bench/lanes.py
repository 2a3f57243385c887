"""As many checks beside each other as the machine carries: one more whenever it is on time and not busy.

Each check has a process of its own, forked of one that has imported everything (`warm.py`). One during which the
machine was late says nothing of a network: it is void, and is run again at the end.
"""

import multiprocessing
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from types import TracebackType

from bench.lane import NOTHING, Checked, check
from bench.machine import Machine
from jemaa.errors import JemaaError

Job = tuple[str, int]
"""A profile and a seed."""

TRIES = 3
LOOK_SECONDS = 0.5
EACH_SECONDS = 1.5
"""Between two starts: a lab, two servers and the first steps of a check are the dearest part of it."""
SEEN_SECONDS = 6.0
"""What the machine was like in so many last seconds decides whether there is room for one more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many at most, what share of the processors stays free, how late the machine may be, when nothing is begun
    any more."""

    together: int
    idle: float
    late: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """A check that is over: what came of it, how long it took, how many ran beside it, how late the machine was."""

    job: Job
    checked: Checked
    seconds: float
    beside: int
    late: float
    is_void: bool


@dataclass(slots=True)
class _Lane:
    job: Job
    process: ForkServerProcess
    answer: Connection
    began: float


class Lanes:
    """All checks under way. A context: whatever still runs at its end is ended."""

    def __init__(
        self, machine: Machine, limits: Limits, options: Sequence[str] | Callable[[Job], Sequence[str]]
    ) -> None:
        self._machine = machine
        self._limits = limits
        self._options = options if callable(options) else lambda job, given=tuple(options): given
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.warm", "bench.lane"])
        self._running: list[_Lane] = []
        self._last_start = 0.0

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lane in self._running:
            lane.process.terminate()
        for lane in self._running:
            lane.process.join()

    def run(self, jobs: Iterable[Job], take: Callable[[Done], bool]) -> None:
        """Until all are over or were tried `TRIES` times, or time is up. `take` says of each whether it is kept."""
        left, tries, began = deque(jobs), dict[Job, int](), time.monotonic()
        while (left and time.monotonic() - began < self._limits.seconds) or self._running:
            if left and time.monotonic() - began < self._limits.seconds and self._has_room():
                self._start(left.popleft())
            for lane in self._ended():
                found = self._done(lane)
                tries[lane.job] = tries.get(lane.job, 0) + 1
                if not take(found) and tries[lane.job] < TRIES:
                    left.append(lane.job)

    def _has_room(self) -> bool:
        if not self._running:
            return True
        if len(self._running) >= self._limits.together or time.monotonic() - self._last_start < EACH_SECONDS:
            return False
        is_on_time = self._machine.late(SEEN_SECONDS) < self._limits.late / 2
        return is_on_time and self._machine.idle(SEEN_SECONDS) > self._limits.idle

    def _start(self, job: Job) -> None:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = self._context.Process(target=lane, args=(*job, tuple(self._options(job)), theirs), daemon=False)
        process.start()
        theirs.close()
        self._last_start = time.monotonic()
        self._running.append(_Lane(job, process, ours, self._last_start))

    def _ended(self) -> list[_Lane]:
        """Those that have said what they found, or died; after a moment none."""
        ready = wait([one.answer for one in self._running], LOOK_SECONDS)
        found = [one for one in self._running if one.answer in ready]
        self._running = [one for one in self._running if one not in found]
        return found

    def _done(self, lane: _Lane) -> Done:
        try:
            checked: Checked = lane.answer.recv()
        except EOFError:
            checked = NOTHING
        lane.answer.close()
        lane.process.join()
        lane.process.close()
        seconds = time.monotonic() - lane.began
        late = self._machine.late(seconds)
        return Done(lane.job, checked, seconds, len(self._running), late, late > self._limits.late)


def lane(profile: str, seed: int, options: tuple[str, ...], answer: Connection) -> None:
    """The life of a lane's process. A lab that could not be built is no fact of any network: said, and tried again.
    When it is asked to end it leaves nothing behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked, who then ends us
    try:
        found = check(profile, seed, options)
    except (JemaaError, OSError, subprocess.SubprocessError) as error:
        found = Checked(b"", 0, 0, str(error))
    answer.send(found)
