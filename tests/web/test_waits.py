"""Nobody waits, or is waited for, longer than a limit says: each limit is made small here and then crossed."""

import asyncio
from pathlib import Path

import pytest

from jemaa.limits import COMMANDS_UNDER_WAY

from .place import closed, message, place
from .test_once import held_disk


def test_who_says_no_hello_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.web.live_socket.HELLO_SECONDS", 0.01)

    async def story() -> None:
        async with place(tmp_path) as here, here.http.ws_connect(f"{here.api}/live") as silent:
            assert (await message(silent, "refusal"))["code"] == "hello-late"
            assert await closed(silent) == 4002

    asyncio.run(story())


def test_a_piece_that_does_not_come_in_time_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.web.pieces.PIECE_WAIT_SECONDS", 0.01)

    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            coming = hall.programme.tracks["sound/8"].newest_piece() + 2
            status, answer = await here.get(f"/pieces/{hall.programme.epoch}/sound/8/{coming}")
            assert (status, answer["error"]["code"]) == (404, "piece-not-yet")

    asyncio.run(story())


def test_a_poll_ends_without_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.web.events_out.POLL_SECONDS", 0.01)
    monkeypatch.setattr("jemaa.web.text_page.POLL_SECONDS", 0.01)

    async def story() -> None:
        async with place(tmp_path) as here:
            status, answer = await here.get("/events?since=1&wait=600")
            assert (status, answer["events"], answer["seq"]) == (200, [], 1)
            async with here.http.get(f"{here.page}/text/now?after=1") as page:
                assert page.status == 200 and "after=1" in await page.text()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("where", "path", "accept", "sign"),
    [("stream", "/stream?events=1", "*/*", b"\0\0"), ("events_out", "/events", "text/event-stream", b"\n:")],
)
def test_what_is_silent_for_long_says_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, path: str, accept: str, sign: bytes
) -> None:
    monkeypatch.setattr(f"jemaa.web.{where}.KEEPALIVE_SECONDS", 0.01)

    async def story() -> None:
        async with place(tmp_path) as here, here.http.get(here.api + path, headers={"Accept": accept}) as answer:
            data = b""
            while sign not in data:
                data += await answer.content.readany()
                assert not answer.content.at_eof()

    asyncio.run(story())


def test_a_connection_has_only_so_many_commands_under_way(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            socket = await amina.live()
            async with held_disk(here):
                for n in range(COMMANDS_UNDER_WAY + 1):
                    await socket.send_json({"op": "command", "id": n, "command": {"type": "say", "text": f"m{n}"}})
                refusal = await message(socket, "refusal")
                assert (refusal["id"], refusal["code"]) == (COMMANDS_UNDER_WAY, "too-fast")
            done = {(await message(socket, "done"))["id"] for _ in range(COMMANDS_UNDER_WAY)}
            assert done == set(range(COMMANDS_UNDER_WAY))

    asyncio.run(story())
