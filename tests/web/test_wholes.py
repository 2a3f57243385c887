"""A large snapshot in parts: each small enough for where connections freeze, and joined the snapshot that it was."""

import asyncio
import gzip
import json
import random
from pathlib import Path
from typing import Any

from jemaa.limits import PART_BYTES, WHOLE_KEPT_SECONDS, WHOLE_SECONDS
from jemaa.meeting.commands import Introduce, Say
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.web.hall import Hall
from jemaa.web.wholes import Wholes, cut

from .place import Place, place

LETTERS = "abcdefghijklmnopqrstuvwxyz"


async def crowded(hall: Hall, many: int = 400) -> None:
    """So many have come, with names that pack badly."""
    draw = random.Random(7)
    for n in range(many):
        name = "".join(draw.choices(LETTERS, k=24))
        await hall.session.submit(Actor(PersonId(f"p{n}"), "participant"), Introduce(name, "Université"))


async def fetched(here: Place) -> tuple[list[str], dict[str, Any]]:
    """All parts, and the last answer."""
    status, answer = await here.get("/events?since=0&wait=0&part=0")
    assert status == 200
    parts = [answer["part"]]
    for part in range(1, answer["parts"]):
        _, answer = await here.get(f"/events?whole={answer['seq']}&part={part}")
        parts.append(answer["part"])
    return parts, answer


def test_a_crowd_comes_in_parts_none_of_which_is_large(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await crowded(await here.hall())
            parts, last = await fetched(here)
            assert len(parts) > 1 and all(len(gzip.compress(part.encode(), 6)) <= PART_BYTES for part in parts)
            _, whole = await here.get("/events?since=0&wait=0")
            assert json.loads("".join(parts)) == whole["snapshot"] and last["seq"] == whole["seq"]
            assert last["status"] == whole["status"]

    asyncio.run(story())


def test_what_is_small_comes_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            _, first = await here.get("/events?since=0&wait=0&part=0")
            _, whole = await here.get("/events?since=0&wait=0")
            assert first == whole and "parts" not in first
            await amina.command("introduce", name="Amina B.")
            _, news = await here.get(f"/events?since={first['seq']}&wait=0&part=0")
            assert [one["type"] for one in news["events"]] == ["person_introduced"]

    asyncio.run(story())


def test_news_that_are_no_part_any_more_are_a_snapshot(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            _, before = await here.get("/events?since=0&wait=0&part=0")
            await crowded(hall)
            seq = hall.session.state.seq
            _, after = await here.get(f"/events?since={before['seq'] or 1}&wait=0&part=0")
            assert after["parts"] > 1 and after["seq"] == seq, "and none that is older than what one has"

    asyncio.run(story())


def test_parts_are_the_same_while_the_meeting_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            await crowded(hall)
            _, first = await here.get("/events?since=0&wait=0&part=0")
            await hall.session.submit(Actor(PersonId("p1"), "participant"), Say("It goes on."))
            _, second = await here.get(f"/events?whole={first['seq']}&part=1")
            state = json.loads("".join((await fetched(here))[0]))
            assert second["seq"] == first["seq"] == state["seq"]
            _, news = await here.get(f"/events?since={first['seq']}&wait=0&part=0")
            assert [one["text"] for one in news["events"]] == ["It goes on."]
            status, answer = await here.get(f"/events?whole={first['seq']}&part={first['parts']}")
            assert (status, answer["error"]["code"]) == (410, "snapshot-gone")

    asyncio.run(story())


def test_a_snapshot_is_cut_anew_after_a_while_and_forgotten_after_longer(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            now = 100.0
            wholes = Wholes(hall.herald, lambda: now)
            first = wholes.newest(0)
            speaker = Actor(PersonId("p1"), "participant")
            await hall.session.submit(speaker, Introduce("Amina"))
            assert wholes.newest(0) is first
            assert wholes.newest(first.seq).seq == first.seq + 1, "whoever has it gets a newer one"
            now += WHOLE_SECONDS + 1
            assert wholes.newest(0).made == now
            assert wholes.kept(first.seq) is first
            now += WHOLE_KEPT_SECONDS
            assert wholes.kept(first.seq) is None

    asyncio.run(story())


def test_any_text_is_cut_into_parts_that_join() -> None:
    draw = random.Random(3)
    uneven = "a" * 40_000 + "".join(chr(draw.randrange(0x20, 0xD000)) for _ in range(8_000)) + "😀" * 3_000
    for text in ("a", "😀" * 20_000, uneven):
        parts = cut(text)
        assert "".join(parts) == text
        assert all(len(gzip.compress(part.encode(), 6)) <= PART_BYTES for part in parts)
