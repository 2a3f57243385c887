"""`jemaa config`: every setting, its value, and where that came from."""

import argparse
from typing import Any

from jemaa.cli_print import print_json
from jemaa.config import SETTINGS, Config


def add_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """The command `jemaa config`."""
    command = commands.add_parser(
        "config", parents=[shared], help="print every setting, its value and where it came from"
    )
    command.set_defaults(command=_show)


def _show(given: argparse.Namespace, config: Config) -> int:
    shown = dict(config.values) | {"data": str(config.data)}
    if given.json:
        print_json({name: {"value": value, "source": config.sources[name]} for name, value in shown.items()})
        return 0
    for setting in SETTINGS:
        value = shown[setting.name]
        print(f"{setting.name:<16} {value!s:<28} {config.sources[setting.name]:<12} {setting.help}")
    return 0
