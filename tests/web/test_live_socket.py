"""Path `live`, on real sockets."""

import asyncio
from pathlib import Path

import aiohttp

from jemaa.limits import MAX_UPLOAD_BYTES
from jemaa.wire.chunk import Chunk, decode_chunk, encode_chunk
from jemaa.wire.record import decode_records, encode_record

from .place import Place, closed, message, place, until

SOUND = {"sound": "sound/32", "picture": None, "batch_ms": 100}


async def records(socket: aiohttp.ClientWebSocketResponse) -> list[tuple[int, bytes]]:
    """Those of the next binary message."""
    while True:
        received = await socket.receive(timeout=10)
        if received.type is aiohttp.WSMsgType.BINARY:
            return decode_records(received.data)


def test_hello_is_answered_by_welcome_snapshot_status_and_sound(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            amina = await here.join()
            socket = await amina.live(listen=SOUND)
            assert await socket.receive_json() == {"op": "welcome", "person": amina.id, "role": "participant"}
            snapshot = await socket.receive_json()
            assert (snapshot["op"], snapshot["seq"], snapshot["state"]["title"]) == ("snapshot", 1, "Assembly")
            status = await message(socket, "status")
            assert {"sound/32", "sound/12", "sound/8"} <= {track["name"] for track in status["tracks"]}
            seqs = []
            for _ in range(3):
                seqs += [decode_chunk(body).seq for track, body in await records(socket) if track == 1]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))

    asyncio.run(story())


