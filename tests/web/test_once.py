"""Asked again, by whatever connection, it is done once: keys on requests and on messages (docs/protocol.md §4)."""

import asyncio
import json
import logging
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from jemaa.limits import COMMANDS_AT_ONCE
from jemaa.live.outcomes import PASSING
from jemaa.tasks import Tasks
from jemaa.web.failures import STATUS
from jemaa.web.openapi import document
from jemaa.web.routes import API

from .place import Person, Place, message, place, until
from .test_publishing import recording, send

KEY = "Q0zEwv9rT2-_bLkXo7aYgA"
INTRODUCE = {"type": "introduce", "name": "Amina"}
SAY = {"type": "say", "text": "hello"}
"""Said twice it is in the log twice, as little else is."""


async def ask(
    here: Place, path: str, body: Any, person: Person | None = None, *, key: str | None = KEY
) -> tuple[int, dict[str, Any]]:
    """Status and answer of a POST with a key."""
    headers = (person.headers if person else {}) | ({"Idempotency-Key": key} if key is not None else {})
    async with here.http.post(here.api + path, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def seqs(here: Place) -> list[int]:
    """Numbers of all events of the log."""
    return [one.seq for one in await here.running.halls.event_log.read(here.session)]


@asynccontextmanager
async def held_disk(here: Place) -> AsyncIterator[None]:
    """Nothing is written before the end of the block: what asks for an event waits as long."""
    gate, tasks = threading.Event(), Tasks("test")
    held = tasks.start(here.running.halls.event_log._database.run(lambda _: gate.wait(20)), "disk")
    await asyncio.sleep(0)  # the job is in the writer's queue
    try:
        yield
    finally:
        gate.set()
        await held


async def cut(here: Place, path: str, body: Any, person: Person) -> None:
    """Ask by a connection of its own that dies when the server has begun, and return when the server knows."""
    hall, connections = await here.hall(), here.running.runner.server
    assert connections is not None
    kept, open_before = len(hall.outcomes), len(connections.connections)
    _, writer = await asyncio.open_connection("127.0.0.1", here.running.port)
    data = json.dumps(body).encode()
    head = {"Host": "x", "Idempotency-Key": KEY, "Content-Length": str(len(data))} | person.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"POST /api/s/{here.session}{path} HTTP/1.1\r\n{lines}\r\n".encode() + data)
    await until(lambda: len(hall.outcomes) == kept + 1)
    writer.transport.abort()
    await until(lambda: len(connections.connections) <= open_before)


