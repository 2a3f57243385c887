"""Audit room. A span of days, as people write it: `2016`, `2016-03`, `2016-03-05`, `2016-03-05..2016-03-10`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """`ValueError` says in a sentence what is wrong."""
        first, dots, last = text.strip().partition("..")
        begin = _span(first)
        whole = cls(begin.first, _span(last).last) if dots else begin
        if whole.last < whole.first:
            raise ValueError(f"{text!r} ends before it begins")
        return whole

    def meets(self, other: "Period") -> bool:
        """They have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def longer(self, days: int) -> "Period":
        """The same with so many days more at its end."""
        room = (date.max - self.last).days
        return Period(self.first, self.last + timedelta(days=min(days, room)))


def _span(text: str) -> Period:
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no date; write 2016, 2016-03, 2016-03-05 or 2016-03-05..2016-03-10")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None  # the form has it
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError(f"there is no day {text}") from None
    if day:
        return Period(first, first)
    if month:
        return Period(first, _before(year + month // 12, month % 12 + 1))
    return Period(first, date(year, 12, 31))


def _before(year: int, month: int) -> date:
    """The last day before that month."""
    return date.max if year > date.max.year else date(year, month, 1) - timedelta(days=1)
