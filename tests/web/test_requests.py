"""Requests without a connection of their own: joining, commands, bad input, streams, pieces, radio, events."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from jemaa.wire.chunk import decode_chunk
from jemaa.wire.record import decode_records
from jemaa.wire.varint import decode_varint

from .place import Place, place, until


def test_joining_gives_a_person_who_comes_back_as_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            again = await here.join(resume=amina.token)
            assert (again.id, again.role) == (amina.id, "participant")
            chair = await here.join("chair")
            assert chair.role == "chair"
            assert (await here.join(resume=chair.token)).id == chair.id
            async with here.http.post(f"{here.api}/join", json={}) as answer:
                cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie

    asyncio.run(story())


def test_a_bad_token_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            other = await here.running.records.create("Other")
            elsewhere = here.running.links.of_session(other, other.sessions[0].id)["chair"].partition("#t=")[2]
            yesterday = replace(here.running.links, days=-1).of_session(here.meeting, here.session)
            expired = yesterday["chair"].partition("#t=")[2]
            for token, code in (
                ("x.y", "token-forged"),
                (elsewhere, "token-elsewhere"),
                (expired, "token-expired"),
            ):
                status, answer = await here.post("/join", {"token": token})
                assert (status, answer["error"]["code"]) == (401, code)

    asyncio.run(story())


def test_a_closed_meeting_lets_nobody_hear_or_read_without_an_invitation(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path, public=False) as here:
            assert (await here.post("/join", {}))[1]["error"]["code"] == "invitation-needed"
            for path in ("/events", "/stream?sound=sound/32", "/pieces/newest?track=sound/12"):
                status, answer = await here.get(path)
                assert (status, answer["error"]["code"]) == (401, "invitation-needed")
            async with here.http.get(f"{here.page}/radio.opus") as answer:
                assert answer.status == 401
            amina = await here.join()
            assert (await here.get("/events", amina))[0] == 200

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "not-json"),
        (b'{"type": NaN}', 400, "not-json"),
        (b"[" * 10_000, 400, "not-json"),
        (b"[1, 2]", 400, "not-an-object"),
        (b'{"type": "say", "text": 7}', 400, "bad-command"),
        (b'{"type": "say", "text": "x", "loud": true}', 400, "bad-command"),
        (b'{"type": "leave_note", "note": "a", "duration_ms": 1}', 400, "unknown-command"),
        (b'{"type": "' + b"x" * 10_000_000 + b'"}', 413, "body-too-large"),
        (b'{"type": "say", "text": "hello"}', 409, "name-needed"),
        (b'{"type": "introduce", "name": "\xe2\x80\xae \xe2\x80\x8b"}', 409, "text-empty"),
        (json.dumps({"type": "say", "text": "x" * 3_000}).encode(), 409, "name-needed"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_commands_are_named(tmp_path: Path, body: bytes, status: int, code: str) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            answered, answer = await here.post("/commands", body, await here.join())
            assert (answered, answer["error"]["code"]) == (status, code)

    asyncio.run(story())


def test_bad_addresses_are_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            cases = [
                ("/nothing", 404, "not-found"),
                ("/stream?sound=sound/99", 404, "no-such-track"),
                ("/stream?sound=sound/32&batch_ms=1", 400, "bad-shape"),
                ("/stream?sound=sound/32&batch_ms=-5", 400, "bad-number"),
                ("/stream?events=1&since=x", 400, "bad-number"),
                ("/pieces/newest?track=mix/somebody", 404, "no-such-track"),
                ("/pieces/ffff/sound/12/0", 410, "epoch-gone"),
                ("/events?since=99999999999999999999", 400, "bad-number"),
                ("/live", 400, "not-a-websocket"),
            ]
            for path, status, code in cases:
                answered, answer = await here.get(path)
                assert (answered, answer["error"]["code"]) == (status, code), path
            assert (await here.post("/events", {}))[1]["error"]["code"] == "method-not-allowed"
            assert (await here.post("/commands", {"type": "raise_hand"}))[1]["error"]["code"] == "not-joined"
            async with here.http.get(f"{here.url}/api/s/nosuch/events") as gone:
                assert (await gone.json())["error"]["code"] == "no-such-session"

    asyncio.run(story())


def test_a_failure_of_ours_tells_nothing_internal(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            hall = await here.hall()
            hall.herald.snapshot = lambda: 1 / 0  # type: ignore[assignment,return-value]
            status, answer = await here.get("/events", amina)
            assert (status, answer["error"]["code"]) == (500, "internal")
            assert "division" not in json.dumps(answer) and "Traceback" not in json.dumps(answer)

    asyncio.run(story())


def test_another_sites_page_can_send_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            others = [{"Origin": origin} for origin in ("https://evil.example", "null", "http://[", "http://[x]/")]
            for headers in (*others, {"Sec-Fetch-Site": "cross-site"}):
                async with here.http.post(f"{here.api}/join", json={}, headers=headers) as answer:
                    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "foreign-origin")
            async with here.http.post(f"{here.api}/join", json={}, headers={"Origin": here.url}) as answer:
                assert answer.status == 200

    asyncio.run(story())


async def stream_records(here: Place, query: str, wanted: int) -> list[tuple[int, bytes]]:
    """The first `wanted` records of a stream."""
    found: list[tuple[int, bytes]] = []
    data = b""
    async with here.http.get(f"{here.api}/stream?{query}") as answer:
        assert answer.content_type == "application/octet-stream"
        while len(found) < wanted:
            data += await answer.content.readany()
            while data:
                try:
                    _, at = decode_varint(data, 0)
                    length, at = decode_varint(data, at)
                except Exception:
                    break
                if len(data) < at + length:
                    break
                found += decode_records(data[: at + length])
                data = data[at + length :]
    return found


def test_a_stream_has_sound_and_messages(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            found = await stream_records(here, "sound=sound/32&batch_ms=100&events=1", 12)
            messages = [json.loads(body)["op"] for track, body in found if track == 0 and body]
            assert messages[:2] == ["snapshot", "status"]
            seqs = [decode_chunk(body).seq for track, body in found if track == 1]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
            hall = await here.hall()
            await until(lambda: not hall.attendances)
            assert hall.presence.counts()["stream"] == 0

    asyncio.run(story())


def test_pieces_are_held_immutable_and_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            _, newest = await here.get("/pieces/newest?track=sound/32")
            assert 0 <= newest["age_ms"] <= newest["piece_ms"]
            address = f"{here.api}/pieces/{newest['epoch']}/sound/32"
            async with here.http.get(f"{address}/{newest['n'] + 1}") as answer:
                body = await answer.read()
                assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"]
            times = [decode_chunk(chunk).time_ms for _, chunk in decode_records(body)]
            start = (newest["n"] + 1) * newest["piece_ms"]
            assert times == list(range(start, start + newest["piece_ms"], 20))
            async with here.http.get(f"{address}/{newest['n'] + 1}") as answer:
                assert await answer.read() == body
            async with here.http.get(f"{address}/100000") as answer:
                assert answer.status == 404 and answer.headers["Cache-Control"] == "no-store"
            assert (await here.hall()).presence.counts()["pieces"] == 1

    asyncio.run(story())


def test_pieces_for_everybody_need_no_token_and_few_headers_and_are_counted(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            _, newest = await here.get("/pieces/newest?track=sound/8")
            address = f"{here.api}/pieces/{newest['epoch']}/sound/8/{newest['n']}"
            for listener in ("p1", "p2", "p2"):
                async with here.http.get(address, headers={"Jemaa-Listener": listener}) as answer:
                    assert answer.status == 200 and answer.headers["X-Content-Type-Options"] == "nosniff"
                    assert not {"Content-Security-Policy", "Permissions-Policy", "Set-Cookie"} & set(answer.headers)
            assert (await here.hall()).presence.counts()["pieces"] == 2

    asyncio.run(story())


def test_levels_alone_come_rarely_where_bytes_are_dear(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            amina, badr = await here.join(), await here.opened()
            heads = [{"Accept": "text/event-stream", "Authorization": f"Bearer {who.token}"} for who in (amina, badr)]
            async with (
                here.http.get(f"{here.api}/events", headers=heads[0]) as reader,
                here.http.get(f"{here.api}/events", headers=heads[1]) as chair,
            ):
                await until(lambda: len(hall.herald) == 2)
                hall.herald.tell_status(b'"first"', is_news=False)
                hall.herald.tell_status(b'"second"', is_news=False)
                hall.herald.tell_status(b'"news"')
                read, at_the_desk = await heard_until(reader, b'"news"'), await heard_until(chair, b'"news"')
                assert b'"first"' in read and b'"second"' not in read
                assert b'"second"' in at_the_desk

    asyncio.run(story())


async def heard_until(answer: aiohttp.ClientResponse, end: bytes) -> bytes:
    """What an endless answer says, up to `end`."""
    heard = b""
    while end not in heard:
        heard += await answer.content.readany()
    return heard


@pytest.mark.parametrize(("name", "begins"), [("radio.opus?kbps=12", b"OggS"), ("radio.mp3", b"\xff")])
def test_the_radio_plays_at_once_and_on(tmp_path: Path, name: str, begins: bytes) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            await until(lambda: hall.programme.time_ms > 700)
            async with here.http.get(f"{here.page}/{name}") as answer:
                assert answer.status == 200 and answer.content_type.startswith("audio/")
                data = await answer.content.readexactly(1_500)
            assert data.startswith(begins)
            await until(lambda: hall.presence.counts()["radio"] == 0)

    asyncio.run(story())


def test_an_old_player_gets_the_radio_without_chunks(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.running.port)
            writer.write(f"GET /s/{here.session}/radio.mp3 HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head and b"chunked" not in head.lower()
            assert (await reader.readexactly(500))[0] == 0xFF
            writer.close()

    asyncio.run(story())


async def server_sent(here: Place, headers: dict[str, str], wanted: int) -> list[tuple[str, Any]]:
    """The first events of an event stream, as (name, data)."""
    found: list[tuple[str, Any]] = []
    async with here.http.get(f"{here.api}/events", headers={"Accept": "text/event-stream", **headers}) as answer:
        name = ""
        while len(found) < wanted:
            line = (await answer.content.readline()).decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def test_server_sent_events_begin_with_a_snapshot_and_resume_by_id(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            first = await server_sent(here, {}, 2)
            assert [name for name, _ in first] == ["snapshot", "status"] and first[0][1]["seq"] == 2
            resumed = await server_sent(here, {"Last-Event-ID": "1"}, 1)
            assert resumed[0][0] == "events" and resumed[0][1]["events"][0]["seq"] == 2

    asyncio.run(story())


def test_a_long_poll_is_held_until_there_is_news(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            _, snapshot = await here.get("/events?since=0&wait=0")
            assert snapshot["snapshot"]["state"]["title"] == "Assembly"
            held = asyncio.ensure_future(here.get(f"/events?since={snapshot['seq']}&wait=20"))  # noqa: TID251
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            _, news = await held
            assert [event["type"] for event in news["events"]] == ["person_introduced"]
            assert news["seq"] == 2 and news["status"]["op"] == "status"

    asyncio.run(story())


def test_whoever_leaves_events_unread_is_sent_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            socket = await amina.live()
            await socket.receive()
            hall = await here.hall()
            await until(lambda: len(hall.herald) == 1)
            ear = next(iter(hall.attendances))
            ear.unread = lambda: 1_000_000  # type: ignore[method-assign]
            await amina.command("introduce", name="Amina")
            await until(lambda: not hall.attendances)
            assert hall.counters["listeners_sent_away"] == 1

    asyncio.run(story())


def test_joining_by_the_thousand_touches_no_disk(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.join()
            database = here.running.halls.event_log._database
            database.run = None  # type: ignore[method-assign,assignment]
            people = await asyncio.gather(*(here.post("/join", {}) for _ in range(200)))
            assert {status for status, _ in people} == {200}
            assert len({answer["person"] for _, answer in people}) == 200
            del database.run  # the class's own again

    asyncio.run(story())
