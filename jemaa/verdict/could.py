"""Verdict room. Which rules a check could have fired: those of which it sent all that they ask about.

What came back is not looked at. Who counts how often a rule fires has to count against whoever could have fired it, and
may not choose these by what he wants to know of them.
"""

from jemaa.facts.record import Measurement

from .case import Case, pairs
from .compare import FEWEST_BLOCKS, FEWEST_FLOWS
from .conditions import (
    Absent,
    Both,
    By,
    Condition,
    Cut,
    Either,
    EndsByAge,
    EndsByBytes,
    Failed,
    LeftOut,
    Lingers,
    Lossy,
    Marked,
    Meanwhile,
    Not,
    Said,
    Slower,
    Some,
    Thinned,
    Through,
    Twice,
    Unlike,
    Usable,
    weigh,
)
from .rules.table import RULES


def could_fire(measurement: Measurement) -> frozenset[str]:
    """Ids of rules. Each by which `judge` says more than `insufficient` is among them, whatever came back."""
    case = Case(measurement)
    found: set[str] = set()
    for rule in RULES:
        is_sure = not rule.surely or any(_asks(one, case) for one in rule.surely)
        has_cause = not rule.only_with or not found.isdisjoint(rule.only_with)
        if is_sure and has_cause and all(_asks(one, case) for one in rule.when):
            found.add(rule.id)
    return frozenset(found)


def _asks(condition: Condition, case: Case) -> bool:
    """Whether it could hold of what was sent. In doubt it could: what is sent again, for how long and what is asked
    afterwards depends on what came back."""
    match condition:
        case Absent() | By():
            return weigh(condition, case).holds
        case Not():
            inner = _asks(condition.what, case)
            return not inner if isinstance(condition.what, Absent | By) else inner
        case Both():
            return all(_asks(one, case) for one in condition.what)
        case Either():
            return any(_asks(one, case) for one in condition.what)
        case Usable():
            return case.rung(condition.rung) is not None
        case Said() | Unlike() | LeftOut():
            return True
        case Meanwhile():
            return bool(case.arms(condition.of) and case.arms(condition.beats))
        case Cut() | Thinned() | EndsByBytes() | Slower():
            return _compares(condition, case)
        case Through() | Marked() | Failed() | Lingers() | Lossy() | Some() | Twice() | EndsByAge():
            return len(case.arms(condition.of)) >= _fewest(condition)


def _compares(condition: Cut | Thinned | EndsByBytes | Slower, case: Case) -> bool:
    """Whether there are two sides."""
    of, beside = case.arms(condition.of), case.arms(condition.beside)
    if isinstance(condition, Thinned):
        return len(pairs(of, beside)) >= FEWEST_BLOCKS
    if isinstance(condition, Cut) and condition.by == "paired":
        return bool(pairs(of, beside))
    return bool(of and beside)


def _fewest(condition: Condition) -> int:
    return FEWEST_FLOWS if isinstance(condition, EndsByAge) else 2 if isinstance(condition, Some) else 1
