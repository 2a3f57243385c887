"""Reflector room. Which runs there are, and what arrived of each: counts by stamp, and never from whom.

All of it is memory, and is gone minutes after the run.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from jemaa.limits import CHECK_RUN_SECONDS, MAX_CHECK_ARMS, MAX_CHECK_RUNS
from jemaa.packets.offer import Arrived, Counts
from jemaa.packets.stamp import MAX_NUMBER, RUN_BYTES, Stamp, inverted, run_key, stamps

from .purse import Purse

_MAX_SECONDS = 1_200
_MAX_PURSES = 8
"""Of one run: networks that share addresses give one person some of them, in turns."""


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
    """`turned_away` are different packets by their arms, as bits; `overflowed` is what was lost before it began."""

    key: bytes
    began: float
    overflowed: int
    arms: dict[int, _Arm] = field(default_factory=dict)
    turned_away: dict[int, int] = field(default_factory=dict)
    purses: list[Purse] = field(default_factory=list)

    @property
    def ends(self) -> float:
        return self.began + CHECK_RUN_SECONDS

    def arrived(self, number: int) -> Arrived:
        arm, away = self.arms.get(number), self.turned_away.get(number, 0).bit_count()
        if arm is None:
            return Arrived(count=0, seconds=[], turned_away=away)
        return Arrived(count=arm.numbers.bit_count(), seconds=arm.seconds, turned_away=away)


class Ledger:
    """Runs under way. `now` is in monotonic seconds."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)
        self._asked: OrderedDict[bytes, _Run] = OrderedDict()
        self._used: OrderedDict[bytes, _Run] = OrderedDict()

    def begin(self, now: float, overflowed: int = 0) -> tuple[bytes, bytes]:
        """A new run and its key; `overflowed` is how much this machine has lost so far before anybody saw it. Where
        there are too many the oldest goes that was only asked for: whoever asks for thousands pushes out nobody who is
        checking."""
        self._forget(now)
        while len(self._asked) + len(self._used) >= MAX_CHECK_RUNS:
            (self._asked or self._used).popitem(last=False)
        run = secrets.token_bytes(RUN_BYTES)
        key = run_key(self._secret, run)
        self._asked[run] = _Run(key, now, overflowed)
        return run, key

    def see(self, data: bytes, now: float, purse: Purse | None = None) -> tuple[Stamp, bool] | None:
        """Count a packet that bears a stamp of a run under way: the stamp, and whether the packet is a twin."""
        for run, stamp, is_twin in self._stamped(data, now):
            self._count(run, stamp, now)
            if purse is not None and purse not in run.purses and len(run.purses) < _MAX_PURSES:
                run.purses.append(purse)
            return stamp, is_twin
        return None

    def turn_away(self, data: bytes, now: float) -> bool:
        """Count a packet that is not answered because too much came; whether it is of a run under way."""
        for run, stamp, _ in self._stamped(data, now):
            if stamp.arm in run.turned_away or len(run.turned_away) < MAX_CHECK_ARMS:
                run.turned_away[stamp.arm] = run.turned_away.get(stamp.arm, 0) | 1 << stamp.number
            return True
        return False

    def counts(self, run: bytes, now: float, overflowed: int = 0) -> Counts | None:
        """What arrived so far; None for a run that is not, or not any more. `overflowed` as in `begin`."""
        found = self._find(run, now)
        if found is None:
            return None
        numbers = dict.fromkeys((*found.arms, *found.turned_away))
        unread = {kind for purse in found.purses for kind in purse.unread(found.began)}
        if overflowed > found.overflowed:
            unread.add("packets")
        return Counts(run=run.hex(), arms={one: found.arrived(one) for one in numbers}, unread=sorted(unread))

    def _stamped(self, data: bytes, now: float) -> Iterator[tuple[_Run, Stamp, bool]]:
        """The run whose stamp a packet bears, if there is one, which is then a run that is used."""
        for is_twin in (False, True):
            for stamp in stamps(inverted(data[:512]) if is_twin else data):
                run = self._find(stamp.run, now)
                if run is not None and stamp.number <= MAX_NUMBER and stamp.is_by(run.key):
                    if stamp.run in self._asked:
                        self._used[stamp.run] = self._asked.pop(stamp.run)
                    yield run, stamp, is_twin

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
