"""Publishing by POST, and recorded questions."""

import asyncio
from pathlib import Path

import numpy as np

from jemaa.limits import EARLY_PIECES, MAX_UPLOAD_BYTES
from jemaa.sound.opus import OpusEncoder
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record

from .place import Person, Place, place

SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms of silence (RFC 6716 §3.2)."""


def piece(track: int, n: int, chunks: int = 5) -> bytes:
    """Half a second or less of chunks."""
    return b"".join(
        encode_record(track, encode_chunk(Chunk(n * chunks + place_, (n * chunks + place_) * 20, (SILENCE,))))
        for place_ in range(chunks)
    )


async def send(
    here: Place, path: str, data: bytes, person: Person, method: str = "POST"
) -> tuple[int, dict[str, object]]:
    async with here.http.request(method, here.api + path, data=data, headers=person.headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else {}


def test_pieces_are_kept_in_order_and_may_be_repeated(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            room = await here.join("room")
            status, published = await here.post("/publications", {"kind": "sound"}, room)
            assert status == 200
            number = published["publication"]
            address = f"/publications/{number}"
            assert await send(here, f"{address}/0", piece(number, 0), room) == (200, {"next": 1})
            assert await send(here, f"{address}/0", piece(number, 0), room) == (200, {"next": 1})
            assert await send(here, f"{address}/2", piece(number, 2), room) == (200, {"next": 1})
            assert await send(here, f"{address}/1", piece(number, 1), room) == (200, {"next": 3})
            status, answer = await send(here, f"{address}/{4 + EARLY_PIECES}", piece(number, 9), room)
            assert status == 409 and "piece-order" in str(answer)
            amina = await here.join()
            status, answer = await send(here, f"{address}/3", piece(number, 3), amina)
            assert status == 404 and "no-such-publication" in str(answer)
            assert (await send(here, address, b"", room, "DELETE"))[0] == 204
            assert not (await here.hall()).publications.all()

    asyncio.run(story())


def test_nobody_publishes_by_post_without_the_floor(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            status, answer = await here.post("/publications", {"kind": "sound"}, await here.join())
            assert (status, answer["error"]["code"]) == (409, "not-your-turn")
            assert (await here.post("/publications", {"kind": "smell"}, await here.join()))[1]["error"][
                "code"
            ] == "bad-shape"

    asyncio.run(story())


def recording() -> list[bytes]:
    """Two pieces of a recorded question."""
    encoder = OpusEncoder(16, 60)
    frames = encoder.encode(np.zeros(48_000, np.float32))
    half = len(frames) // 2
    parts = (frames[:half], frames[half:])
    return [
        encode_record(1, encode_chunk(Chunk(n, n * half * 60, tuple(part)))) for n, part in enumerate(parts) if part
    ]


def test_a_recorded_question_arrives_in_any_order_and_waits_in_the_queue(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair, amina, badr = await here.opened(), await here.join(), await here.join()
            assert (await here.post("/notes", {}, amina))[1]["error"]["code"] == "name-needed"
            await amina.command("introduce", name="Amina")
            pieces = recording()
            _, note = await here.post("/notes", {"frame_ms": 60}, amina)
            address = f"/notes/{note['note']}"
            assert (await send(here, f"{address}/1", pieces[1], amina, "PUT"))[0] == 204
            status, answer = await here.post(f"{address}/finish", {"pieces": 2}, amina)
            assert (status, answer["error"]["code"], answer["error"]["missing"]) == (409, "note-incomplete", [0])
            assert (await send(here, f"{address}/0", b"\x01\x05abc", amina, "PUT"))[0] == 400
            assert (await send(here, f"{address}/0", pieces[0], amina, "PUT"))[0] == 204
            _, state = await here.get(address, amina)
            assert state == {"note": note["note"], "have": [0, 1], "finished": False}
            assert (await here.get(address, badr))[0] == 404
            _, finished = await here.post(f"{address}/finish", {"pieces": 2}, amina)
            assert (await here.post(f"{address}/finish", {"pieces": 2}, amina))[1]["question"] == finished["question"]
            questions = (await here.hall()).session.state.questions
            assert [one.kind for one in questions.values()] == ["voice"]
            for person, status in ((amina, 200), (chair, 200), (badr, 404)):
                async with here.http.get(f"{here.api}{address}/sound.ogg", headers=person.headers) as sound:
                    assert sound.status == status
                    assert status != 200 or (await sound.read()).startswith(b"OggS")

    asyncio.run(story())


def test_what_is_no_recording_is_refused_when_it_comes(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            _, note = await here.post("/notes", {}, amina)
            for frame in (b"\xf8" + bytes(70_000), b"\xff\xff\xff"):
                data = encode_record(1, encode_chunk(Chunk(0, 0, (frame,))))
                status, answer = await send(here, f"/notes/{note['note']}/0", data, amina, "PUT")
                assert status == 400 and "not-opus" in str(answer)
            status, answer = await send(here, f"/notes/{note['note']}/0", bytes(MAX_UPLOAD_BYTES), amina, "PUT")
            assert status == 400 and "truncated" in str(answer)
            assert (await here.get(f"/notes/{note['note']}", amina))[1]["have"] == []

    asyncio.run(story())


def test_a_recording_lasts_as_long_as_its_frames_and_not_as_it_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            amina = await here.join()
            await amina.command("introduce", name="Amina")
            _, note = await here.post("/notes", {"frame_ms": 5}, amina)
            for n, data in enumerate(recording()):
                assert (await send(here, f"/notes/{note['note']}/{n}", data, amina, "PUT"))[0] == 204
            _, finished = await here.post(f"/notes/{note['note']}/finish", {"pieces": 2}, amina)
            question = (await here.hall()).session.state.questions[finished["question"]]
            assert question.duration_ms == 960

    asyncio.run(story())


def test_a_body_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            room = await here.join("room")
            headers = room.headers | {"Content-Length": "100000000"}
            reader, writer = await asyncio.open_connection("127.0.0.1", here.running.port)
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            writer.write(f"POST /api/s/{here.session}/publications/1/0 HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
            assert b" 413 " in await reader.readline()
            writer.close()

    asyncio.run(story())
