"""The composition root: settings in, a running server out. Here, and only here, everything meets everything.

Order at the start: data folder, database, key, halls, port; at the end the other way round, within a few seconds.
"""

import asyncio
import errno
import ipaddress
import logging
import os
import signal
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web

from jemaa.config import Config
from jemaa.counters import Counters
from jemaa.demo import Demo
from jemaa.errors import SettingsError
from jemaa.evidence.submissions import Submissions
from jemaa.halls import OpenHalls
from jemaa.links import Links, base_url, described
from jemaa.measuring import services
from jemaa.public_record import site as record_site
from jemaa.public_record import submissions as open_record
from jemaa.reflector.reflector import Reflector
from jemaa.store.database import Database
from jemaa.store.log import Log
from jemaa.store.meetings import MeetingRecord, Meetings
from jemaa.store.notes import Notes
from jemaa.tasks import Tasks
from jemaa.web.access_log import AccessLog, AddressedAccessLog, NoAddresses
from jemaa.web.access_log import log as access_logger
from jemaa.web.app import make_app, say_goodbye
from jemaa.web.check import measure_with
from jemaa.web.client_files import ClientFiles
from jemaa.web.connections import IDLE_SECONDS
from jemaa.web.door import Door
from jemaa.web.evidence import show_record
from jemaa.web.house import House
from jemaa.web.strings import Strings
from jemaa.web.submissions import record_with
from jemaa.wire.token import Tokens

log = logging.getLogger("jemaa.serve")

CLIENT = Path(__file__).parent / "client"
BACKLOG = 2_048
"""Connections that may wait to be accepted: a crowd that comes back after a restart comes within a second."""

GOODBYE_SECONDS = 2.0
"""How long requests under way may take once the server was asked to end."""

_HOUR = 3_600

Announce = Callable[[dict[str, Any]], None]


def run(config: Config, announce: Announce, demo: Demo | None = None) -> int:
    """Serve until a signal; the exit code: 0 after SIGTERM, 130 after Ctrl-C.

    `announce` gets the address, the process id and the meetings once the port is open. `SettingsError` and
    `StoreFailed` say what keeps the server from starting.
    """
    check_reachable(config)
    database = open_database(config.data)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ended_by: signal.Signals = runner.run(_serve(config, database, announce, demo))
    finally:
        database.close()
    return 130 if ended_by is signal.SIGINT else 0


def open_database(data: Path) -> Database:
    """The data folder and the database in it. `SettingsError` `data-not-writable`, `StoreFailed` `store-unusable`."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError("data-not-writable", f"The data folder {data} cannot be made: {error.strerror}.") from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise SettingsError("data-not-writable", f"The data folder {data} cannot be written to by this user.")
    database = Database(data / "jemaa.sqlite")
    database.open()
    return database


def check_reachable(config: Config) -> None:
    """Browsers give microphones only to secure pages, so a server for others needs TLS, its own or a proxy's."""
    host, _ = config.address
    if config.text("tls_cert") or config.text("base_url").startswith("https://") or _is_loopback(host):
        return
    raise SettingsError(
        "needs-certificate",
        f"To serve on {host or 'every address'}, give a certificate (--tls-cert, --tls-key), or put a proxy with one "
        "in front and name its address (--base-url https://…): browsers give microphones only to secure pages.",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


@dataclass(frozen=True, slots=True)
class Running:
    """A server whose port is open. `close` it once."""

    house: House
    halls: OpenHalls
    records: Meetings
    links: Links
    port: int
    shown: list[MeetingRecord]
    runner: web.AppRunner
    reflector: Reflector
    record: Submissions | None

    async def close(self) -> None:
        """Say goodbye to everyone, let what is under way end, and stop."""
        await self.reflector.close()
        await _close(self.runner, self.house, self.halls)
        if self.record:
            await self.record.close()


async def start(config: Config, database: Database, demo: Demo | None = None) -> Running:
    """Put everything together and open the port. `SettingsError`: `port-in-use`, `cannot-listen`, `bad-certificate`."""
    records = Meetings(database)
    key = await records.signing_key()
    tokens = Tokens(key)
    record = open_record(config, key)
    halls = OpenHalls(Log(database), records, Notes(config.data / "notes"), Counters(), Tasks("server"))
    house = _house(config, halls, tokens)
    reflector = Reflector(services(config))
    runner = _runner(config, house, reflector, record)
    await runner.setup()
    try:
        port = await _listen(config, runner)
        await reflector.start()
        house.tasks.start(halls.run(), "sweep")
        if record:
            house.tasks.start(record.run(), "record")
        shown = [await demo.open(records, halls)] if demo else []
    except BaseException:
        await reflector.close()
        await _close(runner, house, halls)
        if record:
            await record.close()
        raise
    links = Links(tokens, base_url(config, port), config.number("invitation_days"), time.time())
    return Running(house, halls, records, links, port, shown, runner, reflector, record)


async def _serve(config: Config, database: Database, announce: Announce, demo: Demo | None) -> signal.Signals:
    ended: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _end, ended, number)
    running = await start(config, database, demo)
    try:
        announce(_announcement(running.links, running.shown))
        return await ended
    finally:
        await running.close()


