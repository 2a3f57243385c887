"""`jemaa evidence fold|build`: the public record of measurements, its archive and its pages."""

import argparse
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


def _fold(given: argparse.Namespace, config: Config) -> int:
    from jemaa.evidence.journal import Journal

    count = Journal(public_record.folder(config)).fold()
    print_json({"folded": count}) if given.json else print(f"{count} measurements moved into the archive.")
    return 0