def test_two_requests_at_once_with_one_key_are_one_event(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            async with asyncio.TaskGroup() as group, held_disk(here):
                both = [group.create_task(ask(here, "/commands", SAY, amina)) for _ in range(2)]
                hall = await here.hall()
                await until(lambda: len(hall.outcomes) == 1)
                await here.get("/events?wait=0", amina)  # a round trip later the other has been read too
                assert not any(one.done() for one in both)
            assert [one.result() for one in both] == [(200, {"seq": 3})] * 2
            assert await ask(here, "/commands", SAY, amina) == (200, {"seq": 3})
            assert await seqs(here) == [1, 2, 3]

    asyncio.run(story())


def test_a_connection_that_dies_cuts_no_command_in_two(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            async with held_disk(here):
                await cut(here, "/commands", SAY, amina)
            assert await ask(here, "/commands", SAY, amina) == (200, {"seq": 3})
            assert await seqs(here) == [1, 2, 3]

    asyncio.run(story())


def test_a_recording_is_finished_though_the_connection_that_asked_is_dead(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            assert await ask(here, "/notes", {}, amina) == await ask(here, "/notes", {}, amina)
            _, note = await ask(here, "/notes", {}, amina)
            pieces, address = recording(), f"/notes/{note['note']}"
            await send(here, f"{address}/0", pieces[0], amina, "PUT")
            status, answer = await ask(here, f"{address}/finish", {"pieces": 2}, amina)
            assert (status, answer["error"]["missing"]) == (409, [1])
            await send(here, f"{address}/1", pieces[1], amina, "PUT")
            async with held_disk(here):
                await cut(here, f"{address}/finish", {"pieces": 2}, amina)
            hall = await here.hall()
            await until(lambda: len(hall.session.state.questions) == 1)
            finished = await ask(here, f"{address}/finish", {"pieces": 2}, amina)
            assert finished == (200, {"question": "q4", "seq": 4})
            assert await seqs(here) == [1, 2, 3, 4]

    asyncio.run(story())


def test_a_command_of_a_socket_that_died_is_asked_again_by_post(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina, hall = await here.join(), await here.hall()
            await amina.command("introduce", name="Amina")
            socket = await amina.live()
            await message(socket, "status")
            async with held_disk(here):
                await socket.send_json({"op": "command", "id": 7, "key": KEY, "command": SAY})
                await until(lambda: len(hall.outcomes) == 1)
                await socket.close()
                await until(lambda: not hall.attendances)
            assert await ask(here, "/commands", SAY, amina) == (200, {"seq": 3})
            other = await amina.live()
            await other.send_json({"op": "command", "id": 8, "key": KEY, "command": SAY})
            assert await message(other, "done") == {"op": "done", "id": 8, "seq": 3}
            await other.send_json({"op": "command", "id": 9, "key": KEY, "command": {"type": "raise_hand"}})
            assert (await message(other, "refusal"))["code"] == "key-reused"
            await other.send_json({"op": "command", "id": 10, "key": 7, "command": SAY})
            assert (await message(other, "refusal"))["code"] == "bad-key"
            assert await seqs(here) == [1, 2, 3]

    asyncio.run(story())


def test_who_joins_twice_is_one_person_but_not_from_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            headers = {"Idempotency-Key": KEY}
            answers = []
            for _ in range(2):
                async with here.http.post(f"{here.api}/join", json={}, headers=headers) as answer:
                    answers.append((await answer.read(), answer.headers["Set-Cookie"]))
            assert answers[0] == answers[1]
            # A browser that got the head of the first answer has its cookie when it asks again.
            cookie = {"Cookie": answers[0][1].partition(";")[0]}
            async with here.http.post(f"{here.api}/join", json={}, headers=headers | cookie) as answer:
                assert await answer.read() == answers[0][0]
            assert await ask(here, "/join", {"token": here.invitation("chair")}) == (
                422,
                {
                    "error": {
                        "code": "key-reused",
                        "text": "This key came with something else before; a new request has a new key.",
                    }
                },
            )
            elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
            async with (
                aiohttp.ClientSession(connector=elsewhere) as another,
                another.post(f"{here.api}/join", json={}, headers=headers) as answer,
            ):
                assert answer.status == 200
                assert (await answer.json())["person"] != json.loads(answers[0][0])["person"]

    asyncio.run(story())


def test_with_anothers_key_one_gets_nothing_of_his(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina, badr = await here.join(), await here.join()
            assert await ask(here, "/commands", INTRODUCE, amina) == (200, {"seq": 2})
            assert await ask(here, "/commands", {"type": "introduce", "name": "Badr"}, badr) == (200, {"seq": 3})
            _, hers = await ask(here, "/notes", {}, amina)
            _, his = await ask(here, "/notes", {}, badr)
            assert hers["note"] != his["note"]
            assert (await ask(here, "/commands", INTRODUCE))[1]["error"]["code"] == "not-joined"
            # The same person by a later token is the same asker.
            again = await here.join(resume=amina.token)
            assert await ask(here, "/commands", INTRODUCE, again) == (200, {"seq": 2})

    asyncio.run(story())


def test_publishing_asked_again_is_one_publication(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            room = await here.join("room")
            first = await ask(here, "/publications", {"kind": "sound"}, room)
            assert first[0] == 200 and await ask(here, "/publications", {"kind": "sound"}, room) == first
            assert [one.number for one in (await here.hall()).publications.all()] == [first[1]["publication"]]
            other = await ask(here, "/publications", {"kind": "sound", "frame_ms": 60}, room)
            assert (other[0], other[1]["error"]["code"]) == (422, "key-reused")

    asyncio.run(story())


def test_a_refusal_stays_and_too_fast_passes(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            refused = await ask(here, "/commands", SAY, amina)
            assert (refused[0], refused[1]["error"]["code"]) == (409, "name-needed")
            await amina.command("introduce", name="Amina")
            assert await ask(here, "/commands", SAY, amina) == refused
            late = "late-late-late-late"
            while (await amina.command("say", text="much"))[0] == 200:
                pass
            first = await ask(here, "/commands", SAY, amina, key=late)
            assert first[0] in (200, 429)
            async with asyncio.timeout(10):
                while (answer := await ask(here, "/commands", SAY, amina, key=late))[0] == 429:
                    pass
            assert answer[0] == 200 and (first[0] == 429 or first == answer)

    asyncio.run(story())


def test_asking_again_costs_nothing_of_ones_allowance(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            for _ in range(3 * COMMANDS_AT_ONCE):
                assert await ask(here, "/commands", INTRODUCE, amina) == (200, {"seq": 2})

    asyncio.run(story())


def test_a_server_that_starts_again_knows_no_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            assert await ask(here, "/commands", INTRODUCE, amina) == (200, {"seq": 2})
            assert await ask(here, "/commands", SAY, amina, key="x" * 16) == (200, {"seq": 3})
            path = f"/api/s/{here.session}/commands"
        async with place(tmp_path) as later:
            headers = amina.headers | {"Idempotency-Key": "x" * 16}
            async with later.http.post(later.url + path, json=SAY, headers=headers) as answer:
                assert (answer.status, await answer.json()) == (200, {"seq": 4})

    asyncio.run(story())


def test_a_key_has_one_form_with_or_without_quotation_marks(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            for key in (
                "",
                "x" * 15,
                "x" * 65,
                "x" * 15 + "é",
                "x" * 16 + " y",
                '"' + "x" * 16,
                f'"{KEY}";a=1',
                f"{KEY}, {KEY}",
            ):
                status, answer = await ask(here, "/commands", INTRODUCE, amina, key=key)
                assert (status, answer["error"]["code"]) == (400, "bad-key"), key
            twice = [*amina.headers.items(), ("Idempotency-Key", KEY), ("Idempotency-Key", KEY)]
            async with here.http.post(f"{here.api}/commands", json=INTRODUCE, headers=twice) as answered:
                assert (await answered.json())["error"]["code"] == "bad-key"
            assert await ask(here, "/commands", INTRODUCE, amina) == (200, {"seq": 2})
            assert await ask(here, "/commands", INTRODUCE, amina, key=f'"{KEY}"') == (200, {"seq": 2})

    asyncio.run(story())


def test_the_description_says_which_requests_take_a_key(tmp_path: Path) -> None:
    async def story() -> None:
        paths = document("1")["paths"]
        async with place(tmp_path) as here:
            for route in (one for one in API if one.path.startswith("/api/s/") and one.method == "POST"):
                operation = paths[re.sub(r":[^}]*}", "}", route.path)]["post"]
                shown = "Idempotency-Key" in {one["name"] for one in operation["parameters"]}
                address = re.sub(r"{[^}]*}", "0", route.path.replace("{session}", here.session))
                async with here.http.post(here.url + address, headers={"Idempotency-Key": "short"}) as answer:
                    refused = answer.status == 400 and (await answer.json())["error"]["code"] == "bad-key"
                assert refused == shown == route.is_done_once, route.path
        others = [one for one in API if one.is_done_once and one.method != "POST"]
        assert not others and sum(one.is_done_once for one in API) == 5

    asyncio.run(story())


def test_no_key_gets_into_a_log_or_an_event(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await ask(here, "/commands", INTRODUCE, amina)
            await ask(here, "/commands", {"type": "raise_hand"}, amina)
            await ask(here, "/join", {"token": "forged"})
            socket = await amina.live()
            await socket.send_json({"op": "command", "id": 1, "key": KEY, "command": INTRODUCE})
            assert KEY not in json.dumps(await message(socket, "done"))
            hall = await here.hall()
            hall.session.submit = lambda *_: 1 / 0  # type: ignore[method-assign,assignment]
            assert (await ask(here, "/commands", INTRODUCE, await here.join()))[0] == 500
            assert KEY not in repr(await here.running.halls.event_log.read(here.session))

    with caplog.at_level(logging.DEBUG):
        asyncio.run(story())
    assert "/commands" in caplog.text and "ZeroDivisionError" in caplog.text and KEY not in caplog.text


def test_what_a_session_keeps_for_nobody_is_what_the_protocol_lets_repeat() -> None:
    """The store's own failures are a family; these are the others that are answered by 5xx or 429."""
    passing = {code for code, status in STATUS.items() if status >= 500 or status == 429}
    assert passing - {"check-busy"} == PASSING