def _house(config: Config, halls: OpenHalls, tokens: Tokens) -> House:
    return House(
        halls=halls,
        door=Door(tokens, person_seconds=config.number("person_hours") * _HOUR),
        notes=halls.notes,
        client=ClientFiles(CLIENT, is_rereading=config.flag("reread_client")),
        strings=Strings(CLIENT / "strings"),
        counters=halls.counters,
        tasks=halls.tasks,
        base_url=config.text("base_url"),
        is_secure=base_url(config).startswith("https://"),
        has_open_metrics=config.flag("open_metrics"),
        version=_version(),
    )


def _end(ended: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not ended.done():
        ended.set_result(number)


def _runner(config: Config, house: House, reflector: Reflector, record: Submissions | None) -> web.AppRunner:
    logging.getLogger("aiohttp.server").addFilter(NoAddresses())
    app = make_app(house)
    measure_with(app, reflector)
    if record:
        record_with(app, record)
        show_record(app, record_site(config))
    return web.AppRunner(
        app,
        access_log=access_logger,
        access_log_class=AddressedAccessLog if config.flag("log_addresses") else AccessLog,
        handler_cancellation=True,
        shutdown_timeout=GOODBYE_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
    )


async def _listen(config: Config, runner: web.AppRunner) -> int:
    """Open the port, and say which it is. `SettingsError` `port-in-use`, `cannot-listen`."""
    host, port = config.address
    site = web.TCPSite(runner, host or None, port, ssl_context=_tls(config), backlog=BACKLOG, reuse_address=True)
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            text = f"Port {port} is in use by another program; choose another with --listen {host}:PORT."
            raise SettingsError("port-in-use", text) from None
        reason = error.strerror or str(error)
        raise SettingsError("cannot-listen", f"Cannot listen on {host}:{port}: {reason}.") from None
    taken: int = runner.addresses[0][1]
    return taken


def _tls(config: Config) -> ssl.SSLContext | None:
    """The certificate. `SettingsError` `bad-certificate`."""
    if not config.text("tls_cert"):
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.text("tls_cert"), config.text("tls_key"))
    except (OSError, ssl.SSLError) as error:
        text = f"The certificate {config.text('tls_cert')} or its key cannot be used: {error.strerror or error}."
        raise SettingsError("bad-certificate", text) from None
    return context


def _announcement(links: Links, meetings: list[MeetingRecord]) -> dict[str, Any]:
    return {"url": links.base, "pid": os.getpid(), "meetings": [described(meeting, links) for meeting in meetings]}


async def _close(runner: web.AppRunner, house: House, halls: OpenHalls) -> None:
    for site in list(runner.sites):
        await site.stop()
    say_goodbye(house)
    await runner.cleanup()
    await house.tasks.close()
    await halls.close()


def _version() -> str:
    try:
        return version("jemaa")
    except PackageNotFoundError:
        return "0"
