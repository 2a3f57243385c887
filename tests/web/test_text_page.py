"""The page without JavaScript: as a browser's forms use it, with cookies and nothing else."""

import asyncio
import json
import re
from pathlib import Path
from typing import get_args

import aiohttp

from jemaa.meeting.commands import QuestionOutcome
from jemaa.meeting.state import Phase
from jemaa.serve import CLIENT
from jemaa.web import text_html

from .place import place

REFUSALS = (
    *("token-forged", "token-expired", "token-elsewhere", "token-revoked", "invitation-needed"),
    *("text-empty", "text-too-long", "name-needed", "chat-closed", "questions-closed", "questions-waiting"),
    *("questions-full", "not-allowed", "closed", "removed"),
    *("busy", "too-fast", "internal", "store-failed", "store-busy", "store-closed"),
)
"""What the door, the procedure, the session and the store may say to somebody who asks or writes by form."""


def test_asking_and_saying_by_form_as_one_person(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(f"{here.page}/text") as page:
                body = await page.text()
                assert '<iframe name="now"' in body and 'name="name"' in body
                assert "script-src" not in page.headers["Content-Security-Policy"]
            form = {"name": "Amina", "text": "When? <b>Please</b> answer."}
            async with browser.post(f"{here.page}/text", data=form) as page:
                body = await page.text()
                assert page.status == 200 and page.url.path.endswith("/text")
                assert "When? &lt;b&gt;Please&lt;/b&gt; answer." in body and 'name="name"' not in body
            async with browser.post(f"{here.page}/text/chat", data={"text": "Good morning"}) as page:
                assert page.status == 200
            state = (await here.hall()).session.state
            assert len(state.persons) == 1
            assert [one.text for one in state.messages.values()] == ["Good morning"]
            chair = await here.join("chair")
            question = next(iter(state.questions))
            assert (await chair.command("mark_question", question=question, outcome="read"))[0] == 200
            async with browser.get(f"{here.page}/text") as page:
                assert "read out" in await page.text()

    asyncio.run(story())


def test_what_was_refused_comes_back_with_its_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            form = {"name": "Amina", "text": "x" * 2_100}
            for address, language, sentence in (
                ("/text", "", "That is too long"),
                ("/text", "fr", "C’est trop long"),
                ("/text/chat", "ar", "النص طويل جدًا"),
            ):
                async with here.http.post(f"{here.page}{address}?lang={language}", data=form) as page:
                    body = await page.text()
                    assert page.status == 413 and sentence in body and "x" * 2_100 in body
            async with here.http.post(
                f"{here.page}/text", data=form, headers={"Origin": "https://evil.example"}
            ) as page:
                assert page.status == 403

    asyncio.run(story())


def test_the_frame_is_held_until_there_is_news(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.opened()
            captioner = await here.join("captioner")
            async with here.http.get(f"{here.page}/text/now") as frame:
                body = await frame.text()
            again = re.search(r'content="1;url=([^"]+)"', body)
            assert again is not None
            address = here.url + again.group(1).replace("&amp;", "&")
            held = asyncio.ensure_future(here.http.get(address))  # noqa: TID251
            status, _ = await captioner.command("post_caption", text="افتتحت الجلسة", language="ar")
            assert status == 200
            async with await held as frame:
                assert "افتتحت الجلسة" in await frame.text()

    asyncio.run(story())


def test_a_meeting_by_invitation_opens_by_the_link_pasted_into_the_form(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            place(tmp_path, public=False) as here,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
        ):
            async with browser.get(f"{here.page}/text") as page:
                assert page.status == 401 and 'name="code"' in await page.text()
            async with browser.post(f"{here.page}/text/code?lang=fr", data={"code": "wrong"}) as page:
                assert page.status == 401 and "Ce lien n’est pas valable" in await page.text()
            spoilt = {"Cookie": f"jemaa_{here.session}=x.y", "Accept-Language": "fr"}
            async with here.http.get(f"{here.page}/text", headers=spoilt) as page:
                assert page.status == 401 and "Ce lien n’est pas valable" in await page.text()
            link = here.running.links.of_session(here.meeting, here.session)["participant"]
            async with browser.post(f"{here.page}/text/code", data={"code": link}) as page:
                assert page.status == 200 and '<iframe name="now"' in await page.text()
            async with browser.get(f"{here.page}/radio.mp3") as radio:
                assert radio.status == 200

    asyncio.run(story())


def test_arabic_runs_from_right_to_left(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here, here.http.get(f"{here.page}/text/now?lang=ar") as page:
            found = re.search(r'<html lang="(\w+)" dir="(\w+)"', await page.text())
            assert found is not None
            has_arabic = "ar" in here.running.house.strings.languages
            assert found.groups() == (("ar", "rtl") if has_arabic else ("en", "ltr"))

    asyncio.run(story())


def test_every_word_of_the_page_is_in_every_language() -> None:
    source = Path(text_html.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r"view\.word\(['\"]([a-z_.]+[a-z])['\"]", source))
    used |= {f"phase.{phase}" for phase in get_args(Phase)}
    used |= {f"question.{status}" for status in ("waiting", *get_args(QuestionOutcome))}
    wanted = {f"text.{key}" for key in used} | {f"refusal.{code}" for code in REFUSALS}
    for language in text_html.LANGUAGES:
        table = json.loads((CLIENT / "strings" / f"{language}.json").read_text(encoding="utf-8"))
        missing = wanted - set(table)
        assert not missing, f"{language}: {missing}"
