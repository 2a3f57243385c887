"""Facts that the lab gave, judged: which node was named behind which network, and how often nothing should have been.

`python -m bench.confusion FACTS.jsonl … [--write PAGE]`. Facts are kept, so that a better table of rules can be
measured on the same checks.
"""

import argparse
import lzma
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.ground_truth_expected import ALSO, EXPECTED, NEUTRAL
from jemaa.facts.record import Measurement
from jemaa.verdict.advice import advise
from jemaa.verdict.finding import ACCUSES, Finding
from jemaa.verdict.judge import judge
from jemaa.verdict.rules.table import RULESET, digest

BEGIN, END = "<!-- confusion -->", "<!-- /confusion -->"


@dataclass(slots=True)
class Row:
    """All checks behind one network."""

    runs: int = 0
    right: int = 0
    accused: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    hinted: Counter[str] = field(default_factory=Counter)
    attends: int = 0

    def add(self, profile: str, measurement: Measurement, findings: Sequence[Finding]) -> None:
        """One check."""
        wanted = set(EXPECTED.get(profile, ()))
        found = {one.node: one.verdict for one in findings if one.verdict in ACCUSES}
        allowed = wanted | set(ALSO.get(profile, ()))
        self.runs += 1
        self.right += wanted <= found.keys()
        self.attends += advise(measurement, findings).can_attend
        self.accused.update(f"{node} {verdict}" for node, verdict in found.items() if node in wanted)
        self.wrong.update(
            f"{node} {verdict}"
            for node, verdict in found.items()
            if node not in allowed and not (node.endswith(".residual") and wanted)
        )
        self.hinted.update(one.node for one in findings if one.verdict in ("insufficient", "invalid", "impaired"))


def facts_in(file: Path) -> list[bytes]:
    """A measurement each; also of a file that was packed with xz."""
    data = file.read_bytes()
    return (lzma.decompress(data) if file.suffix == ".xz" else data).splitlines()


def rows(files: Iterable[Path]) -> dict[str, Row]:
    """Of all facts in these files, by profile."""
    names = {name.replace("+", "-"): name for name in (*EXPECTED, *NEUTRAL)}
    found: dict[str, Row] = {}
    for file in files:
        for line in facts_in(file):
            measurement = msgspec.json.decode(line, type=Measurement)
            profile = names.get(measurement.profile or "", measurement.profile or "")
            found.setdefault(profile, Row()).add(profile, measurement, judge(measurement))
    return dict(sorted(found.items(), key=lambda one: (one[0] in NEUTRAL, one[0])))


def table(found: dict[str, Row]) -> str:
    """As a page has it."""
    blocked = [row for profile, row in found.items() if profile not in NEUTRAL]
    neutral = [row for profile, row in found.items() if profile in NEUTRAL]
    right, runs = sum(row.right for row in blocked), sum(row.runs for row in blocked)
    false, quiet = sum(row.wrong.total() for row in neutral), sum(row.runs for row in neutral)
    others = sum(row.wrong.total() for row in blocked)
    lines = [
        f"Rules {RULESET} ({digest()}). Behind networks that block: every node named in {right} of {runs} checks,"
        f" {others} other nodes accused. Behind networks that do nothing: {false} accusations in {quiet} checks.",
        "",
        "| network | named / checks | what was said | said beside it, and wrong | too little, or a bad line |",
        "|---|---|---|---|---|",
    ]
    for profile, row in found.items():
        named = f"{row.right} / {row.runs}" if profile not in NEUTRAL else f"– / {row.runs}"
        lines.append(f"| `{profile}` | {named} | {_in(row.accused)} | {_in(row.wrong)} | {_in(row.hinted)} |")
    return "\n".join(lines) + "\n"


def _in(counter: Counter[str]) -> str:
    return ", ".join(f"{what} ×{count}" for what, count in sorted(counter.items())) or "–"


def put_into(page: Path, text: str) -> None:
    """The table between its marks."""
    head, _, rest = page.read_text().partition(BEGIN)
    page.write_text(f"{head}{BEGIN}\n{text}{END}{rest.partition(END)[2]}")


def main() -> int:
    """Print it, or put it into a page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path, nargs="+")
    parser.add_argument("--write", type=Path, help="a page with the marks of this table")
    given = parser.parse_args()
    text = table(rows(given.facts))
    if given.write is None:
        sys.stdout.write(text)
        return 0
    put_into(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
