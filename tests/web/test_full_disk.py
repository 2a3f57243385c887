"""A full disk: who asked is told, nobody sees what is not kept, and whoever listens goes on listening."""

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from jemaa.wire.chunk import decode_chunk
from jemaa.wire.record import decode_records

from .place import Place, message, place

LONG = "水" * 2_000
"""Six kilobytes: more than what is free in any page of the database."""

MANY_PAGES = 1_000_000


async def limit(here: Place, pages: int) -> None:
    """SQLite's own full disk; a limit below what the file has is as much as it has."""

    def work(connection: sqlite3.Connection) -> list[Any]:
        return connection.execute(f"PRAGMA max_page_count={pages}").fetchall()

    await here.running.halls.event_log._database.run(work)


async def time_heard(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The media time of the next sound."""
    while True:
        received = await socket.receive(timeout=10)
        assert received.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), received
        if received.type is aiohttp.WSMsgType.BINARY:
            return decode_chunk(decode_records(received.data)[-1][1]).time_ms


def test_what_cannot_be_kept_is_refused_and_sound_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair = await here.opened()
            amina = await here.join()
            assert (await amina.command("introduce", name="Amina"))[0] == 200
            listener = await here.join()
            socket = await listener.live(listen={"sound": "sound/32", "picture": None, "batch_ms": 100})
            before = (await message(socket, "snapshot"))["seq"]
            await limit(here, 1)
            status, answer = await amina.command("say", text=LONG)
            assert (status, answer["error"]["code"]) == (503, "store-failed")
            browser = {"Cookie": f"jemaa_{here.session}={amina.token}"}
            async with here.http.post(f"{here.page}/text/chat", data={"text": LONG}, headers=browser) as page:
                assert page.status == 503 and LONG in await page.text()
            refused_at = (await here.hall()).programme.status()["time"]
            while await time_heard(socket) <= refused_at:
                pass
            late = await here.join()
            assert (await here.get("/events", late))[1]["snapshot"]["seq"] == before
            await limit(here, MANY_PAGES)
            assert (await chair.command("start_item", index=1))[0] == 200
            seen = (await message(socket, "events"))["events"]
            assert [(one["seq"], one["type"]) for one in seen] == [(before + 1, "item_started")]

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(story())
