"""Probe room. What a check writes down while it runs: arms, series, residuals, rungs. Nothing is judged here."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from jemaa.facts.record import Arm, LeftOut, Payload, Residual, Rung, Series, Transport
from jemaa.packets.offer import Arrived
from jemaa.packets.stamp import stamp

TIMEOUT = "generic_timeout_error"
ALIASES = ("reference-1", "page-1")
CONTROL, RELAYED, BETWEEN = 65_535, 65_534, 60_000
"""Numbers of what is no arm and bears a stamp all the same: controls after a trigger, a relay's first question, seconds
of a flow that say nothing."""


@dataclass(slots=True)
class Tally:
    """One arm under way. `stamp` for each packet or attempt, then `answered` or `failed` at most once for it."""

    id: str
    step: str
    number: int
    key: bytes
    run: bytes
    server: str
    port: int
    transport: Transport
    payload: Payload
    at_ms: int
    began: float
    sent: int = 0
    answers: set[int] = field(default_factory=set)
    rtts: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    artefact: str | None = None
    is_stamped: bool = True
    turned_away: int = 0
    """Attempts of which the server said itself that it has no time for them."""
    down: list[int] = field(default_factory=list)
    last_rx: float | None = None
    volume: int = 0

    def stamp(self) -> bytes:
        """The stamp of the next packet, which counts as sent."""
        made = stamp(self.key, self.run, self.number, self.sent)
        self.sent += 1
        return made

    def answered(self, number: int, *, rtt: float | None = None, size: int = 0) -> None:
        """An answer to packet `number` came; a second one counts for nothing."""
        if number in self.answers or not 0 <= number < self.sent:
            return
        self.answers.add(number)
        self.volume += size
        self.last_rx = time.monotonic() - self.began
        second = int(self.last_rx)
        self.down += [0] * (second + 1 - len(self.down))
        self.down[second] += 1
        if rtt is not None:
            self.rtts.append(rtt)

    def failed(self, word: str, artefact: str | None = None) -> None:
        """A packet or attempt went wrong in a way that has a name."""
        self.failures[word] += 1
        if artefact is not None:
            self.artefact = artefact

    @property
    def is_measured(self) -> bool:
        """Whether it goes to the measuring address."""
        return self.server == "reference-1"

    def arm(self, arrived: Arrived | None, turned_away: int = 0) -> Arm:
        """As it is kept. `arrived` is what the server logged of it, `turned_away` what it then turned away."""
        ordered = sorted(self.rtts)
        lost = self.sent - len(self.answers)
        return Arm(
            id=self.id,
            step=self.step,
            server=self.server,
            port=self.port,
            transport=self.transport,
            payload=self.payload,
            sent=self.sent,
            rx_client=len(self.answers),
            rx_server=None if arrived is None else min(arrived.count, self.sent),
            turned_away=min(lost, max(turned_away, self.turned_away)),
            failure=self._failure(),
            rtt_ms_p50=_quantile(ordered, 0.5),
            rtt_ms_p95=_quantile(ordered, 0.95),
            artefact=self.artefact,
            at_ms=self.at_ms,
        )

    def series(self, arrived: Arrived | None) -> Series:
        """Second by second."""
        return Series(
            arm=self.id,
            up=(arrived.seconds if arrived else [])[:1_200],
            down=self.down[:1_200],
            last_rx_s=None if self.last_rx is None else round(self.last_rx, 3),
            bytes=self.volume,
        )

    def _failure(self) -> str | None:
        lost = self.sent - len(self.answers)
        if not self.sent or 2 * lost <= self.sent:
            return None
        if self.failures:
            return self.failures.most_common(1)[0][0]
        return TIMEOUT if not self.answers else None


def _quantile(ordered: list[float], share: float) -> float | None:
    """In ms, of seconds."""
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1_000, 1)


class Book:
    """All of one check. Arms are numbered as they are opened: the number is what their stamps carry."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.began = time.monotonic()
        self.key, self.run = b"", bytes(4)
        self.order: list[str] = []
        self.tallies: dict[str, Tally] = {}
        self.serial: set[str] = set()
        self.residual: list[Residual] = []
        self.rungs: list[Rung] = []
        self.left_out: list[LeftOut] = []

    def open(
        self, id_: str, *, port: int, transport: Transport, payload: Payload, server: str = "reference-1"
    ) -> Tally:
        """A new arm; its step is what its id begins with."""
        now = time.monotonic()
        tally = Tally(
            id_,
            id_.partition("-")[0],
            len(self.tallies),
            self.key,
            self.run,
            server,
            port,
            transport,
            payload,
            round((now - self.began) * 1_000),
            now,
        )
        self.tallies[id_] = tally
        self.order.append(id_)
        return tally

    def with_series(self, tally: Tally) -> None:
        """Keep this arm second by second too."""
        self.serial.add(tally.id)

    def leave_out(self, step: str, why: str) -> None:
        """A step, or a part of it, is not done; `why` is one of `facts.record.REASONS`."""
        one = LeftOut(step=step, why=why)
        if one not in self.left_out:
            self.left_out.append(one)

    def seconds(self) -> float:
        """Since the check began."""
        return time.monotonic() - self.began

    def rechecked(self, trigger: Tally, after_s: float, ok: bool) -> None:
        """What a neutral control said after a trigger."""
        self.residual.append(Residual(trigger=trigger.id, after_s=round(max(0.0, after_s), 2), ok=ok))
