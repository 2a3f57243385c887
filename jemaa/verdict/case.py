"""Verdict room. One measurement as rules look at it: arms by pattern, what got through, and where it was seen twice.

A pattern is an id of `docs/check.md` with `*` for any text and `[0-9]*` for a number: `stun-[0-9]*-genuine`. A second
round of an arm (`_again` in its id) belongs to every pattern that fits the first.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from jemaa.facts.record import Arm, Measurement, Residual, Rung, Series

AGAIN = "_again"
Patterns = str | tuple[str, ...]


class Share(NamedTuple):
    """Of so many sent so many came back."""

    ok: int
    sent: int

    @property
    def rate(self) -> float:
        """From 0 to 1; 0 for none."""
        return self.ok / self.sent if self.sent else 0.0


class Case:
    """A measurement; the same question is answered once. No question sees an arm of which the server itself turned some
    away, nor what hangs on it: it says nothing of the network.
    """

    def __init__(self, measurement: Measurement) -> None:
        self.measurement = measurement
        self.turned_away = tuple(arm for arm in measurement.arms if arm.turned_away)
        self._away = {arm.id for arm in self.turned_away}
        self._arms = [arm for arm in measurement.arms if arm.sent and not arm.turned_away]
        self._plain = [arm.id.replace(AGAIN, "") for arm in self._arms]
        self._by_step: dict[str, list[int]] = {}
        for place, plain in enumerate(self._plain):
            self._by_step.setdefault(plain.partition("-")[0], []).append(place)
        self._places: dict[str, list[int]] = {}
        self._found: dict[Patterns, tuple[Arm, ...]] = {}

    def arms(self, patterns: Patterns) -> tuple[Arm, ...]:
        """All arms that fit and sent something, in the order of the record."""
        if patterns not in self._found:
            every = (patterns,) if isinstance(patterns, str) else patterns
            places = sorted({place for one in every for place in self._fitting(one)})
            self._found[patterns] = tuple(self._arms[place] for place in places)
        return self._found[patterns]

    def _fitting(self, pattern: str) -> list[int]:
        """Only arms of the step with which the pattern begins are looked at, if it begins with one."""
        if pattern not in self._places:
            step = pattern.partition("-")[0]
            some = range(len(self._arms)) if "*" in step else self._by_step.get(step, ())
            self._places[pattern] = [place for place in some if fnmatchcase(self._plain[place], pattern)]
        return self._places[pattern]

    def series(self, patterns: Patterns) -> tuple[Series, ...]:
        """Series of arms that fit."""
        return tuple(
            one
            for one in self.measurement.series
            if _fits(one.arm.replace(AGAIN, ""), patterns) and one.arm not in self._away
        )

    def beats(self, patterns: Patterns) -> frozenset[int]:
        """Seconds since the check's start in which an answer came on one of these flows."""
        starts = {arm.id: arm.at_ms for arm in self.arms(patterns)}
        return frozenset(
            starts[one.arm] // 1_000 + second
            for one in self.series(patterns)
            if one.arm in starts
            for second, count in enumerate(one.down)
            if count
        )

    def residual(self, patterns: Patterns) -> tuple[Residual, ...]:
        """What came of the controls after triggers that fit."""
        return tuple(
            one
            for one in self.measurement.residual
            if _fits(one.trigger.replace(AGAIN, ""), patterns) and one.trigger not in self._away
        )

    def rung(self, name: str) -> Rung | None:
        """What came of a way to attend; None where it was not tried."""
        return next((rung for rung in self.measurement.rungs if rung.name == name), None)


def share(arms: Iterable[Arm]) -> Share:
    """Of all of these together."""
    found = list(arms)
    return Share(sum(arm.rx_client for arm in found), sum(arm.sent for arm in found))


def ids(arms: Iterable[Arm]) -> tuple[str, ...]:
    """Of these."""
    return tuple(arm.id for arm in arms)


def mark(arms: Iterable[Arm]) -> str | None:
    """The mark that somebody left on any of these."""
    return next((arm.artefact for arm in arms if arm.artefact is not None), None)


def pairs(of: Sequence[Arm], beside: Sequence[Arm]) -> list[tuple[Arm, Arm]]:
    """Each arm with the one that differs from it by its payload alone."""
    twins = {arm.id.rpartition("-")[0]: arm for arm in beside}
    return [(arm, twins[key]) for arm in of if (key := arm.id.rpartition("-")[0]) in twins]


def _fits(identity: str, patterns: Patterns) -> bool:
    if isinstance(patterns, str):
        return fnmatchcase(identity, patterns)
    return any(fnmatchcase(identity, one) for one in patterns)
