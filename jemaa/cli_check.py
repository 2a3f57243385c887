"""`jemaa check SERVER`: consent, a check with its steps as they go, what follows from it, and the facts as a file.

Exit codes: 0 the check was made, whatever it found; 1 it failed, or nobody agreed to it; 2 it was called wrongly;
130 Ctrl-C. Facts and results go to standard output, the steps to standard error.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from jemaa.cli_check_history import earlier
from jemaa.cli_check_print import Steps, print_facts, print_result, what_is_sent
from jemaa.cli_print import say
from jemaa.config import Config
from jemaa.errors import JemaaError, SettingsError
from jemaa.facts.read import write
from jemaa.facts.record import ACCESS, STEPS, Measurement
from jemaa.probe import trust
from jemaa.probe.check import check
from jemaa.probe.countries import careful
from jemaa.probe.ground import Wishes
from jemaa.probe.page import Page
from jemaa.probe.trouble import EXPECTED, named

ANCHORS = ("https://www.wikipedia.org", "https://www.ripe.net", "https://one.one.one.one")
"""Places of three operators that have nothing to do with meetings: a network that reaches none is no network."""

_SUBMIT_SECONDS = 60.0


class CheckFailed(JemaaError):
    """The check could not be made, or its facts not kept."""


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shared: argparse.ArgumentParser
) -> None:
    """Add `check`."""
    one = commands.add_parser(
        "check",
        parents=[shared],
        help="what this network lets through, and how to attend from here",
        description="Check what this network lets through to a server, stage by stage, and how to attend from here.",
    )
    one.add_argument("server", metavar="SERVER", help="a server's address: https://meeting.example.org")
    depth = one.add_mutually_exclusive_group()
    depth.add_argument("--lite", action="store_true", help="nothing that looks like a call's sound; under 1.5 MB")
    depth.add_argument("--full", action="store_true", help="with what looks like a call's sound")
    one.add_argument("--long", action="store_true", help="ten minutes, to find flows that are cut in mid-call")
    one.add_argument("--yes", action="store_true", help="agree to what is sent without being asked")
    one.add_argument("--access", choices=ACCESS, default="unknown", help="how you reach the network")
    one.add_argument("--country", metavar="CC", help="the country you are in, as two letters")
    one.add_argument("--asn", type=int, metavar="N", help="the number of your network, if you know it")
    one.add_argument("--vpn", action=argparse.BooleanOptionalAction, help="whether you are on a VPN")
    one.add_argument("--steps", metavar="STEP,STEP", default="", help=f"only these of {', '.join(STEPS)}")
    one.add_argument("--seed", type=int, help="of all chance in the check")
    one.add_argument("--anchor", action="append", metavar="URL", help="a place that has to be reached; at most 3")
    one.add_argument("--peer", action="append", metavar="URL", default=[], help="another measuring server, to ask")
    one.add_argument("--authority", metavar="FILE", default="", help="PEM file of a certificate authority to trust")
    one.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="add the facts to this file, one line of JSON; earlier ones of the same --asn there confirm",
    )
    one.add_argument("--submit", action="store_true", help="give the facts to the server's public record")
    one.set_defaults(command=run)


def run(given: argparse.Namespace, config: Config) -> int:
    """Do it; the exit code."""
    wishes, url = wishes_of(given), _url(given.server)
    _trusts(url, wishes.authority)
    if not given.yes and not _agrees(url, wishes):
        return 1
    steps = Steps(sys.stderr)
    try:
        measurement = asyncio.run(_check(url, wishes, steps.show))
    finally:
        steps.close()
    # What an earlier check kept bears the server's time, of which this device's clock may be years short.
    data, history = write(measurement), earlier(given.out, max(time.time(), measurement.started_at))
    if given.out is not None:
        _keep(given.out, data)
    if given.json:
        print(data.decode(), flush=True)
    else:
        print_result(measurement, history)
        print_facts(measurement)
    if given.submit:
        _submit(url, _as_it_went(wishes, measurement), data)
    return 0


def _as_it_went(wishes: Wishes, measurement: Measurement) -> Wishes:
    """Without a proxy that the check went on without."""
    is_without = any(one.why in ("proxy_refused", "proxy_resigned") for one in measurement.plan.left_out)
    return replace(wishes, proxy="") if is_without else wishes


def wishes_of(given: argparse.Namespace) -> Wishes:
    """What was asked for. `SettingsError` `bad-setting`. Lite where the country calls for care, or is not known."""
    steps = tuple(filter(None, given.steps.split(",")))
    for step in steps:
        if step not in STEPS:
            raise SettingsError("bad-setting", f"There is no step {step!r}; there are {', '.join(STEPS)}.")
    country = given.country.upper() if given.country else None
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise SettingsError("bad-setting", f"A country is two letters, such as MA, and not {given.country!r}.")
    is_lite = given.lite or (not given.full and (country is None or careful(country) is not None))
    return Wishes(
        lite=is_lite,
        long=given.long,
        steps=steps,
        seed=given.seed if given.seed is not None else random.SystemRandom().randrange(2**31),
        access=given.access,
        country=country,
        asn=given.asn,
        vpn=given.vpn,
        anchors=tuple(given.anchor or ANCHORS),
        peers=tuple(given.peer),
        proxy=_proxy(_url(given.server)),
        authority=given.authority,
    )


def _url(server: str) -> str:
    """`SettingsError` `bad-setting`."""
    url = server if "://" in server else f"https://{server}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("bad-setting", f"SERVER is an address such as https://meeting.example.org, not {server!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def _proxy(url: str) -> str:
    """What the environment says of a proxy for this address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return "" if proxy_bypass(host) else getproxies().get(parts.scheme, "")


