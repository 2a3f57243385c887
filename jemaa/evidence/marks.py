"""Evidence room. Marks of applications: what became, in one check, of STUN that bears the mark of one application.

Of all that a check sends only this is one application's own: ports and names belong to many, and sound to none. A
marked packet goes to the measuring server in turns with nobody's STUN of the same size, to the same port, so that the
mark is all in which they differ. To the application's own servers nothing goes, and of them nothing is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from jemaa.facts.record import Arm, Measurement
from jemaa.verdict.case import AGAIN, Case, share
from jemaa.verdict.conditions import Cut
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.rules.table import BY_ID

APPS: Mapping[str, tuple[str, ...]] = {
    "whatsapp": ("WhatsApp",),
    "skype": ("Skype", "Microsoft Teams"),
    "zoom": ("Zoom",),
    "google": ("Google Meet", "Google Hangouts"),
    "signal": ("Signal",),
    "facebook": ("Facebook Messenger",),
    "telegram": ("Telegram",),
    "viber": ("Viber",),
}
"""By its word in the ids of arms (`stun-app_WORD-genuine`) whose calls bear a mark, as the catalogue names them. A
mark's place is its bit: new ones come at the end."""

RULE = "stun-app"
"""Which rule tells whether marked packets got lost for their mark."""

THROUGH, LOST, ACCUSED, BLOCKED = 0, 16, 32, 48
"""From these bits on: marks that came through, that got lost, that the rule named, and that it called `blocked`."""

_CUT = next(one for one in BY_ID[RULE].when if isinstance(one, Cut))


class Named(Protocol):
    """What is read here of a finding of the `verdict` room."""

    @property
    def verdict(self) -> str: ...
    @property
    def rule_id(self) -> str: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...


def marks_of(measurement: Measurement, findings: Iterable[Named]) -> int:
    """Bits, as above, of one check. Where nobody's STUN did not come through at the same port, nothing is said of any
    mark: not the mark was the trouble. A mark in between is both, through and lost.
    """
    case = Case(measurement)
    accused: dict[str, str] = {}
    for one in findings:
        if one.rule_id == RULE and one.verdict in ACCUSES:
            accused |= dict.fromkeys(one.evidence, one.verdict)
    found = 0
    for bit, app in enumerate(APPS):
        arms = case.arms(f"stun-app_{app}-genuine")
        if arms and _lives(case, arms):
            found |= _of(arms, accused) << bit
    return found


def _lives(case: Case, arms: Sequence[Arm]) -> bool:
    """Whether nobody's STUN came through to the port of these."""
    ports = {arm.port for arm in arms}
    return share(arm for arm in case.arms("stun-[0-9]*-genuine") if arm.port in ports).rate >= _CUT.least


def _of(arms: Sequence[Arm], accused: Mapping[str, str]) -> int:
    """As bits of the mark at place 0. Lost is what got lost in each of its rounds; what lived in one was an outage."""
    rates = [share(arm for arm in arms if (AGAIN in arm.id) is again).rate for again in _rounds(arms)]
    if max(rates) <= _CUT.most:
        told = {accused[arm.id] for arm in arms if arm.id in accused}
        return 1 << LOST | bool(told) << ACCUSED | ("blocked" in told) << BLOCKED
    return 1 << THROUGH | (max(rates) < _CUT.least) << LOST


def _rounds(arms: Sequence[Arm]) -> set[bool]:
    return {AGAIN in arm.id for arm in arms}
