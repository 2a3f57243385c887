"""The command line: `jemaa serve`, `jemaa demo`, `jemaa meeting`, `jemaa check`, `jemaa config`, `jemaa lab`.

Results go to standard output, everything else to standard error. Exit codes: 0; 1 it failed; 2 it was called or set
wrongly; 130 Ctrl-C. With `--json` each result is one line of JSON.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jemaa.cli_print import print_announcement, say
from jemaa.config import SETTINGS, Config, Value, load_config
from jemaa.errors import JemaaError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

USAGE = frozenset({"unknown-setting", "bad-setting", "config-unreadable", "needs-certificate"})
"""What is wrong with the call or the settings, as against what failed: exit code 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    given = parser(words[0] if words and words[0] in COMMANDS else None).parse_args(words)
    flags: dict[str, Value | None] = {setting.name: getattr(given, setting.name, None) for setting in SETTINGS}
    try:
        config = load_config(flags, file=getattr(given, "config", None))
        logging.basicConfig(
            level=config.text("log_level").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        command: Callable[[argparse.Namespace, Config], int] = given.command
        return command(given, config)
    except JemaaError as error:
        say(f"jemaa: {error.text}")
        return 2 if error.code in USAGE else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """Every command and flag, or `only` one command's; each setting is a flag of every command."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one line of JSON, for scripts")
    settings = shared.add_argument_group(
        "settings", "each can also stand in jemaa.toml or in JEMAA_… (see jemaa config)"
    )
    settings.add_argument(
        "--config", type=Path, metavar="FILE", help="settings file (default: jemaa.toml of this user)"
    )
    for setting in SETTINGS:
        _add_setting(settings, setting.name, setting.default, setting.help)
    top = argparse.ArgumentParser(prog="jemaa", description="A public meeting that anyone can attend, on any network.")
    top.add_argument("--version", action="version", version=f"jemaa {_version()}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, add in COMMANDS.items():
        if only in (None, name):
            add(commands, shared)
    return top


def _add_serve(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    server = commands.add_parser("serve", parents=[shared], help="run the server", description="Run the server.")
    server.set_defaults(command=_serve)


def _add_demo(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    demo = commands.add_parser(
        "demo",
        parents=[shared],
        help="open a meeting here, now, and print its links",
        description="Run a server with a meeting whose floor is a media file, and print its links.",
    )
    demo.add_argument("--floor", type=Path, metavar="FILE", help="any media file that FFmpeg reads, repeated")
    demo.set_defaults(command=_demo)


def _add_meeting(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    from jemaa import cli_meeting

    cli_meeting.add_commands(commands, shared)


def _add_config(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    from jemaa import cli_config

    cli_config.add_command(commands, shared)


def _add_check(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    from jemaa import cli_check

    cli_check.add_command(commands, shared)


def _add_evidence(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    from jemaa import cli_evidence

    cli_evidence.add_commands(commands, shared)


def _add_audit(commands: "Subparsers", shared: argparse.ArgumentParser) -> None:
    from jemaa import cli_audit

    cli_audit.add_command(commands, shared)


def _add_lab(commands: "Subparsers", _shared: argparse.ArgumentParser) -> None:
    from jemaa.lab import cli as lab
    from jemaa.matrix import cli as matrix

    lab.add_parser(commands, also=matrix.add_parser).set_defaults(command=lambda given, _config: lab.run(given))


COMMANDS: "dict[str, Callable[[Subparsers, argparse.ArgumentParser], None]]" = {
    "serve": _add_serve,
    "demo": _add_demo,
    "meeting": _add_meeting,
    "config": _add_config,
    "check": _add_check,
    "evidence": _add_evidence,
    "audit": _add_audit,
    "lab": _add_lab,
}
"""Each imports what it needs when it is asked for: nobody who starts a server waits for what a check imports."""


def _version() -> str:
    try:
        return version("jemaa")
    except PackageNotFoundError:
        return "of a source folder that is not installed"


def _add_setting(group: Any, name: str, default: Value, help_: str) -> None:
    flag = f"--{name.replace('_', '-')}"
    if isinstance(default, bool):
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=help_)
    else:
        shown = f" (default: {default})" if default else ""
        group.add_argument(flag, type=type(default), default=None, help=help_ + shown, metavar=name.upper())


def _serve(given: argparse.Namespace, config: Config) -> int:
    from jemaa.serve import run

    return run(config, lambda announcement: print_announcement(announcement, as_json=given.json))


def _demo(given: argparse.Namespace, config: Config) -> int:
    """With its own data folder unless one was named: a demo leaves nothing behind."""
    from jemaa.demo import SAMPLE, Demo
    from jemaa.ingest.reel import contents
    from jemaa.serve import run

    floor = given.floor or SAMPLE
    contents(floor)

    def announce(announcement: dict[str, Any]) -> None:
        print_announcement(announcement, as_json=given.json)

    if config.sources["data"] != "default":
        return run(config, announce, Demo(floor))
    with tempfile.TemporaryDirectory(prefix="jemaa-demo-") as folder:
        values = dict(config.values) | {"data": folder}
        return run(Config(values, config.sources), announce, Demo(floor))