def _trusts(url: str, authority: str) -> None:
    """`SettingsError` `bad-setting` where every certificate would look wrong here: that is no network's doing."""
    try:
        is_blind = url.startswith("https:") and not trust.knows_anybody(trust.context(authority))
    except OSError as error:
        text = f"The certificate authority cannot be read from {authority}: {error.strerror or error}."
        raise SettingsError("bad-setting", text) from None
    if is_blind:
        raise SettingsError(
            "bad-setting",
            "This machine knows no certificate authority: install its list of them (on Debian the package"
            " ca-certificates), or name one with --authority FILE.",
        )


def _agrees(url: str, wishes: Wishes) -> bool:
    """Say what would be sent, to whom and why, and ask."""
    for line in what_is_sent(url, wishes):
        say(line)
    if not sys.stdin.isatty():
        say("jemaa: nobody is here to agree; with --yes you do so beforehand.")
        return False
    return input("Begin? [y/N] ").strip().lower() in ("y", "yes", "o", "oui")


async def _check(url: str, wishes: Wishes, show: Callable[[str, str, float], None]) -> Measurement:
    async with Page(url, proxy=wishes.proxy, authority=wishes.authority) as page:
        return await check(page, wishes, software=_software(), show=show)


def _software() -> str:
    """This program, as `Measurement.software` has it."""
    try:
        return f"jemaa {version('jemaa')}"[:48]
    except PackageNotFoundError:
        return "jemaa"


def _keep(file: Path, data: bytes) -> None:
    """`CheckFailed` `check-not-kept`."""
    try:
        with file.open("ab") as out:
            out.write(data + b"\n")
    except OSError as error:
        raise CheckFailed("check-not-kept", f"The facts cannot be written to {file}: {error.strerror}.") from None


def _submit(url: str, wishes: Wishes, data: bytes) -> None:
    """`CheckFailed` `check-not-submitted`."""

    async def give() -> str:
        async with Page(url, proxy=wishes.proxy, authority=wishes.authority) as page:
            return await page.submit(data, _SUBMIT_SECONDS)

    try:
        receipt = asyncio.run(give())
    except EXPECTED as error:
        text = f"The server did not take the facts: {error or named(error)[0]}."
        raise CheckFailed("check-not-submitted", text) from None
    say(f"The server keeps these facts. To take them back, keep this receipt: {receipt}")
