"""A link that is withdrawn: whoever came by it hears and reads nothing more, on whichever path."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from jemaa.web.attendance import STREAM, Attendance
from jemaa.wire.token import Pass

from .place import Person, Place, place, until
from .unread import Unread


async def withdraw(here: Place, person: Person) -> None:
    """The chair makes the link void that this person came by."""
    invitation = (await passed(here, person)).invitation
    chair = await here.join("chair")
    assert (await chair.command("revoke_invitation", invitation=invitation))[0] == 200


async def passed(here: Place, person: Person) -> Pass:
    return here.running.house.door.recognise(await here.hall(), person.token)


async def ended(answer: aiohttp.ClientResponse) -> None:
    """Return when an answer has no more, cut or not."""
    try:
        async with asyncio.timeout(10):
            while await answer.content.readany():
                pass
    except aiohttp.ClientError:
        return


@pytest.mark.parametrize(
    "path", ["radio.opus", "radio.mp3", "api stream?sound=sound/12", "api stream?events=1", "api events"]
)
def test_no_endless_answer_outlives_the_link(tmp_path: Path, path: str) -> None:
    async def story() -> None:
        async with place(tmp_path, public=False) as here, AsyncExitStack() as stack:
            hall = await here.hall()
            captioner, speaker = await here.join("captioner"), await here.join("speaker")
            kind, _, name = path.rpartition(" ")
            url = f"{here.api if kind else here.page}/{name}"
            answers = []
            for person in (captioner, speaker):
                headers = person.headers | {"Accept": "text/event-stream"}
                answer = await stack.enter_async_context(here.http.get(url, headers=headers))
                assert answer.status == 200 and await answer.content.readany()
                answers.append(answer)
            await withdraw(here, captioner)
            await ended(answers[0])
            await until(lambda: len(hall.attendances) + len(hall.radios) == 1)
            assert not answers[1].content.at_eof(), "another's link is as good as before"
            async with here.http.get(url, headers=captioner.headers) as again:
                assert again.status == 401

    asyncio.run(story())


@pytest.mark.parametrize("path", ["api events?since={seq}&wait=20", "text/now?after={seq}", "api pieces/{epoch}/{n}"])
def test_what_was_waited_for_is_not_given_any_more(tmp_path: Path, path: str) -> None:
    async def story() -> None:
        async with place(tmp_path, public=False) as here:
            hall, captioner = await here.hall(), await here.join("captioner")
            kind, _, name = path.rpartition(" ")
            coming = hall.programme.tracks["sound/8"].newest_piece() + 1
            epoch = f"{hall.programme.epoch}/sound/8"
            name = name.format(seq=hall.session.state.seq, epoch=epoch, n=coming)
            url = f"{here.api if kind else here.page}/{name}"

            async def ask() -> int:
                async with here.http.get(url, headers=captioner.headers) as answer:
                    return answer.status

            asked = asyncio.get_running_loop().create_task(ask())
            await until(lambda: sum(hall.presence.counts().values()) == 1)
            await withdraw(here, captioner)
            assert await asked == 401

    asyncio.run(story())


def test_a_link_withdrawn_while_the_answer_begins_opens_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path, public=False) as here:
            hall, captioner = await here.hall(), await here.join("captioner")
            person = await passed(here, captioner)
            await withdraw(here, captioner)
            transport = Unread()
            attendance = Attendance(hall, transport, STREAM, person)
            assert attendance.is_gone and attendance not in hall.attendances and transport.is_closing()
            assert not hall.may_attend(person) and hall.may_attend(None)

    asyncio.run(story())
