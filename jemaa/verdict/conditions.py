"""Verdict room. What a rule can ask of the facts: each question is a value, and `weigh` answers it.

A question is data so that a rule can be printed, documented and kept beside a finding. The answer says whether it
holds, whether it was asked at all (its arms are there), and how sure it is.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, assert_never

from msgspec import Struct

from jemaa.facts.record import Arm

from . import compare
from .case import AGAIN, Case, Patterns, ids, mark, share


class Grounds(NamedTuple):
    """An answer; `p` and `effect` as in a `Finding`.

    `again`: the same was seen a second time, apart from the first. `suffers` is the side that got lost.
    """

    holds: bool
    asked: bool = True
    p: float | None = None
    effect: float | None = None
    n: int = 0
    arms: tuple[str, ...] = ()
    artefact: str | None = None
    again: bool = False
    suffers: tuple[Arm, ...] = ()


NOT_ASKED = Grounds(holds=False, asked=False)


class Cut(Struct, frozen=True, kw_only=True):
    """Of `of` at most the share `most` gets through, of `beside` at least `least`.

    `paired` compares each arm with the one that differs by its payload only, and leaves out pairs whose other side is
    dead as well; `each` compares those arms of `of` that are dead with all others; `pooled` all with all.
    """

    of: Patterns
    beside: Patterns
    by: Literal["pooled", "paired", "each"] = "pooled"
    most: float = 0.1
    least: float = 0.6


class Thinned(Struct, frozen=True, kw_only=True):
    """Blocks of `of` lose more than their twins in `beside`: by `floor` in the median, and by more than they vary."""

    of: Patterns
    beside: Patterns
    floor: float = 0.2


class Through(Struct, frozen=True, kw_only=True):
    """The share of `of` that gets through is from `least` to `most`, of at least `sent` sent."""

    of: Patterns
    least: float = 0.0
    most: float = 1.0
    sent: int = 2


class Marked(Struct, frozen=True, kw_only=True):
    """Somebody left one of these marks on an arm of `of`."""

    of: Patterns
    artefacts: tuple[str, ...]


class Failed(Struct, frozen=True, kw_only=True):
    """An arm of `of` failed with one of these words; `everywhere`: each of at least two did."""

    of: Patterns
    words: tuple[str, ...]
    everywhere: bool = False


class EndsByAge(Struct, frozen=True, kw_only=True):
    """At least three flows of `of`, and most that end, do so at the same age (`by_bytes`: after the same volume), long
    before they were to end: after `lasts` seconds, or when so many were sent that are sent at `rate` a second.
    """

    of: Patterns
    rate: float = 0.0
    lasts: float = 0.0
    by_bytes: bool = False
    width: float = 2.0


class EndsByBytes(Struct, frozen=True, kw_only=True):
    """Attempts of `of` stop at the same number of bytes below `whole`; `series` has where. `beside`, shorter, lives.

    `ended`: an attempt that was ended from the other side has stopped, however late; else only what stopped soon has.
    """

    of: Patterns
    series: Patterns
    beside: Patterns
    whole: int
    width: float = 4_096.0
    ended: bool = False


class Slower(Struct, frozen=True, kw_only=True):
    """The median of each arm of `of` is `ms` later than that of each of `beside`, and at least twice as late."""

    of: Patterns
    beside: Patterns
    ms: float


class Lingers(Struct, frozen=True, kw_only=True):
    """So many seconds after a trigger of `of`, or later, a neutral control was dead."""

    of: Patterns
    seconds: float = 0.0


class Meanwhile(Struct, frozen=True, kw_only=True):
    """While `of` was sent, in each second an answer came to one of the flows `beats`: the line was alive."""

    of: Patterns
    beats: Patterns = "long_flow-*"


class Said(Struct, frozen=True, kw_only=True):
    """A control of the check is so."""

    control: str
    value: bool


class Unlike(Struct, frozen=True, kw_only=True):
    """The two arms that are the same in all differ: at most `p` by chance."""

    p: float


class Usable(Struct, frozen=True, kw_only=True):
    """A way to attend was tried, and is usable or not."""

    rung: str
    value: bool = True


class By(Struct, frozen=True, kw_only=True):
    """The program that measured begins so."""

    software: str


class Lossy(Struct, frozen=True, kw_only=True):
    """Arms that nobody has a reason to touch lose at least this share, those that are wholly dead left out."""

    of: Patterns
    least: float = 0.1
    sent: int = 20


class Absent(Struct, frozen=True, kw_only=True):
    """There are no such arms."""

    of: Patterns


class LeftOut(Struct, frozen=True, kw_only=True):
    """This step, or a part of it, was left out for this reason (`facts.record.REASONS`)."""

    step: str
    why: str


class Some(Struct, frozen=True, kw_only=True):
    """At least one arm of `of` is dead, and at least one of `of` lives."""

    of: Patterns


class Both(Struct, frozen=True, kw_only=True):
    """All of these hold; the first speaks for all."""

    what: tuple["Condition", ...]


class Twice(Struct, frozen=True, kw_only=True):
    """It was asked a second time, and came to the same: at most `most` got through in that round."""

    of: Patterns
    most: float = 0.1


class Not(Struct, frozen=True, kw_only=True):
    """It was asked, and does not hold."""

    what: "Condition"


class Either(Struct, frozen=True, kw_only=True):
    """One of these holds; it speaks for all."""

    what: tuple["Condition", ...]


Condition = (
    Cut | Thinned | Through | Marked | Failed | EndsByAge | EndsByBytes | Slower | Lingers | Meanwhile
    | Said | Unlike | Usable | By
    | Lossy | Absent | LeftOut | Some | Both | Twice
    | Not | Either
)  # fmt: skip


def weigh(condition: Condition, case: Case) -> Grounds:
    """The answer to a question. Never raises, whatever the facts."""
    match condition:
        case Cut():
            return _cut(condition, case)
        case Thinned():
            return _thinned(condition, case)
        case Through():
            arms = case.arms(condition.of)
            found = share(arms)
            return _plain(arms, condition.least <= found.rate <= condition.most, asked=found.sent >= condition.sent)
        case Marked():
            arms = case.arms(condition.of)
            hit = [arm for arm in arms if arm.artefact in condition.artefacts]
            return _marked(arms, hit)
        case Failed():
            arms = case.arms(condition.of)
            hit = [arm for arm in arms if arm.failure in condition.words]
            enough = len(hit) == len(arms) >= 2 if condition.everywhere else bool(hit)
            return _marked(arms, hit if enough else [])
        case EndsByAge() | EndsByBytes() | Slower():
            return _timed(condition, case)
        case Twice():
            second = [arm for arm in case.arms(condition.of) if AGAIN in arm.id]
            return _plain(second, share(second).rate <= condition.most, asked=bool(second))
        case Absent():
            return Grounds(holds=not case.arms(condition.of))
        case Some():
            arms = case.arms(condition.of)
            dead = [arm for arm in arms if not arm.rx_client]
            return _plain(dead, bool(dead) and len(dead) < len(arms), asked=len(arms) > 1)
        case Lossy():
            arms = tuple(arm for arm in case.arms(condition.of) if arm.rx_client)
            lost = 1 - share(arms).rate
            return _plain(arms, lost >= condition.least, asked=share(arms).sent >= condition.sent, effect=lost)
        case Both():
            every = [weigh(one, case) for one in condition.what]
            return every[0]._replace(holds=all(one.holds and one.asked for one in every))
        case Not():
            inner = weigh(condition.what, case)
            return Grounds(holds=not inner.holds, asked=inner.asked)
        case Either():
            answers = [weigh(one, case) for one in condition.what]
            good = [one for one in answers if one.holds and one.asked] or [one for one in answers if one.asked]
            return good[0] if good else NOT_ASKED
        case _:
            return _said(condition, case)


def _said(condition: Lingers | Meanwhile | Said | Unlike | Usable | By | LeftOut, case: Case) -> Grounds:
    match condition:
        case Lingers():
            found = case.residual(condition.of)
            late = [one for one in found if not one.ok and one.after_s >= condition.seconds]
            hit = tuple(dict.fromkeys(one.trigger for one in late))
            return Grounds(holds=bool(hit), asked=bool(found), n=len(found), arms=hit, again=True)
        case Meanwhile():
            of, beats = case.arms(condition.of), case.beats(condition.beats)
            alive = bool(of) and all(compare.is_alive(arm, beats) for arm in of)
            return Grounds(holds=alive, asked=bool(of and beats), arms=ids(of))
        case Said():
            value = getattr(case.measurement.controls, condition.control)
            return Grounds(holds=value is condition.value, asked=value is not None)
        case Unlike():
            aa = case.measurement.controls.aa_p
            return Grounds(holds=aa is not None and aa <= condition.p, asked=aa is not None, effect=aa)
        case Usable():
            rung = case.rung(condition.rung)
            return Grounds(holds=rung is not None and rung.usable is condition.value, asked=rung is not None)
        case LeftOut():
            left = {(one.step, one.why) for one in case.measurement.plan.left_out}
            return Grounds(holds=(condition.step, condition.why) in left)
        case By():
            return Grounds(holds=case.measurement.software.startswith(condition.software))
        case _:
            assert_never(condition)


def _cut(condition: Cut, case: Case) -> Grounds:
    of, beside = case.arms(condition.of), case.arms(condition.beside)
    if not of or not beside:
        return NOT_ASKED
    compared = {"pooled": compare.pooled, "paired": compare.paired, "each": compare.each}[condition.by]
    found = compared(of, beside, most=condition.most, least=condition.least)
    if found is None:
        return NOT_ASKED
    return Grounds(
        holds=found.cut, p=found.p, effect=found.effect, n=found.n, arms=ids(found.arms),
        artefact=mark(arm for arm in found.arms if arm in of), again=found.again,
        suffers=tuple(arm for arm in found.arms if arm in of),
    )  # fmt: skip


def _thinned(condition: Thinned, case: Case) -> Grounds:
    of = case.arms(condition.of)
    found = compare.blocks(of, case.arms(condition.beside))
    if found is None:
        return NOT_ASKED
    return Grounds(
        holds=found.cut and found.effect >= condition.floor, p=found.p, effect=found.effect, n=found.n,
        arms=ids(found.arms), artefact=mark(found.arms), again=found.again, suffers=of,
    )  # fmt: skip


def _timed(condition: EndsByAge | EndsByBytes | Slower, case: Case) -> Grounds:
    of = case.arms(condition.of)
    match condition:
        case EndsByAge():
            series = case.series(condition.of)
            lasts = condition.lasts or max((arm.sent for arm in of), default=0) / condition.rate
            found = compare.ends(of, series, lasts=lasts, width=condition.width, by_bytes=condition.by_bytes)
        case EndsByBytes():
            beside, series = case.arms(condition.beside), case.series(condition.series)
            ended = compare.ended(case.arms(condition.series)) if condition.ended else frozenset[str]()
            found = compare.volumes(of, beside, series, condition.whole, condition.width, ended)
        case Slower():
            found = compare.delays(of, case.arms(condition.beside), condition.ms)
        case _:
            assert_never(condition)
    if found is None:
        return NOT_ASKED
    return Grounds(
        holds=found.cut, p=found.p, effect=found.effect, n=found.n, arms=ids(found.arms), artefact=mark(of),
        again=found.again, suffers=of,
    )  # fmt: skip


def _plain(arms: Sequence[Arm], holds: bool, *, asked: bool, effect: float | None = None) -> Grounds:
    return Grounds(
        holds=holds and asked, asked=asked, effect=effect, n=share(arms).sent, arms=ids(arms), suffers=tuple(arms)
    )  # fmt: skip


def _marked(arms: Sequence[Arm], hit: Sequence[Arm]) -> Grounds:
    """Marks do not come by chance: an arm of several tries that all failed has shown it more than once."""
    again = any(arm.sent - arm.rx_client >= 2 for arm in hit) or len(hit) > 1
    return Grounds(
        holds=bool(hit), asked=bool(arms), n=share(hit).sent, arms=ids(hit), artefact=mark(hit), again=again,
        suffers=tuple(hit),
    )  # fmt: skip
