"""A poll's answer is packed: a long meeting's state goes through where connections freeze after 16 kB."""

import asyncio
import json
from pathlib import Path

import brotli
from aiohttp import hdrs

from .place import Place, place

SAID = "The road to the school, and the water of the valley, are in the budget of this year; the council asks why. "


async def whole(here: Place, accepts: str) -> tuple[bytes, str]:
    """The state as it travels, and how it is packed."""
    headers = {hdrs.ACCEPT_ENCODING: accepts}
    async with here.http.get(here.api + "/events?since=0&wait=0", headers=headers) as answer:
        assert answer.content_type == "application/json"
        return await answer.read(), answer.headers.get(hdrs.CONTENT_ENCODING, "")


def test_the_answer_of_a_poll_is_packed_for_whoever_takes_it_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            here.http._auto_decompress = False
            await here.opened()
            captioner = await here.join("captioner")
            for n in range(10):
                said = await captioner.command("post_caption", text=f"{n}. {SAID}", language="en", time_ms=n * 4000)
                assert said[0] == 200
            plain, coding = await whole(here, "identity")
            assert coding == "" and len(json.loads(plain)["snapshot"]["state"]["captions"]) == 10
            packed, coding = await whole(here, "gzip, deflate, br")
            assert coding == "br" and len(packed) < len(plain) / 2
            assert json.loads(brotli.decompress(packed))["snapshot"] == json.loads(plain)["snapshot"]

    asyncio.run(story())
