"""The check against the lab: facts and findings of each network, and how often the right node was named.

In: profiles, runs, how many labs at once. Out: `facts.jsonl`, `findings.jsonl` and `void.jsonl` in a folder, and the
confusion matrix (`confusion.py`); with `--write` that goes into the page of the documentation, and the facts beside it,
packed. `make ground-truth` runs it. What is there already is not measured again, so that a run can be ended and gone on
with.
"""

import argparse
import json
import lzma
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.confusion import put_into, rows, table
from bench.ground_truth_expected import LONG, NEUTRAL
from bench.lanes import Done, Job, Lanes, Limits
from bench.machine import Machine
from jemaa.facts.record import Measurement
from jemaa.lab.profile import names
from jemaa.matrix.pulse import MOST_LATE_SECONDS
from jemaa.verdict.judge import judge

DOCS = Path(__file__).parent.parent / "docs" / "ground-truth"
_LASTING = {"link-edge", "link-thin-64", "link-satellite", *LONG}
"""Checks that last several times as long as others: the first of each round, so that no round ends with them alone."""


def done(folder: Path) -> set[Job]:
    """Profile, as facts name it, and seed of what was measured already."""
    file = folder / "facts.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    found = (json.loads(line) for line in lines)
    return {(one["profile"], one["seed"]) for one in found}


def wanted(profiles: Sequence[str], runs: int, neutral: int, first_seed: int, there: set[Job]) -> list[Job]:
    """What is left to measure, in an order that has a part of every network in each part of it."""
    found: list[tuple[float, bool, Job]] = []
    for profile in profiles:
        many = neutral if profile in NEUTRAL and neutral else runs
        for number in range(many):
            job = (profile, first_seed + number)
            if (profile.replace("+", "-"), job[1]) not in there:
                found.append((number / many, profile not in _LASTING, job))
    return [job for _, _, job in sorted(found)]


def judged(folder: Path) -> None:
    """Findings of all facts, a line each."""
    with (folder / "findings.jsonl").open("wb") as out:
        for line in (folder / "facts.jsonl").read_bytes().splitlines():
            facts = msgspec.json.decode(line, type=Measurement)
            findings = [one for one in judge(facts) if one.verdict != "ok"]
            out.write(msgspec.json.encode({"profile": facts.profile, "seed": facts.seed, "findings": findings}) + b"\n")


class Desk:
    """Takes what comes from the lanes, and keeps it."""

    def __init__(self, folder: Path, left: int) -> None:
        self._folder = folder
        self._began = time.monotonic()
        self._left = left

    def take(self, found: Done) -> bool:
        """Keep facts; say what became of the others. Whether this job is over, and not to be run once more."""
        profile, seed = found.job
        kept = bool(found.checked.facts) and not found.is_void
        if kept:
            self._left -= 1
            self._add("facts.jsonl", found.checked.facts)
            said = f"{found.checked.up:,} bytes up, {found.checked.down:,} down"
        else:
            why = "the machine was late" if found.is_void else found.checked.words
            one = {"profile": profile, "seed": seed, "late_ms": round(found.late * 1_000, 1), "why": why}
            self._add("void.jsonl", json.dumps(one).encode())
            said = f"void: {why}"
        minutes = (time.monotonic() - self._began) / 60
        print(
            f"{minutes:6.1f} min  {self._left} left, {found.beside} beside it  {profile} {seed}:"
            f" {found.seconds:.0f} s, {said}, machine late {found.late * 1_000:.0f} ms",
            flush=True,
        )
        return kept

    def _add(self, name: str, line: bytes) -> None:
        with (self._folder / name).open("ab") as out:
            out.write(line + b"\n")


def pack(folder: Path) -> None:
    """The facts as the documentation keeps them: in the order of network and seed, packed."""
    lines = (folder / "facts.jsonl").read_bytes().splitlines()
    lines.sort(key=lambda line: ((one := json.loads(line))["profile"], one["seed"]))
    packed = lzma.compress(b"\n".join(lines) + b"\n", preset=9 | lzma.PRESET_EXTREME)
    (DOCS / "facts.jsonl.xz").write_bytes(packed)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", default="", help="names with commas between; all if empty")
    parser.add_argument("--runs", type=int, default=1, help="of each network")
    parser.add_argument("--neutral-runs", type=int, default=0, help="of each that does nothing, if another number")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=48, help="labs at once, at most; fewer if the machine is late")
    parser.add_argument("--idle", type=float, default=0.2, help="share of the processors that stays free")
    parser.add_argument(
        "--late-ms",
        type=float,
        default=MOST_LATE_SECONDS * 1_000,
        help="a check beside which the machine was later is void",
    )
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing after so many; 0: until all is there")
    parser.add_argument("--out", type=Path, default=Path("build/ground-truth"))
    parser.add_argument("--lite", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the matrix and the facts into docs/ground-truth")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for."""
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    profiles = [one for one in given.profiles.split(",") if one] or list(names())
    jobs = wanted(profiles, given.runs, given.neutral_runs, given.first_seed, done(given.out))
    limits = Limits(given.together, given.idle, given.late_ms / 1_000, given.minutes * 60 or float("inf"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Machine() as machine, Lanes(machine, limits, ("--lite",) if given.lite else ("--full",)) as lanes:
        try:
            lanes.run(jobs, Desk(given.out, len(jobs)).take)
        except KeyboardInterrupt:
            return 130
    if not (given.out / "facts.jsonl").exists():
        return 1
    judged(given.out)
    text = table(rows([given.out / "facts.jsonl"]))
    sys.stdout.write(text)
    if given.write:
        pack(given.out)
        put_into(DOCS / "README.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
