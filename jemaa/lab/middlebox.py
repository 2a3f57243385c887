"""Lab room. The middlebox at work: between two TUN devices of the operator's namespace, one process on one core.

`near` faces the participant, `far` the internet. Packets are read, judged by the engine, and written when they are
due. Decisions go to a file as JSON, one a line; with the first, and every few seconds, so do figures of its own
speed, and a sentence when it does not keep up.
"""

import argparse
import dataclasses
import heapq
import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from jemaa import limits

from . import kernel
from .actions import Release
from .engine import Decision, Engine
from .failures import LabFailed
from .packet import Direction
from .profile import load

READ_BYTES = 65_536
AT_ONCE = 64
"""Packets read from one side before the other and the clock get their turn."""
REPORT_SECONDS = 5.0
_FEW_UNREAD = 10
"""The kernel loses one now and then for reasons of its own; a queue that is full loses hundreds."""
_SEND_DROPS = 12
"""The word of a device's line in /proc/net/dev (proc(5)): what it could not send on, to us."""


class Log:
    """The file of decisions. Times are seconds since the middlebox began."""

    def __init__(self, file: TextIO, began: float) -> None:
        self._file = file
        self._began = began

    def decision(self, decision: Decision) -> None:
        """Write one decision."""
        values = dataclasses.asdict(decision) | {"at": round(decision.at - self._began, 6)}
        self._file.write(json.dumps(values) + "\n")

    def note(self, now: float, values: dict[str, object]) -> None:
        """Write what is no decision: it has `note`."""
        self._file.write(json.dumps({"at": round(now - self._began, 3)} | values) + "\n")

    def flush(self) -> None:
        """Let readers see what was written."""
        self._file.flush()


class Middlebox:
    """Two devices, an engine, and the packets that wait. Touched by one process only."""

    def __init__(self, near: int, far: int, profile: str, seed: int, log: Log) -> None:
        self._seed = seed
        self._log = log
        self.use(profile)
        self._out: dict[Direction, int] = {"up": far, "down": near}
        self._waiting: list[tuple[float, int, Release]] = []
        self._order = 0
        self._seen = self._lost = self._refused = 0
        self._unread = unread_by_us()

    def use(self, profile: str) -> None:
        """Go on with this profile: what was remembered of flows goes with the old one."""
        self._engine = Engine(load(profile), self._seed, self._log.decision)
        self._log.note(time.monotonic(), {"note": "profile", "profile": profile, "seed": self._seed})
        self._log.flush()

    def take(self, direction: Direction, device: int) -> None:
        """Read what is there, up to a fair share, and judge it."""
        for _ in range(AT_ONCE):
            try:
                raw = os.read(device, READ_BYTES)
            except BlockingIOError:
                return
            now = time.monotonic()
            self._seen += 1
            for release in self._engine.judge(raw, direction, now):
                self._let_go(release, now)

    def _let_go(self, release: Release, now: float) -> None:
        if release.at <= now:
            self._write(release)
        elif len(self._waiting) < limits.LAB_WAITING_PACKETS:
            self._order += 1
            heapq.heappush(self._waiting, (release.at, self._order, release))
        else:
            self._lost += 1

    def _write(self, release: Release) -> None:
        try:
            os.write(self._out[release.direction], release.raw)
        except BlockingIOError:
            self._lost += 1
        except OSError:  # the kernel refuses what is no packet to it, such as a corrupted header
            self._refused += 1

    def write_due(self) -> float | None:
        """Write all that is due; seconds until the next is, None if nothing waits."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            self._write(heapq.heappop(self._waiting)[2])
        return max(0.0, self._waiting[0][0] - now) if self._waiting else None

    def report(self, busy: float, seconds: float) -> None:
        """How fast it went and how much of a core that took; whether it kept up."""
        now, rate = time.monotonic(), self._seen / seconds
        before, self._unread = self._unread, unread_by_us()
        unread = self._unread - before
        self._lost += unread if unread > _FEW_UNREAD else 0
        values: dict[str, object] = {"note": "speed", "packets_a_second": round(rate), "busy": round(busy, 3)}
        values |= {"waiting": len(self._waiting), "lost": self._lost, "refused": self._refused}
        self._log.note(now, values)
        if self._lost or busy > 0.95:
            text = f"the middlebox does not keep up: {rate:.0f} packets/s, {self._lost} lost, {busy:.0%} of a core"
            self._log.note(now, {"note": "behind", "text": text})
            print(text, file=sys.stderr)
        self._seen = self._lost = self._refused = 0

    def run(self, near: int, far: int, control: int) -> None:
        """Until the control pipe closes. A line on it is the name of the profile to go on with."""
        poll = select.poll()
        for device in (near, far, control):
            poll.register(device, select.POLLIN)
        began, processor = time.monotonic(), time.process_time()
        while True:
            due = self.write_due()
            wait = REPORT_SECONDS if due is None else min(due, REPORT_SECONDS)
            ready = [device for device, _ in poll.poll(wait * 1000)]
            if near in ready:
                self.take("up", near)
            if far in ready:
                self.take("down", far)
            if control in ready and not self._obey(control):
                return
            now = time.monotonic()
            if now - began > REPORT_SECONDS:
                self.report((time.process_time() - processor) / (now - began), now - began)
                began, processor = now, time.process_time()
            self._log.flush()

    def _obey(self, control: int) -> bool:
        words = os.read(control, 4096).decode().split()
        if words:
            self.use(words[-1])
            print(f"profile {words[-1]}", flush=True)
        return bool(words)


def unread_by_us() -> int:
    """Packets that the kernel threw away before the middlebox could read them: its devices' queues were full."""
    lines = [line.split() for line in Path("/proc/self/net/dev").read_text().splitlines()]
    return sum(int(words[_SEND_DROPS]) for words in lines if words[0] in ("near:", "far:"))


def main(arguments: Sequence[str]) -> int:
    """Run in the operator's network namespace: make the two devices, say so, judge until standard input closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, required=True)
    given = parser.parse_args(arguments)
    kernel.die_with_parent(signal.SIGKILL)
    try:
        near, far = kernel.open_tun("near"), kernel.open_tun("far")
        file = _opened(given.log)
    except LabFailed as trouble:
        print(json.dumps({"error": trouble.code, "text": trouble.text}), flush=True)
        return 1
    with file:
        box = Middlebox(near, far, given.profile, given.seed, Log(file, time.monotonic()))
        print("ready", flush=True)
        box.run(near, far, sys.stdin.fileno())
    return 0


def _opened(log: Path) -> TextIO:
    try:
        return log.open("a")
    except OSError as trouble:
        text = f"decisions cannot be written to {log} ({trouble.strerror}); name another file"
        raise LabFailed("lab-log-failed", text) from None
