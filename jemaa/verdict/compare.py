"""Verdict room. Two sides compared: packets, blocks, ages, volumes and delays. What comes out is not yet a verdict."""

from collections.abc import Sequence
from math import comb, log
from statistics import median
from typing import NamedTuple

from jemaa.facts.record import Arm, Series

from .case import AGAIN, Share, pairs, share
from .statistics import cluster, fisher_greater, sign_flip, spread

SEPARATE = 0.05
"""A comparison by itself counts as a second sight of the same below this: five tries of each do by far."""

FEWEST_FLOWS = 3
"""Of which `ends` says anything."""

FEWEST_BLOCKS = 4
"""Pairs of blocks below which nothing is said of media."""

NOISE = 2.0
"""How often its own spread, and the twin's own loss, the extra loss of blocks has to be: on a line whose bursts are
nearly as long as a block, eight blocks of one side are all worse now and then."""

STALL_SECONDS = 6.0
"""What stops has stopped before this: an answer that is given up while it still trickles is slow, and slow ones are all
given up at about the same size."""

EARLY_SECONDS = 4.0
"""A flow that ends so long before its time has ended early: two messages and their delay are less."""


MOST_OF = 0.7
"""Of flows that end early: so many of them at one age, or it is not the age."""


class Compared(NamedTuple):
    """`cut`: one side is as good as dead, or worse by more than the rule allows, and the other lives. `effect` is the
    share lost beyond the other side (ms for delays), `arms` those that show it.
    """

    cut: bool
    p: float | None
    effect: float
    n: int
    arms: tuple[Arm, ...]
    again: bool


def pooled(of: Sequence[Arm], beside: Sequence[Arm], *, most: float, least: float) -> Compared | None:
    """All of one side against all of the other; None where the other is dead itself."""
    ours, theirs = share(of), share(beside)
    if theirs.rate < least:
        return None
    again = _apart([(theirs, share([arm])) for arm in of if _is_cut(arm, most)])
    return Compared(
        ours.rate <= most, _chance(theirs, ours), theirs.rate - ours.rate, ours.sent + theirs.sent,
        (*of, *beside), again,
    )  # fmt: skip


def paired(of: Sequence[Arm], beside: Sequence[Arm], *, most: float, least: float) -> Compared | None:
    """Each arm against its twin; None where no twin lives. Where only some pairs differ these speak, and the chance
    counts all the ways to choose so many.
    """
    live = [pair for pair in pairs(of, beside) if share([pair[1]]).rate >= least]
    if not live:
        return None
    steady = _steadily_cut([one for one, _ in live], most)
    bad = [pair for pair in live if pair[0] in steady]
    chosen = bad or live
    ours, theirs = share(one for one, _ in chosen), share(other for _, other in chosen)
    p = min(1.0, _chance(theirs, ours) * comb(len(live), len(chosen)))
    again = _apart([(share([other]), share([one])) for one, other in bad])
    arms = tuple(arm for pair in chosen for arm in pair)
    return Compared(bool(bad), p, theirs.rate - ours.rate, ours.sent + theirs.sent, arms, again)


def each(of: Sequence[Arm], beside: Sequence[Arm], *, most: float, least: float) -> Compared | None:
    """Those of one side that are dead, whichever, against all that is not; the chance counts the ways to choose so
    many. None where the others do not live.
    """
    bad = _steadily_cut(of, most)
    rest = [arm for arm in dict.fromkeys((*beside, *of)) if arm not in bad]
    ours, theirs = share(bad or of), share(rest)
    if not of or theirs.rate < least:
        return None
    p = min(1.0, _chance(theirs, ours) * comb(len(of), len(bad)))
    again = _apart([(theirs, share([arm])) for arm in bad])
    return Compared(bool(bad), p, theirs.rate - ours.rate, ours.sent + theirs.sent, tuple(bad or of), again)


def blocks(of: Sequence[Arm], beside: Sequence[Arm]) -> Compared | None:
    """Media: the unit is the pair of blocks, because losses come in bursts. `again`: either half shows it by itself."""
    found = pairs(of, beside)
    if len(found) < FEWEST_BLOCKS:
        return None
    extra = [share([other]).rate - share([one]).rate for one, other in found]
    effect = median(extra)
    own = 1 - share(other for _, other in found).rate
    half = len(extra) // 2
    again = median(extra[:half]) >= effect / 2 > 0 and median(extra[half:]) >= effect / 2
    arms = tuple(arm for pair in found for arm in pair)
    stands_out = effect > 0 and effect >= NOISE * max(own, spread(extra))
    return Compared(stands_out, sign_flip(extra), effect, share(arms).sent, arms, again)


