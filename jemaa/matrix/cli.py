"""Matrix room. `jemaa lab matrix`: who can still attend, by really trying. Exit codes: 0 done, whatever was found;
1 something on our own side failed, or the answers differ from those of `--like`; 2 a wrong argument."""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jemaa.errors import JemaaError, SettingsError
from jemaa.lab import profile as profiles

from .failures import MatrixFailed
from .page import page
from .page_grid import blocks
from .picture import picture
from .results import ACTS, SWITCHED, Cell, Change, Matrix, decode, encode, kept, write_whole

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

QUICK_SECONDS = 20
FULL_SECONDS = 300
LEAST_SECONDS = 10
RESULT, PAGE, PICTURE = "matrix.json", "index.html", "grid.svg"


def add_parser(subparsers: "Subparsers") -> argparse.ArgumentParser:
    """Add `matrix` to the commands of `jemaa lab`; `run` takes what was parsed."""
    one = subparsers.add_parser("matrix", help="who can still attend on which network, by really trying")
    one.add_argument("--systems", default="jemaa", metavar="A,B", help="what to drive (default: jemaa)")
    one.add_argument("--profiles", default="", metavar="A,B", help="of jemaa lab list (default: all)")
    one.add_argument("--line", default="", metavar="LINE", help="those that block, each over this line")
    what = one.add_mutually_exclusive_group()
    what.add_argument("--paths", action="store_true", help="also with each path forced")
    what.add_argument("--switched", action="store_true", help="each network switched on in mid-speech, and off again")
    one.add_argument(
        "--seconds",
        type=int,
        default=QUICK_SECONDS,
        metavar="N",
        help=f"listening (default: {QUICK_SECONDS}; full: {FULL_SECONDS})",
    )
    one.add_argument("--out", type=Path, metavar="DIR", help=f"where {RESULT} and {PAGE} go, cell by cell")
    one.add_argument("--resume", action="store_true", help="keep the cells that DIR has, and ask the others")
    one.add_argument("--minutes", type=float, metavar="N", help="begin no new cell after so long; see --resume")
    one.add_argument("--like", type=Path, metavar="DIR", help="say which answers differ from those that DIR has")
    one.add_argument("--json", action="store_true", help="print the result as JSON")
    one.set_defaults(command=lambda given, _config: run(given))
    return one


def run(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Whoever ends it by a signal finds nothing left of it."""
    try:
        with _signals_end_it():
            return _run(args)
    except JemaaError as trouble:
        print(f"jemaa lab matrix: {trouble.text} ({trouble.code})", file=sys.stderr)
        return 2 if isinstance(trouble, SettingsError) else 1


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """As an exception, so that browsers, sound and labs are taken down."""
    before = {
        number: signal.signal(number, lambda number, _frame: sys.exit(128 + number))
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(args: argparse.Namespace) -> int:
    try:
        from . import run as whole
        from .systems import named
    except ImportError as error:
        text = f"The matrix needs the package {error.name}: pip install 'jemaa[lab]'."
        raise MatrixFailed("matrix-tool-missing", text) from None
    if args.seconds < LEAST_SECONDS:
        text = f"A participant listens for {LEAST_SECONDS} seconds at least, and not {args.seconds}."
        raise SettingsError("bad-setting", text)
    if args.resume and not args.out:
        raise SettingsError("bad-setting", "To go on with a run, say where it is kept: --out DIR.")
    plan = whole.Plan(
        named(args.systems.split(",")),
        wanted(args.profiles, line=args.line, switched=args.switched),
        by_route=args.paths,
        seconds=args.seconds,
        switched=args.switched,
    )
    earlier = kept(args.like / RESULT, decode) if args.like else None
    for system in plan.systems:
        if lacking := system.missing():
            print(f"{system.name} is left out: {lacking}", file=sys.stderr)
    matrix = whole.run(
        plan, kept(args.out / RESULT, decode) if args.resume else None, _Watch(args.out), minutes=args.minutes
    )
    if args.json:
        print(encode(matrix).decode(), end="")
    left = len(plan.missing(matrix))
    print(f"{len(matrix.has())} cells, {left} left" + (f", in {args.out}" if args.out else ""), file=sys.stderr)
    unlike = matrix.unlike(earlier) if earlier else []
    print("".join(f"{line}\n" for line in unlike), end="", file=sys.stderr)
    return 1 if unlike or (left and args.minutes is None) else 0


def wanted(said: str, *, line: str, switched: bool) -> list[str]:
    """Names of profiles: those that were said, or all that fit. `SettingsError` for one that there is not, or that
    cannot be had so."""
    found = [profiles.load(name) for name in (said.split(",") if said else profiles.names())]
    if line:
        found = [one for one in found if said or (blocks(one.name) and not one.link)]
        found = [profiles.load(f"{one.name}@{line}") for one in found]
    if switched and said and (led := [one.name for one in found if one.proxy]):
        text = f"A browser cannot be led to a proxy in mid-speech: {', '.join(led)} cannot be switched on."
        raise SettingsError("bad-setting", text)
    return [one.name for one in found if not (switched and one.proxy)]


class _Watch:
    """Says what comes on standard error, and keeps it on disk."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def told(self, found: Cell | Change, so_far: Matrix) -> None:
        """See `run.Watch`."""
        print(_line(found) if isinstance(found, Cell) else _line_of_change(found), file=sys.stderr)
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / RESULT, encode(so_far))
            write_whole(self._folder / PAGE, page(so_far).encode())
            if so_far.cells:
                write_whole(self._folder / PICTURE, picture(so_far).encode())

    def failed(self, text: str) -> None:
        """See `run.Watch`."""
        print(f"jemaa lab matrix: {text}", file=sys.stderr)


def _line(cell: Cell) -> str:
    signs = {True: "yes", False: "NO", None: "-"}
    answers = " ".join(f"{act} {signs[cell.answer(act)]:3}" for act in ACTS)
    stoi = "-" if cell.stoi is None else f"{cell.stoi:.2f}"
    first = _seconds(cell.first_sound)
    return f"{cell.system} {cell.profile:24} {cell.route:10} {answers} {first:6} STOI {stoi} {cell.path}"


def _line_of_change(found: Change) -> str:
    says = "hears yes" if found.hears else "hears NO "
    gap, lost, again = _seconds(found.gap), _seconds(found.lost), _seconds(found.again)
    after = f"gap {gap:6} without words {lost:6} {found.within:8} back after {again}"
    return f"{found.system} {found.profile:24} {SWITCHED} {says} {after}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
