"""The browser's check against the lab: does the way that it names work when it is used, and how soon is it named?

In: profiles. Out: `advice.json`, `facts.jsonl` and `index.html` in a folder, network by network, so that a run can be
ended and gone on with. `make advice` runs it. Exit codes: 0 done, whatever was found; 1 something on our own side
failed; 2 a wrong argument.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bench.advice_cell import ask, facts_of
from bench.advice_page import page
from bench.advice_results import Advised, Run, decode, facts_in, judged, with_facts
from jemaa.errors import JemaaError, SettingsError
from jemaa.facts.record import Measurement
from jemaa.lab.profile import names
from jemaa.matrix.results import encode, kept, write_whole
from jemaa.matrix.run import attempted, check_machine, commit, machine, network_of, props
from jemaa.matrix.sitting import Props

DOCS = Path(__file__).parent.parent / "docs" / "advice"
LISTEN_SECONDS = 12
RESULT, FACTS, PAGE = "advice.json", "facts.jsonl", "index.html"


class Folder:
    """Where a run is kept, and what is there already."""

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self._folder = folder
        self.run = kept(folder / RESULT, decode) if resume else None
        self.facts = facts_in(folder / FACTS) if resume else []

    def begin(self, profiles: Sequence[str]) -> Run:
        """What the run begins with. A profile that is none is a `SettingsError`."""
        known = {network.name: network for network in (self.run.networks if self.run else [])}
        known |= {name: network_of(name) for name in profiles}
        self.run = Run(
            began=self.run.began if self.run else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            machine=machine(),
            seconds=LISTEN_SECONDS,
            networks=list(known.values()),
            cells=self.run.cells if self.run else [],
        )
        return self.run

    def keep(self, run: Run, facts: list[Measurement]) -> None:
        """All of it, anew."""
        self.run, self.facts = run, facts
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = b"".join(msgspec.json.encode(one) + b"\n" for one in facts)
        write_whole(self._folder / RESULT, encode(run))
        write_whole(self._folder / FACTS, lines)
        write_whole(self._folder / PAGE, page(run, facts).encode())


def line(cell: Advised) -> str:
    """What came of it, for whoever watches."""
    first = "-" if cell.first is None else f"{cell.first:.1f} s"
    ways = ", ".join(f"{way} {'works' if one.works else f'FAILS ({one.why_not})'}" for way, one in cell.used.items())
    right = "right" if cell.is_right else "WRONG"
    return f"{cell.profile:24} {right} first {first:7} {'>'.join(cell.named) or 'nothing':16} {ways} {cell.why_not}"


def go(given: argparse.Namespace, profiles: Sequence[str]) -> int:
    """All that is wanted and not there; how many are left."""
    folder = Folder(given.out, resume=given.resume)
    run = folder.begin(profiles)
    there = {cell.profile for cell in run.cells}
    measured = {one.profile for one in folder.facts}
    jobs = [("advice", name) for name in profiles if name not in there] if given.fuller != "only" else []
    if given.fuller != "no":
        jobs += [("fuller", name) for name in profiles if name.replace("+", "-") not in measured]
    check_machine()
    until = time.monotonic() + given.minutes * 60 if given.minutes else float("inf")
    left = len(jobs)
    with props(places=1) as ground:
        for kind, name in jobs:
            if time.monotonic() > until:
                break
            left -= _one(folder, ground, kind, name)
    return left


def _one(folder: Folder, ground: Props, kind: str, name: str) -> bool:
    """Ask once and keep it; whether there was something to keep."""
    run = folder.run
    assert run is not None, "it has begun"
    if kind == "advice":
        cell = attempted(name, partial(ask, ground, name, LISTEN_SECONDS), _complain)
        if cell:
            folder.keep(run.with_cell(replace(cell, commit=commit())), folder.facts)
            print(line(cell), flush=True)
        return cell is not None
    facts = attempted(name, partial(facts_of, ground, name), _complain)
    if facts:
        folder.keep(run, with_facts(folder.facts, facts))
        found = judged(facts)
        print(f"{name:24} {found.accused} over the cap {found.over_cap} wrong {found.wrong}", flush=True)
    return facts is not None


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", default="", metavar="A,B", help="of jemaa lab list (default: all)")
    parser.add_argument("--fuller", choices=("yes", "no", "only"), default="yes", help="the fuller test, of 70 s")
    parser.add_argument("--out", type=Path, default=DOCS, metavar="DIR")
    parser.add_argument("--resume", action="store_true", help="keep what DIR has, and ask the others")
    parser.add_argument("--minutes", type=float, metavar="N", help="begin nothing after so long; see --resume")
    return parser.parse_args(words)


def main() -> int:
    """Run what was asked for."""
    given = arguments()
    try:
        left = go(given, given.profiles.split(",") if given.profiles else names())
    except JemaaError as trouble:
        _complain(f"advice: {trouble.text} ({trouble.code})")
        return 2 if isinstance(trouble, SettingsError) else 1
    _complain(f"{left} left, in {given.out}")
    return 1 if left and not given.minutes else 0


if __name__ == "__main__":
    sys.exit(main())
