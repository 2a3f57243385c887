"""A world of networks for the rules: the arms of `docs/check.md` as each profile of the lab would answer them.

A network is a line (how packets get lost and late) and a filter (what does not pass, by what it is and where it goes).
No clock and no socket: a thousand checks take seconds. What real checks see in the lab is `bench/ground_truth.py`'s.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jemaa.facts.record import Arm, Controls, Measurement, Network, Payload, Plan, Residual, Rung, Series, Transport
from jemaa.verdict.statistics import fisher_greater

HIGH, HIGH_TCP = 47_123, 8_443
UDP_PORTS = (443, 80, 3478, 3479, 5349, 5060, 8801, 10_000, 16_384, 19_302, 40_000, HIGH)
APPS = ("whatsapp", "skype", "zoom", "google", "signal", "facebook", "telegram", "viber")
STACKS = ("openssl", "browser", "pion")
CALL_PORTS = (3478, 3479, 5349, 5060, 8801, 10_000, 16_384, 19_302)
FLOW_SECONDS = 36.0
BESIDE = 3
"""Packets of the long flows that pass in a round of another step."""


@dataclass(frozen=True)
class Line:
    """Losses come in bursts of `burst` packets in the mean; `outage` is a time in seconds in which nothing passes."""

    loss: float = 0.0
    burst: float = 1.0
    rtt_ms: float = 60.0
    jitter_ms: float = 5.0
    kbps: float = 20_000.0
    outage: tuple[float, float] | None = None


@dataclass(frozen=True)
class Sent:
    """What a filter can see of a packet or an attempt; `kind` is such as `stun`, `app`, `rtp`, `tls`, `page`."""

    kind: str
    port: int
    proto: str = "udp"
    word: str = ""
    host: str = "reference"


Filter = Callable[[Sent], bool]


@dataclass(frozen=True)
class World:
    """One network. `cut` says which traffic dies, `keeps` is the share of it that passes all the same."""

    line: Line = field(default_factory=Line)
    cut: tuple[Filter, ...] = ()
    keeps: float = 0.0
    lingers: tuple[str, ...] = ()
    reset: bool = False
    bogon: bool = False
    kill_age: float | None = None
    kill_bytes: int | None = None
    shape: str = ""
    proxy: str = ""
    elsewhere: bool | None = True
    lite: bool = False

    def passes(self, what: Sent) -> bool:
        """By the filter alone."""
        return not any(cut(what) for cut in self.cut)


class Walk:
    """One check of a world: writes arms as the steps would, with chance from a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.arms: list[Arm] = []
        self.series: list[Series] = []
        self.residual: list[Residual] = []
        self.now = 0.0
        self._is_bad = False

    def is_thin(self) -> bool:
        """Whether at most half of the last arm came through: only then is it asked what comes after."""
        return 2 * self.arms[-1].rx_client <= self.arms[-1].sent

    def packet(self, later: float = 0.0) -> bool:
        """Whether one packet there and back survives the line, in a state that lasts (Gilbert)."""
        line = self.world.line
        if line.outage and line.outage[0] <= self.now + later < line.outage[1]:
            return False
        if self._is_bad:
            self._is_bad = self.chance.random() >= 1 / line.burst
        elif line.loss:
            self._is_bad = self.chance.random() < line.loss / max(1e-9, (1 - line.loss) * line.burst)
        return not self._is_bad

    def attempt(self) -> bool:
        """Whether a connection gets through in the end."""
        return self.late() is not None

    def late(self) -> float | None:
        """When a connection gets through that asks again after one second and three; others' packets pass between."""
        for later in (0.0, 0.2, 1.0, 1.4, 3.0):
            if self.packet(later):
                return later
            for _ in range(12):
                self.packet()
        return None

    def rtt(self, more: float = 0.0) -> float:
        """Of one packet."""
        line = self.world.line
        return line.rtt_ms + self.chance.uniform(0, 2 * line.jitter_ms) + more

    def sends(self, arms: dict[str, tuple[Sent, int]], *, gap: float = 0.2) -> None:
        """Arms in turns with each other: one of each a round."""
        got = {identity: [] for identity in arms}  # type: dict[str, list[float]]
        for number in range(max(count for _, count in arms.values())):
            order = [identity for identity in arms if number < arms[identity][1]]
            self.chance.shuffle(order)
            for _ in range(BESIDE):
                self.packet()
            for identity in order:
                what = arms[identity][0]
                self.now += gap / len(order)
                survived = self.packet() if what.proto == "udp" else self.attempt()
                if survived and self.lets(what):
                    got[identity].append(self.rtt())
        for identity, (what, count) in arms.items():
            self.write(identity, what, count, got[identity])

    def lets(self, what: Sent) -> bool:
        """By the filter, of which some leaks."""
        return self.world.passes(what) or self.chance.random() < self.world.keeps

    def write(self, identity: str, what: Sent, count: int, got: list[float], artefact: str | None = None) -> None:
        """An arm into the book."""
        ordered = sorted(got)
        failure = None if got else "generic_timeout_error"
        if not self.world.passes(what):
            artefact = artefact or ("icmp" if self.world.proxy else None)
            if what.word == "voip" and what.proto == "tls" and self.world.reset:
                failure, artefact = "connection_reset", "rst"
        alias = {"page": "page-1", "anchor": "anchor-1", "peer": "peer-1", "resolver": "resolver"}
        self.arms.append(
            Arm(
                id=identity, step=identity.partition("-")[0], server=alias.get(what.host, "reference-1"),
                port=what.port, transport=_transport(what), payload=_payload(identity), sent=count, rx_client=len(got),
                rx_server=None if what.host != "reference" else min(count, len(got) + self.chance.randint(0, 1)),
                failure=failure, artefact=artefact,
                rtt_ms_p50=ordered[len(ordered) // 2] if ordered else None,
                rtt_ms_p95=ordered[int(0.95 * len(ordered))] if ordered else None, at_ms=int(self.now * 1_000),
            )
        )  # fmt: skip


def _transport(what: Sent) -> Transport:
    found: dict[str, Transport] = {"udp": "udp", "tcp": "tcp", "tls": "tls", "https": "https", "ws": "ws"}
    return found[what.proto]


def _payload(identity: str) -> Payload:
    last = identity.rpartition("-")[2]
    known: dict[str, Payload] = {"genuine": "genuine", "inverted": "inverted", "random": "random"}
    known["voip_name"] = "voip_name"
    return known.get(last, "neutral")


def measured(world: World, seed: int) -> Measurement:
    """The facts of one check in this world."""
    from .steps import walk

    done = walk(Walk(world, seed))
    a, b = (next((arm for arm in done.arms if arm.id == f"udp-aa_{which}-random"), None) for which in "ab")
    aa = None
    if a and b:
        both = [fisher_greater(x.rx_client, x.sent, y.rx_client, y.sent) for x, y in ((a, b), (b, a))]
        aa = min(1.0, 2 * min(both))
    anchors = [arm for arm in done.arms if arm.id.startswith("up-anchor")]
    return Measurement(
        software="jemaa 0.1.0", started_at=1_795_000_000, seconds=round(done.now, 1),
        network=Network(asn=64_500, cc="MA", access="adsl", vpn=False),
        plan=Plan(seed=seed, order=[arm.id for arm in done.arms], steps=["up"], lite=world.lite),
        arms=done.arms, series=done.series, residual=done.residual, rungs=_rungs(world),
        controls=Controls(
            anchors_ok=any(arm.rx_client for arm in anchors), server_ok_elsewhere=world.elsewhere, aa_p=aa,
            positive_ok=True,
        ),
    )  # fmt: skip


def _rungs(world: World) -> list[Rung]:
    is_there = world.passes(Sent("page", 443, "https", host="page"))
    return [
        Rung(name="live", usable=is_there and not world.proxy, kbps=min(world.line.kbps, 20.0), delay_ms_p95=300.0),
        Rung(name="stream", usable=is_there, kbps=20.0),
        Rung(name="pieces", usable=is_there, kbps=20.0),
        Rung(name="radio", usable=is_there, kbps=20.0),
        Rung(name="text", usable=is_there),
    ]


def together(one: World, other: World) -> World:
    """Both networks' troubles on one line."""
    return replace(
        one, cut=(*one.cut, *other.cut), keeps=max(one.keeps, other.keeps), lingers=(*one.lingers, *other.lingers),
        reset=one.reset or other.reset, bogon=one.bogon or other.bogon, kill_age=one.kill_age or other.kill_age,
        kill_bytes=one.kill_bytes or other.kill_bytes, shape=one.shape or other.shape,
    )  # fmt: skip
