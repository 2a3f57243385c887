"""What the browser's check advised behind each network, and what came of following it: records that become JSON and a
page. The facts of the fuller test stand in a file of their own, and are judged anew whenever they are read.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.ground_truth_expected import ALSO, EXPECTED, NEUTRAL
from jemaa.facts.record import Measurement
from jemaa.matrix.results import Network
from jemaa.verdict.finding import ACCUSES, Verdict
from jemaa.verdict.judge import judge

WAYS = ("live", "stream", "pieces", "radio", "text")
"""From the best to the last, as an address of the meeting's page takes them."""

FIRST_SECONDS = 10.0
"""What the first advice may take."""

CAP: frozenset[Verdict] = frozenset({"blocked", "throttled"})
"""What a browser, which has no twins, never says."""

SEEN_BY_A_BROWSER: dict[str, tuple[str, ...]] = {
    "webrtc.drop": ("udp.drop", "stun.drop.signature", "http.proxy_only", "dest.whitelist", "rtp.drop"),
    "ws.drop": ("ws.stripped",),
}
"""A browser asks in whole calls and whole sockets: this node of its is true where one of those is."""

STOI_UNDERSTOOD = 0.6
SILENT_AT_MOST = 0.25
"""Of what was heard: more is no attending."""


class Used(Struct, frozen=True, kw_only=True):
    """A way that was used, forced on the meeting's page."""

    works: bool
    first_sound: float | None = None
    stoi: float | None = None
    silent: float | None = None
    longest_gap: float | None = None
    why_not: str = ""


class Advised(Struct, frozen=True, kw_only=True):
    """One network. Times in seconds, since the address was entered."""

    profile: str
    opened: bool
    """Whether the page of the check came at all."""
    first: float | None = None
    """When the first advice stood there."""
    whole: float | None = None
    """When every way had been tried."""
    said: str = ""
    named: tuple[str, ...] = ()
    """The ways that were named, in their order: the last is the advice. `some`: there is one, not yet which; `none`:
    none works."""
    named_at: tuple[float, ...] = ()
    """When each of them was."""
    ways: dict[str, str] = {}
    """Way → yes, no, skip; calls among them."""
    details: dict[str, str] = {}
    """Way → what the page says beside it."""
    used: dict[str, Used] = {}
    """Way → how it went; where none was named, every way."""
    page_opened: bool = False
    """Whether the meeting's page came."""
    why_not: str = ""
    late: float | None = None
    commit: str = ""

    @property
    def advice(self) -> str:
        """The way that it came to; empty if it came to none."""
        return self.named[-1] if self.named else ""

    @property
    def is_right(self) -> bool:
        """Every way that was named worked when it was used; where none was, none works."""
        ways = [name for name in self.named if name in WAYS]
        if not ways or self.advice not in WAYS:
            return not any(one.works for one in self.used.values())
        return all(name in self.used and self.used[name].works for name in ways)

    @property
    def way_at(self) -> float | None:
        """When the first way was named."""
        return next((at for way, at in zip(self.named, self.named_at, strict=False) if way in WAYS), self.first)

    @property
    def is_in_time(self) -> bool:
        """Whether the first way was named soon enough; a page that never came named none."""
        return self.way_at is not None and self.way_at < FIRST_SECONDS


class Run(Struct, frozen=True, kw_only=True):
    """All of them."""

    began: str
    """UTC, ISO 8601."""
    machine: str
    seconds: int
    """How long each way was listened to."""
    networks: list[Network]
    cells: list[Advised]

    @property
    def commits(self) -> list[str]:
        """Of the source, in the order in which they were run."""
        return list(dict.fromkeys(cell.commit for cell in self.cells))

    def with_cell(self, cell: Advised) -> "Run":
        """And this one, instead of an older one of its network."""
        return replace(self, cells=[*(old for old in self.cells if old.profile != cell.profile), cell])


class Judged(Struct, frozen=True, kw_only=True):
    """What the fuller test's facts say of a network, and whether they may."""

    accused: dict[str, Verdict]
    over_cap: tuple[str, ...]
    wrong: tuple[str, ...]
    """Nodes that its profile does not have."""


def judged(facts: Measurement) -> Judged:
    """By the rules of today."""
    profile = profile_of(facts)
    true = {*EXPECTED.get(profile, ()), *ALSO.get(profile, ())}
    true |= {node for node, causes in SEEN_BY_A_BROWSER.items() if true & set(causes)}
    found = {one.node: one.verdict for one in judge(facts) if one.verdict in ACCUSES}
    return Judged(
        accused=found,
        over_cap=tuple(node for node, verdict in found.items() if verdict in CAP),
        wrong=tuple(node for node in found if node not in true),
    )


def profile_of(facts: Measurement) -> str:
    """The network's own name: facts carry it without its +."""
    names = {name.replace("+", "-"): name for name in (*EXPECTED, *NEUTRAL)}
    return names.get(facts.profile or "", facts.profile or "")


def decode(data: bytes) -> Run:
    """From JSON; `msgspec.ValidationError` if it is none of ours."""
    return msgspec.json.decode(data, type=Run)


def facts_in(file: Path) -> list[Measurement]:
    """A line each; none if there is no file."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [msgspec.json.decode(line, type=Measurement) for line in lines]


def with_facts(facts: Sequence[Measurement], one: Measurement) -> list[Measurement]:
    """And these, instead of older ones of their network, in the order of names."""
    others = [old for old in facts if old.profile != one.profile]
    return sorted([*others, one], key=lambda found: found.profile or "")
