"""`jemaa evidence fold|judge|build`: the public record of measurements, its archive and its pages."""

import argparse
from pathlib import Path
from typing import Any

from jemaa import public_record
from jemaa.cli_print import print_json
from jemaa.config import Config


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    """The commands of `jemaa evidence`."""
    evidence = commands.add_parser("evidence", help="the public record of measurements")
    below = evidence.add_subparsers(required=True, metavar="COMMAND")
    fold = below.add_parser("fold", parents=[shared], help="move what has come in into the archive")
    fold.set_defaults(command=_fold)
    judge = below.add_parser(
        "judge", parents=[shared], help="make all verdicts anew from their facts, by today's rules"
    )
    judge.set_defaults(command=_judge)
    build = below.add_parser("build", parents=[shared], help="make the record's pages and downloads")
    build.add_argument(
        "--out", type=Path, metavar="SITE", help="folder to make or replace (default: where serve looks)"
    )
    build.add_argument("--claims", type=Path, metavar="FILE", action="append", help="claims instead of those shipped")
    build.set_defaults(command=_build)


def _fold(given: argparse.Namespace, config: Config) -> int:
    from jemaa.evidence.journal import Journal

    count = Journal(public_record.folder(config)).fold()
    print_json({"folded": count}) if given.json else print(f"{count} measurements moved into the archive.")
    return 0


def _judge(given: argparse.Namespace, config: Config) -> int:
    from jemaa.evidence.journal import Journal
    from jemaa.verdict.judge import judge

    count = Journal(public_record.folder(config)).judge_again(judge)
    print_json({"judged": count}) if given.json else print(f"{count} measurements judged by the rules of this version.")
    return 0


def _build(given: argparse.Namespace, config: Config) -> int:
    from jemaa.audit import claims

    dossiers = tuple(map(claims.load, given.claims)) if given.claims else claims.shipped()
    out = given.out or public_record.site(config)
    pages = public_record.build(config, out, dossiers)
    print_json({"site": str(out), "pages": pages}) if given.json else print(f"{pages} pages in {out}.")
    return 0
