"""Lab room. `jemaa lab`: list, describe, up, run. Exit codes: 0 fine, 1 the lab failed, 2 a wrong argument, and
`run` ends with the code of its command."""

import argparse
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jemaa.errors import JemaaError, SettingsError

from . import profile as profiles
from .nft import expressible
from .plan import ALL
from .topology import Lab
from .turn import relaying

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


ICE = "LAB_ICE_SERVERS"
"""Where a command in a lab finds the relay: JSON, as `RTCPeerConnection` takes it."""


def add_parser(
    subparsers: "Subparsers", also: "Callable[[Subparsers], object]" = lambda commands: None
) -> argparse.ArgumentParser:
    """Add `lab` and its own commands, and what `also` adds to these; `run` takes what was parsed."""
    lab = subparsers.add_parser("lab", help="networks that block, throttle and break calls, on this machine")
    commands = lab.add_subparsers(dest="lab_command", required=True)
    commands.add_parser("list", help="all profiles")
    describe = commands.add_parser(
        "describe", help="what a profile matches and does, where it was seen, how sure it is"
    )
    describe.add_argument("profile")
    for name, what in (("up", "build a lab and keep it until Ctrl-C"), ("run", "run a command in a lab")):
        one = commands.add_parser(name, help=what)
        one.add_argument("profile")
        one.add_argument("--seed", type=int, default=1, help="of all chance in the middlebox")
        one.add_argument("--log", type=Path, help="where the middlebox writes its decisions (JSON lines)")
        one.add_argument("--kernel", action="store_true", help="let nftables judge instead of the middlebox")
        one.add_argument("--turn", action="store_true", help=f"with a TURN relay (coturn); `run` says it in {ICE}")
        if name == "run":
            one.add_argument("--in", dest="node", default="participant", help=f"one of {', '.join(ALL)}")
            one.add_argument("argv", metavar="-- COMMAND", nargs=argparse.REMAINDER, help="what to run")
    also(commands)
    return lab


def run(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code."""
    try:
        match args.lab_command:
            case "list":
                return _list()
            case "describe":
                return _describe(args.profile)
            case "up":
                return _up(args)
            case _:
                return _run(args)
    except SettingsError as trouble:
        print(f"jemaa lab: {trouble.text} ({trouble.code})", file=sys.stderr)
        return 2
    except JemaaError as trouble:
        print(f"jemaa lab: {trouble.text} ({trouble.code})", file=sys.stderr)
        return 1


def _list() -> int:
    for name in profiles.names():
        found = profiles.load(name)
        first = found.description.split(". ")[0].rstrip(".")
        print(f"{name:24}{'hypothesis' if found.hypothesis else '':12}{first}")
    return 0


def _describe(name: str) -> int:
    found = profiles.load(name)
    print(f"{found.name}\n\n{found.description}\n")
    for rule in found.rules:
        print(f"rule {rule.name}: {_words(rule.source['match'])}")
        if rule.unless:
            print(f"  unless {_words(rule.source['unless'])}")
        lasting = "" if rule.seconds == float("inf") else f" for {rule.seconds:g} s"
        print(f"  does {_words(rule.source['do'])}, to the {rule.scope}{lasting}, direction {rule.direction}")
    for way, line in found.link.items():
        print(f"link {way}: {line.kbit:g} kbit/s, {line.seconds * 1000:g} ms one way, loss {line.loss:.1%}")
    for lied, to in found.dns.items():
        print(f"dns: {lied} is answered with {to}")
    if found.proxy:
        print(f"proxy: {_words(found.proxy)}")
    print(f"\nBy the kernel alone (nftables): {'yes' if expressible(found) else 'no, it needs the middlebox'}")
    grades = {"A": "packet-level, published", "B": "vendor document or telemetry", "C": "symptom, mechanism inferred"}
    for seen in found.seen:
        print(f"Seen: {seen.where}. Grade {seen.grade} ({grades.get(seen.grade, 'no evidence')}).")
        if seen.sources:
            print(f"  Sources: {'; '.join(seen.sources)}")
    return 0


def _words(table: dict[str, object]) -> str:
    return "; ".join(f"{key} {value}" if value not in ({}, True) else key for key, value in table.items())


def _lab(args: argparse.Namespace) -> Lab:
    return Lab(args.profile, seed=args.seed, log=args.log, by_kernel=args.kernel)


@contextmanager
def _relay(args: argparse.Namespace, lab: Lab) -> Iterator[dict[str, str]]:
    """What a program has to know of the lab's TURN relay, if there is to be one."""
    if not args.turn:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder, relaying(lab, Path(folder)) as relay:
        yield {ICE: relay.ice_servers}


def _up(args: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        with _lab(args) as lab, _relay(args, lab) as ice:
            print(f"{lab.profile.name} is up. To run a command in it, from another terminal:")
            for node in ALL:
                print(f"  {node:12} {shlex.join(lab.enter(node))} -- COMMAND")
            for name, value in (lab.environment() | ice).items():
                print(f"  its programs should know: {name}={value}")
            print(f"decisions: {lab.log}\nCtrl-C takes everything down.", flush=True)
            lab.wait()
    except KeyboardInterrupt:
        pass  # that is how it ends
    return 0


def _run(args: argparse.Namespace) -> int:
    command = args.argv[1:] if args.argv[:1] == ["--"] else args.argv
    if not command:
        raise SettingsError("lab-command-missing", "say which command: jemaa lab run PROFILE -- COMMAND")
    with _lab(args) as lab, _relay(args, lab) as ice:
        process = lab.popen(args.node, command, env=os.environ | lab.environment() | ice)
        try:
            code = int(process.wait())
        except KeyboardInterrupt:
            code = 130
    return code if code >= 0 else 128 - code
