"""Matrix room. `jemaa lab matrix`: who can still attend, by really trying. Exit codes: 0 done, whatever was found;
1 something on our own side failed; 2 a wrong argument."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jemaa.errors import JemaaError, SettingsError
from jemaa.lab import profile as profiles

from .failures import MatrixFailed
from .page import page
from .results import ACTS, Cell, encode

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

QUICK_SECONDS = 20
FULL_SECONDS = 300


def add_parser(subparsers: "Subparsers") -> argparse.ArgumentParser:
    """Add `matrix` to the commands of `jemaa lab`; `run` takes what was parsed."""
    one = subparsers.add_parser("matrix", help="who can still attend on which network, by really trying")
    one.add_argument("--systems", default="jemaa", metavar="A,B", help="what to drive (default: jemaa)")
    one.add_argument("--profiles", default="", metavar="A,B", help="of jemaa lab list (default: all)")
    one.add_argument("--paths", action="store_true", help="also with each path forced")
    one.add_argument(
        "--seconds", type=int, default=QUICK_SECONDS, metavar="N", help="listening (default: 20; full: 300)"
    )
    one.add_argument("--out", type=Path, metavar="DIR", help="where matrix.json and index.html go")
    one.add_argument("--json", action="store_true", help="print the result as JSON")
    one.set_defaults(command=lambda given, _config: run(given))
    return one


def run(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code."""
    try:
        return _run(args)
    except JemaaError as trouble:
        print(f"jemaa lab matrix: {trouble.text} ({trouble.code})", file=sys.stderr)
        return 2 if isinstance(trouble, SettingsError) else 1


def _run(args: argparse.Namespace) -> int:
    try:
        from . import run as whole
        from .systems import named
    except ImportError as error:
        text = f"The matrix needs the package {error.name}: pip install 'jemaa[lab]'."
        raise MatrixFailed("matrix-tool-missing", text) from None
    systems = named(args.systems.split(","))
    names = args.profiles.split(",") if args.profiles else profiles.names()
    if args.seconds < 10:
        raise SettingsError("bad-setting", f"A participant listens for 10 seconds at least, and not {args.seconds}.")
    for name in names:
        profiles.load(name)
    matrix = whole.run(systems, names, by_route=args.paths, seconds=args.seconds, tell=_tell, failed=_failed)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "matrix.json").write_bytes(encode(matrix))
        (args.out / "index.html").write_text(page(matrix))
    if args.json:
        print(encode(matrix).decode(), end="")
    done = len(matrix.cells)
    print(f"{done} cells" + (f" in {args.out}" if args.out else ""), file=sys.stderr)
    return 0 if done == whole.expected(matrix, systems, by_route=args.paths) else 1


def _failed(text: str) -> None:
    print(f"jemaa lab matrix: {text}", file=sys.stderr)


def _tell(cell: Cell) -> None:
    signs = {True: "yes", False: "NO", None: "-"}
    answers = " ".join(f"{act} {signs[cell.answer(act)]:3}" for act in ACTS)
    first = "-" if cell.first_sound is None else f"{cell.first_sound:.1f} s"
    stoi = "-" if cell.stoi is None else f"{cell.stoi:.2f}"
    print(
        f"{cell.system} {cell.profile:24} {cell.route:10} {answers} {first:6} STOI {stoi} {cell.path}", file=sys.stderr
    )
