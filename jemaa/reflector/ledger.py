"""Reflector room. Which runs there are, and what arrived of each: counts by stamp, and never from whom.

All of it is memory, and is gone minutes after the run.
"""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from jemaa.limits import CHECK_RUN_SECONDS, MAX_CHECK_ARMS, MAX_CHECK_RUNS
from jemaa.packets.offer import Arrived, Counts
from jemaa.packets.stamp import MAX_NUMBER, RUN_BYTES, Stamp, inverted, run_key, stamps

_MAX_SECONDS = 1_200


@dataclass(slots=True)
class _Arm:
    """Different packets of one arm as bits, and when they came."""

    first: float
    numbers: int = 0
    seconds: list[int] = field(default_factory=list)

    def add(self, number: int, now: float) -> None:
        bit = 1 << number
        if self.numbers & bit:
            return
        self.numbers |= bit
        second = min(int(now - self.first), _MAX_SECONDS - 1)
        self.seconds += [0] * (second + 1 - len(self.seconds))
        self.seconds[second] += 1


@dataclass(slots=True)
class _Run:
    key: bytes
    ends: float
    arms: dict[int, _Arm] = field(default_factory=dict)


class Ledger:
    """Runs under way. `now` is in monotonic seconds."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._asked: OrderedDict[bytes, _Run] = OrderedDict()
        self._used: OrderedDict[bytes, _Run] = OrderedDict()

    def begin(self, now: float) -> tuple[bytes, bytes]:
        """A new run and its key. Where there are too many the oldest goes that was only asked for: whoever asks for
        thousands pushes out nobody who is checking."""
        self._forget(now)
        while len(self._asked) + len(self._used) >= MAX_CHECK_RUNS:
            (self._asked or self._used).popitem(last=False)
        run = secrets.token_bytes(RUN_BYTES)
        key = run_key(self._secret, run)
        self._asked[run] = _Run(key, now + CHECK_RUN_SECONDS)
        return run, key

    def see(self, data: bytes, now: float) -> tuple[Stamp, bool] | None:
        """Count a packet that bears a stamp of a run under way: the stamp, and whether the packet is a twin."""
        for is_twin in (False, True):
            for stamp in stamps(inverted(data[:512]) if is_twin else data):
                run = self._find(stamp.run, now)
                if run is not None and stamp.number <= MAX_NUMBER and stamp.is_by(run.key):
                    if stamp.run in self._asked:
                        self._used[stamp.run] = self._asked.pop(stamp.run)
                    self._count(run, stamp, now)
                    return stamp, is_twin
        return None

    def counts(self, run: bytes, now: float) -> Counts | None:
        """What arrived so far; None for a run that is not, or not any more."""
        found = self._find(run, now)
        if found is None:
            return None
        arms = {
            number: Arrived(count=arm.numbers.bit_count(), seconds=arm.seconds) for number, arm in found.arms.items()
        }
        return Counts(run=run.hex(), arms=arms)

    def _find(self, run: bytes, now: float) -> _Run | None:
        found = self._asked.get(run) or self._used.get(run)
        return found if found is not None and now < found.ends else None

    def _count(self, run: _Run, stamp: Stamp, now: float) -> None:
        if stamp.arm not in run.arms:
            if len(run.arms) >= MAX_CHECK_ARMS:
                return
            run.arms[stamp.arm] = _Arm(now)
        run.arms[stamp.arm].add(stamp.number, now)

    def _forget(self, now: float) -> None:
        """The oldest first: nothing is kept for longer than twice a run's time."""
        for runs in (self._asked, self._used):
            while runs and next(iter(runs.values())).ends <= now:
                runs.popitem(last=False)
