"""Calls that go on for ten minutes: what ends them is told by whether their age, their volume or their looks decide."""

import random
from dataclasses import dataclass

import msgspec
import pytest

from jemaa.facts.record import Arm, Measurement, Series
from jemaa.probe.long_call import CALL_SECONDS, EACH_SECONDS, PAIRS
from jemaa.verdict import compare
from jemaa.verdict.case import Case
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from jemaa.verdict.rules.long import CALLS

from .profiles import PROFILES
from .world import World, measured

BYTES = 160


@dataclass(frozen=True)
class Cut:
    """How a network ends calls: at an age, after a volume; `all_udp`: whatever their first byte is."""

    age: float = CALL_SECONDS
    volume: float = float("inf")
    all_udp: bool = False

    def lasts(self, kind: str, each: float) -> float:
        if kind == "inverted" and not self.all_udp:
            return CALL_SECONDS
        return min(CALL_SECONDS, self.age, self.volume * each / BYTES)


def called(
    cut: Cut, *, world: World | None = None, loss: float = 0.01, pairs: int = PAIRS, seed: int = 1
) -> Measurement:
    """A check of a network, with so many pairs of calls in it."""
    whole, chance = measured(world or World(), seed), random.Random(seed)
    arms, series = list(whole.arms), list(whole.series)
    for number in range(pairs):
        each = EACH_SECONDS[number % len(EACH_SECONDS)]
        for kind in ("genuine", "inverted"):
            sent, lasts = round(CALL_SECONDS / each), cut.lasts(kind, each)
            came = round(min(sent, lasts / each) * (1 - loss * chance.uniform(0.5, 1.5)))
            name = f"rtp-call_{number + 1}-{kind}"
            arms.append(_arm(name, kind, sent, came))
            last = max(0.0, lasts - chance.uniform(0.0, 0.3)) if came else None
            series.append(Series(arm=name, up=[], down=[], last_rx_s=last, bytes=came * BYTES))
    return msgspec.structs.replace(whole, arms=arms, series=series)


def _arm(name: str, kind: str, sent: int, came: int) -> Arm:
    return Arm(
        id=name, step="rtp", server="reference-1", port=40_000, transport="udp",
        payload="genuine" if kind == "genuine" else "inverted", sent=sent, rx_client=came, rx_server=came,
    )  # fmt: skip


def accused(whole: Measurement) -> dict[str, str]:
    return {one.node: one.verdict for one in judge(whole) if one.verdict in ACCUSES}


@pytest.mark.parametrize(
    ("cut", "node"),
    [
        (Cut(age=20), "rtp.kill.time"),
        (Cut(age=60), "rtp.kill.time"),
        (Cut(volume=200_000), "rtp.kill.bytes"),
        (Cut(volume=100_000), "rtp.kill.bytes"),
        (Cut(age=40, all_udp=True), "flow.drop.shape"),
        (Cut(volume=150_000, all_udp=True), "udp.kill.bytes"),
    ],
)
def test_what_ends_calls_is_named(cut: Cut, node: str) -> None:
    for seed in range(5):
        whole = called(cut, seed=seed)
        assert accused(whole) == {node: "blocked"}
        (found,) = (one for one in judge(whole) if one.node == node)
        assert found.direction == "up"


def test_four_ends_at_one_age_of_seven_are_not_the_age() -> None:
    """These are those that carry more each second: all of them end after one volume."""
    whole = called(Cut(volume=200_000), pairs=7)
    case = Case(whole)
    arms, series = case.arms(CALLS), case.series(CALLS)
    age = compare.ends(arms, series, lasts=CALL_SECONDS, width=2.0)
    volume = compare.ends(arms, series, lasts=CALL_SECONDS, width=16_384.0, by_bytes=True)
    assert age and volume and not age.cut and volume.cut
    assert accused(whole) == {"rtp.kill.bytes": "blocked"}


@pytest.mark.parametrize("pairs", [0, 1, 2])
def test_two_calls_that_end_alike_are_too_few(pairs: int) -> None:
    assert not accused(called(Cut(age=30), pairs=pairs))


def test_calls_that_come_through_accuse_nobody_also_on_a_lossy_line() -> None:
    for loss in (0.0, 0.02, 0.3):
        assert not accused(called(Cut(), loss=loss))


def test_calls_that_die_of_outages_accuse_nobody() -> None:
    """Each flow ends somewhere, as often as not both of a pair together."""
    for seed in range(300):
        chance = random.Random(seed)
        whole = called(Cut(), seed=1)
        ends = {n: chance.uniform(5, CALL_SECONDS) for n in range(1, PAIRS + 1) if chance.random() < 0.6}
        series = [_ended(one, ends, chance) for one in whole.series]
        assert not accused(msgspec.structs.replace(whole, series=series)), seed


def _ended(one: Series, ends: dict[int, float], chance: random.Random) -> Series:
    """This flow as an outage leaves it that begins in its pair's time and does not end in it."""
    _, _, rest = one.arm.partition("rtp-call_")
    end = ends.get(int(rest.partition("-")[0])) if rest else None
    if end is None or chance.random() < 0.3:
        return one
    return msgspec.structs.replace(one, last_rx_s=end, bytes=round(one.bytes * end / CALL_SECONDS))


def test_where_every_flow_ends_it_is_not_said_of_calls() -> None:
    both = called(Cut(age=20, all_udp=True), world=PROFILES["kill-after"][0])
    assert accused(both) == {"flow.kill.time": "blocked"}