def ends(
    of: Sequence[Arm], series: Sequence[Series], *, lasts: float, width: float, by_bytes: bool = False
) -> Compared | None:
    """Flows that end early, and at one age or volume. Flows begun one after the other that die of one outage have other
    ages; flows that carry more each second and end at one age have other volumes, and the other way round."""
    last = {one.arm: one for one in series}
    flows = [arm for arm in of if arm.id in last]
    if len(flows) < FEWEST_FLOWS:
        return None
    early = [last[arm.id] for arm in flows if arm.rx_client and (last[arm.id].last_rx_s or 0.0) < lasts - EARLY_SECONDS]
    whole = max(_whole(last[arm.id], lasts) for arm in flows) if by_bytes else lasts
    found = cluster([float(one.bytes) if by_bytes else one.last_rx_s or 0.0 for one in early], width=width, span=whole)
    is_one = found.size >= max(3.0, MOST_OF * len(early))
    return Compared(is_one, found.p, found.centre, share(flows).sent, tuple(flows), found.size >= 4)


def _whole(one: Series, lasts: float) -> float:
    """What a flow would have carried in all, at the rate at which it went."""
    return one.bytes * lasts / max(1.0, one.last_rx_s or lasts)


def volumes(
    of: Sequence[Arm],
    beside: Sequence[Arm],
    series: Sequence[Series],
    whole: int,
    width: float,
    ended: frozenset[str] = frozenset(),
) -> Compared | None:
    """Long answers that stop where others like them stop, while short ones come whole. `ended` are those that have
    stopped for certain."""
    if not of or not beside or share(beside).rate < 0.6 or len(series) < 3:
        return None
    ours, theirs = share(of), share(beside)
    stopped = [float(one.bytes) for one in series if 0 < one.bytes < whole and (one.arm in ended or _has_stalled(one))]
    found = cluster(stopped, width=width, span=float(whole))
    cut = ours.rate <= 0.34 and found.size >= 3
    p = _both(_chance(theirs, ours), found.p)
    return Compared(cut, p, found.centre, ours.sent + theirs.sent, (*of, *beside), found.size >= 4)


def delays(of: Sequence[Arm], beside: Sequence[Arm], ms: float) -> Compared | None:
    """By the median of each arm: a queue delays both sides."""
    ours = [arm.rtt_ms_p50 for arm in of if arm.rtt_ms_p50 is not None]
    theirs = [arm.rtt_ms_p50 for arm in beside if arm.rtt_ms_p50 is not None]
    if not ours or not theirs:
        return None
    extra = min(ours) - max(theirs)
    cut = extra >= ms and min(ours) >= 2 * max(theirs)
    return Compared(cut, None, extra, share((*of, *beside)).sent, (*of, *beside), len(ours) > 1)


def ended(arms: Sequence[Arm]) -> frozenset[str]:
    """Those that were ended from the other side, and not given up here."""
    return frozenset(arm.id for arm in arms if arm.failure in ("eof_error", "connection_reset"))


def _has_stalled(one: Series) -> bool:
    return one.last_rx_s is not None and one.last_rx_s <= STALL_SECONDS


def is_alive(arm: Arm, beats: frozenset[int]) -> bool:
    """Whether there was a beat in each second in which the arm was sent: a packet in 200 ms, and a second to answer."""
    begun = arm.at_ms // 1_000
    return all(second in beats for second in range(begun, begun + arm.sent // 5 + 2))


def _steadily_cut(arms: Sequence[Arm], most: float) -> list[Arm]:
    """Arms that are dead in each of their rounds: what lived the second time was chance or an outage."""
    lived = {arm.id.replace(AGAIN, "") for arm in arms if not _is_cut(arm, most)}
    return [arm for arm in arms if arm.id.replace(AGAIN, "") not in lived]


def _is_cut(arm: Arm, most: float) -> bool:
    return share([arm]).rate <= most


def _chance(better: Share, worse: Share) -> float:
    return fisher_greater(better.ok, better.sent, worse.ok, worse.sent)


def _apart(compared: Sequence[tuple[Share, Share]]) -> bool:
    """Whether two comparisons at least, (better, worse), show it each by itself."""
    return sum(_chance(better, worse) <= SEPARATE for better, worse in compared) >= 2


def _both(one: float, other: float) -> float:
    """Two independent p-values as one (Fisher's method for two)."""
    product = one * other
    return min(1.0, product * (1 - log(product))) if product > 0 else 0.0
