"""Audit room. Measurements, given as values: what share of the probes of one network could use an application or path.

JSON, a list or one a line, as the evidence exports it. A cell of fewer than `MIN_PROBES` probes is refused, as are
numbers that cannot be (`audit-cells-invalid`).
"""

from typing import Literal

import msgspec
from msgspec import Struct

from jemaa.errors import SettingsError
from jemaa.limits import AUDIT_CELLS, AUDIT_CELLS_BYTES
from jemaa.verdict.statistics import wilson

from .period import Period
from .reading import sentence
from .source import Access

MIN_PROBES = 3
"""Nothing is said of fewer people than this."""

_MOBILE = ("2g", "3g", "4g", "5g", "mobile")
_NOT_THE_NETWORK = ("down", "insufficient", "invalid")
"""Verdicts that say nothing about the network."""


class Cell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`subject` is `app:skype`, of a rung of the check `path:webrtc-udp`, `mark:skype` of packets that bear its mark
    and of which the same without it came through, or `rule:stun-app` of a rule that fired for those of the probes that
    are not in `worked`. `verdict` is the class that dominates.
    """

    country: str
    asn: int | None = None
    access: Literal["2g", "3g", "4g", "5g", "adsl", "ftth", "cable", "sat", "corp", "unknown", "mobile", "fixed"] = (
        "unknown"
    )
    subject: str
    period: str
    probes: int
    worked: int
    verdict: Literal[
        "ok",
        "blocked",
        "likely_blocked",
        "throttled",
        "impaired",
        "down",
        "app_gated",
        "insufficient",
        "invalid",
        "failed",
    ]
    """`failed`: it did, and no rule said why."""

    def kind(self) -> Access | None:
        """Mobile, fixed, or not told."""
        if self.access in _MOBILE:
            return "mobile"
        return None if self.access in ("unknown", "corp") else "fixed"

    def interval(self) -> tuple[float, float]:
        """The share that worked: Wilson's interval, 95 %."""
        return wilson(self.worked, self.probes)

    def outcome(self) -> Literal["works", "fails", "degraded", "unclear"]:
        """Of most people: fails only if the whole interval is below one half, works only if it is above."""
        if self.verdict in _NOT_THE_NETWORK:
            return "unclear"
        low, high = self.interval()
        if high < 0.5:
            return "fails"
        if low > 0.5:
            return "degraded" if self.verdict in ("throttled", "impaired") else "works"
        return "unclear"


def read(text: bytes) -> tuple[Cell, ...]:
    """The cells of a file, checked one by one; the sentence counts from 1."""
    if len(text) > AUDIT_CELLS_BYTES:
        raise _invalid(f"it has more than {AUDIT_CELLS_BYTES // 1_000_000} MB; export fewer cells")
    raw = text.strip()
    if not raw.startswith(b"["):
        raw = b"[" + b",".join(line for line in raw.splitlines() if line.strip()) + b"]"
    try:
        values = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as trouble:
        raise _invalid(f"this is no JSON list and no JSON lines: {trouble}") from trouble
    if len(values) > AUDIT_CELLS:
        raise _invalid(f"it has more than {AUDIT_CELLS} cells")
    return tuple(_cell(number, value) for number, value in enumerate(values, 1))


def _cell(number: int, value: msgspec.Raw) -> Cell:
    try:
        cell = msgspec.json.decode(value, type=Cell)
        Period.parse(cell.period)
    except (msgspec.DecodeError, ValueError, RecursionError) as trouble:
        raise _invalid(f"cell {number}: {sentence(str(trouble))}") from trouble
    if not cell.subject.startswith(("app:", "path:", "mark:", "rule:")):
        raise _invalid(f"cell {number}: `subject` begins with app:, path:, mark: or rule:, not {cell.subject[:40]!r}")
    if cell.probes < MIN_PROBES:
        raise _invalid(f"cell {number} has {cell.probes} probes; nothing is said of fewer than {MIN_PROBES}")
    if not 0 <= cell.worked <= cell.probes:
        raise _invalid(f"cell {number}: {cell.worked} of {cell.probes} probes cannot have worked")
    return cell


def _invalid(text: str) -> SettingsError:
    return SettingsError("audit-cells-invalid", f"The cells cannot be used: {text}.")
