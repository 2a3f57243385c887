"""The page of the check without scripts, and what its scripts ask."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from jemaa.web.check import filling

from .place import Place, place


async def page(here: Place, address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    async with here.http.get(here.url + address, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_page_is_whole_in_each_language_and_small(tmp_path: Path, language: str) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            status, body, headers = await page(here, f"/check?session={here.session}&lang={language}")
            assert status == 200 and "{{" not in body and ">check." not in body
            assert f'lang="{language}"' in body and f'data-session="{here.session}"' in body
            assert f"/s/{here.session}/radio.opus?kbps=12" in body and f"/s/{here.session}/text" in body
            policy = headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-src 'self'" in policy
            assert headers["Cache-Control"] == "no-store"
            scripts = re.findall(r'(?:src|href)="(/client/[^"]+)"', body)
            assert len(scripts) <= 8, "the lowest rung pays for each request"
            sizes = [int(headers["Content-Length"])]
            for address in scripts:
                found, _, file = await page(here, address)
                assert found == 200
                sizes.append(int(file["Content-Length"]))
            assert sum(sizes) < 24_000, f"{sizes}: three seconds of a line of 64 kb/s"

    asyncio.run(story())


def test_a_session_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            for session in ("nosuch", "%3Cscript%3E", "é", ""):
                status, body, _ = await page(here, f"/check?session={session}")
                assert status == 200 and 'data-session=""' in body and "radio.opus" not in body

    asyncio.run(story())


LINK = {"en": "Test your connection", "fr": "Teste", "ar": "اختبر اتصالك"}
"""How the link to the check begins in each language."""


@pytest.mark.parametrize("language", LINK)
def test_each_page_of_a_meeting_leads_to_the_check_in_each_language_and_without_scripts(
    tmp_path: Path, language: str
) -> None:
    """In the page as the server sends it, and neither in a script nor hidden."""

    async def story() -> None:
        async with place(tmp_path) as here:
            many = await here.running.records.create("Many", rooms=["Hall", "Annex"])
            for address in (f"/s/{here.session}", f"/s/{here.session}/text", "/", f"/m/{many.id}"):
                to = f"session={here.session}&amp;lang" if "/s/" in address else "lang"
                body = (await page(here, f"{address}?lang={language}"))[1]
                link = re.search(rf'<a [^>]*href="/check\?{to}={language}">([^<]+)</a>', body)
                assert link and link[1].startswith(LINK[language]) and "hidden" not in link[0], (address, body)
                assert (await page(here, f"/check?{to.replace('&amp;', '&')}={language}"))[0] == 200

    asyncio.run(story())


def test_what_stands_between_is_named_and_no_address_is_shown(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            _, plain, _ = await page(here, "/check")
            assert "No proxy on the way gave its name" in plain and "You came by IPv4" in plain
            told = {"Via": "1.1 cache7.isp.example (squid)", "X-Forwarded-For": "203.0.113.77"}
            _, proxied, _ = await page(here, "/check", **told)
            assert "A proxy on the way gave its name" in proxied and "You came by IP" not in proxied
            for secret in ("203.0.113.77", "cache7", "127.0.0.1"):
                assert secret not in plain + proxied

    asyncio.run(story())


def test_without_scripts_three_requests_tell_the_rate(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            address, sizes = "/timed?lang=en", []
            for _ in range(3):
                status, body, headers = await page(here, address)
                assert status == 200 and "frame-ancestors 'self'" in headers["Content-Security-Policy"]
                sizes.append(len(body))
                if follow := re.search(r'content="0;url=([^"]+)"', body):
                    address = follow.group(1).replace("&amp;", "&")
            assert sizes[1] > 24_000 > sizes[0] and "kb/s" in body and "refresh" not in body

    asyncio.run(story())


@pytest.mark.parametrize("query", ["began=x", "began=99999999999999999999", "began=1&short=9007199254740991"])
def test_times_that_nobody_gave_do_no_harm(tmp_path: Path, query: str) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            status, body, _ = await page(here, f"/timed?{query}")
            assert status == 400 or "kb/s" in body

    asyncio.run(story())


def test_what_arrives_is_compared_with_what_was_sent(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            for data, whole in ((filling(8_000), True), (filling(8_000)[:-1] + b"?", False), (b"", True)):
                async with here.http.post(f"{here.url}/check/up", data=data) as answer:
                    assert json.loads(await answer.read()) == {"bytes": len(data), "whole": whole}
            async with here.http.post(f"{here.url}/check/up", data=bytes(300_001)) as answer:
                assert answer.status == 413
            async with here.http.post(f"{here.url}/check/up", headers={"Origin": "https://evil.example"}) as answer:
                assert answer.status == 403

    asyncio.run(story())
