"""`jemaa meeting new|list|links|close`: works on the data folder, also while a server runs on it."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from jemaa.cli_print import print_json, print_meeting, say
from jemaa.config import Config
from jemaa.errors import Refused, SettingsError
from jemaa.links import Links, base_url, described
from jemaa.meeting.ids import MeetingId
from jemaa.store.meetings import Meetings
from jemaa.wire.token import Tokens

T = TypeVar("T")


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    """The subcommands of `jemaa meeting`."""
    meeting = commands.add_parser("meeting", help="make, list and close meetings").add_subparsers(
        required=True, metavar="ACTION"
    )
    new = meeting.add_parser("new", parents=[shared], help="make a meeting and print a link for each role")
    new.add_argument("title")
    new.add_argument("--room", action="append", metavar="NAME", help="a room; again for more, each has its own session")
    new.add_argument("--agenda", action="append", metavar="ITEM", help="an item of the agenda; again for more")
    new.add_argument("--private", action="store_true", help="by invitation: nobody attends without a link")
    new.set_defaults(command=_new)
    listing = meeting.add_parser("list", parents=[shared], help="list the meetings")
    listing.set_defaults(command=_list)
    links = meeting.add_parser("links", parents=[shared], help="print new links of a meeting")
    links.add_argument("meeting", metavar="MEETING", help="its id, as the list shows it")
    links.set_defaults(command=_links)
    close = meeting.add_parser("close", parents=[shared], help="end a meeting and take it off the list")
    close.add_argument("meeting", metavar="MEETING", help="its id, as the list shows it")
    close.set_defaults(command=_close)


def _new(given: argparse.Namespace, config: Config) -> int:
    if not given.title.strip():
        raise SettingsError("bad-setting", 'A meeting needs a title: jemaa meeting new "Assembly of the old town".')

    async def work(meetings: Meetings) -> dict[str, Any]:
        rooms, agenda = given.room or [""], given.agenda or []
        made = await meetings.create(given.title, rooms=rooms, agenda=agenda, public=not given.private)
        return described(made, await _link_maker(meetings, config))

    _print(_with_meetings(config, work), as_json=given.json)
    return 0


def _links(given: argparse.Namespace, config: Config) -> int:
    async def work(meetings: Meetings) -> dict[str, Any]:
        found = await meetings.find(MeetingId(given.meeting))
        if found is None:
            raise Refused("no-such-meeting", "There is no meeting with that id; `jemaa meeting list` shows them.")
        return described(found, await _link_maker(meetings, config))

    _print(_with_meetings(config, work), as_json=given.json)
    return 0


def _list(given: argparse.Namespace, config: Config) -> int:
    found = _with_meetings(config, lambda meetings: meetings.all())
    if given.json:
        print_json([described(meeting) for meeting in found])
        return 0
    if not found:
        say('There is no meeting yet; jemaa meeting new "Title" makes one.')
    for meeting in found:
        made = datetime.fromtimestamp(meeting.created_at / 1000, UTC).strftime("%Y-%m-%d")
        notes = [*([] if meeting.public else ["by invitation"]), *(["closed"] if meeting.closed_at else [])]
        print(f"{meeting.id}  {made}  {meeting.title}{'  (' + ', '.join(notes) + ')' if notes else ''}")
    return 0


def _close(given: argparse.Namespace, config: Config) -> int:
    _with_meetings(config, lambda meetings: meetings.close(MeetingId(given.meeting)))
    if given.json:
        print_json({"id": given.meeting, "closed": True})
    else:
        say(
            f"{given.meeting} is off the list. A running server ends its sessions within half a minute; "
            "whoever has its link can still read it."
        )
    return 0


async def _link_maker(meetings: Meetings, config: Config) -> Links:
    tokens = Tokens(await meetings.signing_key())
    return Links(tokens, base_url(config), config.number("invitation_days"), time.time())


def _print(meeting: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(meeting)
    else:
        print_meeting(meeting)


def _with_meetings(config: Config, work: Callable[[Meetings], Awaitable[T]]) -> T:
    from jemaa.serve import open_database

    database = open_database(Path(config.data))

    async def run() -> T:
        return await work(Meetings(database))

    try:
        return asyncio.run(run())
    finally:
        database.close()
