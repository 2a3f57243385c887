"""What a check asks of the pages' port: offers, counts, long answers, an echo; off where nobody measures."""

import asyncio
import json
from pathlib import Path

import aiohttp

from jemaa.limits import CHECK_RUN_SECONDS, MAX_CHECK_ANSWER_BYTES, MAX_CHECK_ANSWERS, MAX_MESSAGE_BYTES
from jemaa.packets import stun
from jemaa.packets.stamp import stamp
from jemaa.web import check
from tests.reflector.test_reflector import HERE, asked, free_ports
from tests.web.place import Place, closed, place


async def got(here: Place, path: str) -> tuple[int, bytes]:
    async with here.http.get(here.url + path) as answer:
        return answer.status, await answer.read()


async def refused(here: Place, path: str) -> str:
    status, body = await got(here, path)
    assert status >= 400
    return str(json.loads(body)["error"]["code"])


def run(test: "asyncio._CoroutineLike[None]") -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def test_an_offer_has_only_what_the_settings_say(tmp_path: Path) -> None:
    async def test() -> None:
        async with place(tmp_path) as here:
            status, body = await got(here, "/check/plan")
            offer = json.loads(body)
            assert status == 200 and len(offer["run"]) == 8 and len(offer["key"]) == 64
            assert offer["udp"] == offer["tcp"] == [] and not offer["handshake"]
            assert await refused(here, "/check/counts/00000000") == "no-such-run"

    run(test())


def test_what_arrives_is_told_to_whom_the_run_belongs_and_no_address_rests(tmp_path: Path) -> None:
    async def test() -> None:
        (port,) = free_ports(1)
        async with place(tmp_path, check_udp=f"{HERE}:{port}", check_names="a.example=192.0.2.1,b.example") as here:
            offer = json.loads((await got(here, "/check/plan"))[1])
            assert offer["udp"] == [port] and offer["neutral_name"] == "a.example"
            key, number = bytes.fromhex(offer["key"]), bytes.fromhex(offer["run"])
            await asked(port, stun.binding(stamp(key, number, 5, 1)))
            counts = json.loads((await got(here, f"/check/counts/{offer['run']}"))[1])
            assert counts["arms"] == {"5": {"count": 1, "seconds": [1]}}

    run(test())
    at_rest = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert HERE.encode() not in at_rest


def test_a_long_answer_comes_in_its_pieces_and_has_its_length(tmp_path: Path) -> None:
    async def test() -> None:
        async with place(tmp_path) as here:
            for size in (0, 1, 4_095, 4_097, 100_003):
                status, body = await got(here, f"/check/long?bytes={size}&pieces=7&ms=0")
                assert (status, len(body)) == (200, size)
            assert len((await got(here, "/check/piece?bytes=9000"))[1]) == 9_000

    run(test())


def test_answers_have_limits_and_a_crowd_has_one_too(tmp_path: Path) -> None:
    async def test() -> None:
        async with place(tmp_path) as here:
            assert await refused(here, f"/check/long?bytes={MAX_CHECK_ANSWER_BYTES + 1}") == "bad-number"
            assert await refused(here, "/check/piece?bytes=65537") == "bad-number"
            assert await refused(here, "/check/long?pieces=x") == "bad-number"
            assert await refused(here, f"/check/long?pieces=20000&ms={CHECK_RUN_SECONDS}") == "check-too-long"
            busy = here.running.runner.app
            assert busy is not None
            under_way = busy[check._UNDER_WAY]
            under_way[0] = MAX_CHECK_ANSWERS
            assert await refused(here, "/check/long?bytes=1") == "check-busy"
            async with here.http.ws_connect(f"{here.url}/check/socket") as socket:
                assert await closed(socket) == aiohttp.WSCloseCode.TRY_AGAIN_LATER
            under_way[0] = 0
            assert (await got(here, "/check/long?bytes=1&pieces=1"))[0] == 200 and under_way == [0]

    run(test())


def test_somebody_who_goes_away_gives_his_place_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with place(tmp_path) as here:
            app = here.running.runner.app
            assert app is not None
            async with here.http.get(f"{here.url}/check/long?bytes=2000&pieces=2&ms=20000") as answer:
                await answer.content.readany()
                assert app[check._UNDER_WAY] == [1]
                answer.close()
            async with asyncio.timeout(10):
                while app[check._UNDER_WAY] != [0]:  # noqa: ASYNC110 – the server's state, which sets no event for us
                    await asyncio.sleep(0.01)

    run(test())


def test_a_socket_sends_back_what_it_gets_and_ends_at_what_is_too_much(tmp_path: Path) -> None:
    async def test() -> None:
        async with place(tmp_path) as here:
            url = f"{here.url}/check/socket"
            async with here.http.ws_connect(url) as socket:
                await socket.send_bytes(b"x" * (MAX_MESSAGE_BYTES - 1))
                assert await socket.receive_bytes(timeout=5) == b"x" * (MAX_MESSAGE_BYTES - 1)
                await socket.send_str("words")
                assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
            async with here.http.ws_connect(url) as socket:
                await socket.send_bytes(b"x" * (MAX_MESSAGE_BYTES + 1))
                assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE

    run(test())