def test_events_come_in_order_and_since_resumes(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair = await here.opened()
            badr = await here.join()
            await badr.command("introduce", name="Badr")
            socket = await badr.live(since=2)
            await message(socket, "welcome")
            assert [event["seq"] for event in (await message(socket, "events"))["events"]] == [3]
            for n in range(5):
                assert (await badr.command("say", text=f"m{n}"))[0] == 200
            assert (await chair.command("set_doors", chat=False, questions=True, hands=True))[0] == 200
            seen: list[int] = []
            while len(seen) < 6:
                seen += [event["seq"] for event in (await message(socket, "events"))["events"]]
            assert seen == [4, 5, 6, 7, 8, 9]

    asyncio.run(story())


def test_a_command_is_done_or_refused_with_its_id(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            socket = await (await here.join()).live()
            await socket.send_json({"op": "command", "id": 7, "command": {"type": "introduce", "name": "Amina"}})
            assert await message(socket, "done") == {"op": "done", "id": 7, "seq": 2}
            await socket.send_json({"op": "command", "id": 8, "command": {"type": "open_session"}})
            refusal = await message(socket, "refusal")
            assert (refusal["id"], refusal["code"]) == (8, "not-allowed")
            await socket.send_json({"op": "command", "id": 9, "command": {"type": "fly"}})
            assert (await message(socket, "refusal"))["code"] == "unknown-command"
            await socket.send_json({"op": "ping", "t": 3})
            assert await message(socket, "pong") == {"op": "pong", "t": 3}

    asyncio.run(story())


def test_listening_again_in_other_batches_neither_misses_nor_repeats(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            other = await (await here.join()).live(listen=SOUND | {"batch_ms": 300})
            await message(other, "status")
            socket = await (await here.join()).live(listen=SOUND | {"batch_ms": 20})
            seqs: list[int] = []
            for batch_ms in (300, 60):
                await socket.send_json({"op": "listen"} | SOUND | {"batch_ms": batch_ms})
                sizes: list[int] = []
                async with asyncio.timeout(10):
                    while batch_ms // 20 not in sizes:
                        got = [decode_chunk(body).seq for _, body in await records(socket)]
                        seqs += got
                        sizes.append(len(got))
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))

    asyncio.run(story())


def test_nobody_publishes_without_the_floor_and_who_has_it_hears_his_mix(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair, amina = await here.opened(), await here.join()
            await amina.command("introduce", name="Amina")
            socket = await amina.live(listen=SOUND)
            publish = {"op": "publish", "id": 1, "kind": "sound", "codec": "opus", "frame_ms": 20}
            await socket.send_json(publish)
            assert (await message(socket, "refusal"))["code"] == "not-your-turn"
            await amina.command("raise_hand")
            assert (await chair.command("give_floor", person=amina.id))[0] == 200
            await socket.send_json(publish | {"id": 2})
            published = await message(socket, "published")
            assert published["id"] == 2 and published["tracks"] == [published["publication"]]
            mix = (await here.hall()).programme.mix_track(amina.id)  # type: ignore[arg-type]
            assert mix is not None
            while mix.info.id not in {track for track, _ in await records(socket)}:
                pass
            assert (await chair.command("take_floor", person=amina.id))[0] == 200
            told = await message(socket, "unpublished")
            assert (told["publication"], told["code"]) == (published["publication"], "floor-taken")
            while {track for track, _ in await records(socket)} != {1}:
                pass

    asyncio.run(story())


def test_a_recess_silences_all_also_who_hears_his_mix_by_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair, speakers = await here.opened(), [await here.join(), await here.join()]
            sockets = []
            for speaker in speakers:
                await speaker.command("introduce", name="Amina")
                assert (await chair.command("give_floor", person=speaker.id))[0] == 200
                socket = await speaker.live(listen={"sound": f"mix/{speaker.id}", "batch_ms": 20})
                await socket.send_json({"op": "publish", "id": 1, "kind": "sound"})
                await message(socket, "published")
                sockets.append(socket)
            hall = await here.hall()
            assert len(hall.programme.levels) == 2
            assert (await chair.command("suspend_session"))[0] == 200
            assert hall.programme.levels == {} and hall.publications.all() == []
            for socket in sockets:
                assert (await message(socket, "unpublished"))["code"] == "session-not-open"
                while {track for track, _ in await records(socket)} != {1}:
                    pass
            assert await here.hall() is hall, "nobody had to come back"

    asyncio.run(story())


def test_what_was_published_ends_with_the_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            room = await here.join("room")
            socket = await room.live()
            await socket.send_json({"op": "publish", "id": 1, "kind": "sound"})
            number = (await message(socket, "published"))["publication"]
            await socket.send_bytes(encode_record(number, encode_chunk(Chunk(0, 0, (b"\xf8\xff\xfe",)))))
            hall = await here.hall()
            assert len(hall.publications.all()) == 1
            await socket.close()
            await until(lambda: not hall.publications.all() and not hall.attendances)

    asyncio.run(story())


async def first(here: Place, data: str | bytes) -> tuple[str, int | None]:
    """What is answered to somebody whose first message is `data`: the code of the refusal, and that of the close."""
    socket = await here.http.ws_connect(f"{here.api}/live")
    await (socket.send_str(data) if isinstance(data, str) else socket.send_bytes(data))
    refusal = await message(socket, "refusal")
    return refusal["code"], await closed(socket)


def test_bad_beginnings_are_named_and_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            assert await first(here, "nonsense") == ("not-json", 4002)
            assert await first(here, "[1]") == ("not-an-object", 4002)
            assert await first(here, "[" * 15_000) == ("not-json", 4002)
            assert await first(here, '{"op":"hello","batch":1}') == ("bad-shape", 4002)
            assert await first(here, b"\x00\x00") == ("hello-first", 4002)
            assert await first(here, '{"op":"hello","token":"forged"}') == ("token-forged", 4003)

    asyncio.run(story())


def test_bad_messages_close_only_their_own_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            good, bad = await (await here.join()).live(), await (await here.join()).live()
            await message(bad, "welcome")
            await bad.send_bytes(b"\x01\x7f")
            assert (await message(bad, "refusal"))["code"] == "truncated"
            assert await closed(bad) == 4002
            floods = await (await here.join()).live()
            await message(floods, "welcome")
            await floods.send_bytes(bytes(MAX_UPLOAD_BYTES - 2))
            assert (await message(floods, "refusal"))["code"] == "too-fast"
            assert await closed(floods) == 4002
            large = await (await here.join()).live()
            await message(large, "welcome")
            await large.send_bytes(bytes(MAX_UPLOAD_BYTES + 1))
            assert await closed(large) == 1009
            await good.send_json({"op": "ping", "t": 1})
            assert (await message(good, "pong"))["t"] == 1

    asyncio.run(story())


def test_whoever_came_with_a_link_that_is_withdrawn_goes(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            chair, captioner = await here.join("chair"), await here.join("captioner")
            socket = await captioner.live()
            await message(socket, "status")
            hall = await here.hall()
            invitation = next(
                one.person.invitation for one in hall.attendances if one.person and one.person.person == captioner.id
            )
            assert (await chair.command("revoke_invitation", invitation=invitation))[0] == 200
            assert await closed(socket) == 4003
            status, answer = await captioner.command("introduce", name="Late")
            assert (status, answer["error"]["code"]) == (401, "token-revoked")

    asyncio.run(story())


def test_the_server_says_goodbye(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            socket = await (await here.join()).live(listen=SOUND)
            await message(socket, "status")
            code, _ = await asyncio.gather(closed(socket), here.running.close())
            assert code == 1001

    asyncio.run(story())
