"""A connection is kept for the next request, unless somebody has met a network that cuts them and asks for one each."""

import asyncio
from pathlib import Path

from .place import place

ONCE = {"Jemaa-Connection": "once"}


def test_whoever_asks_so_gets_an_answer_that_ends_its_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            url = f"{here.api}/pieces/newest?track=sound/8"
            async with here.http.get(url) as kept, here.http.get(url, headers=ONCE) as last:
                assert kept.headers.get("Connection") != "close"
                assert last.headers["Connection"] == "close"

    asyncio.run(story())


def test_a_refusal_and_a_file_end_it_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            async with here.http.get(f"{here.api}/pieces/newest?track=none", headers=ONCE) as refused:
                assert (refused.status, refused.headers["Connection"]) == (404, "close")
            async with here.http.get(f"{here.url}/client/0/none.js", headers=ONCE) as refused:
                assert (refused.status, refused.headers["Connection"]) == (404, "close")

    asyncio.run(story())


def test_an_endless_answer_is_one_answer(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here, here.http.get(f"{here.api}/stream?sound=sound/12", headers=ONCE) as answer:
            assert await answer.content.readany()

    asyncio.run(story())
