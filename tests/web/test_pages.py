"""Pages, files, headers, and what the operator sees."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from .place import Place, place


async def text(here: Place, address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    async with here.http.get(address, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.mark.parametrize("page", ["", "/room", "/chair", "/captions"])
def test_pages_are_filled_in_and_may_run_only_our_files(tmp_path: Path, page: str) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            status, body, headers = await text(here, here.page + page, **{"Accept-Language": "de, fr;q=0.5"})
            assert status == 200 and "{{" not in body and str(here.session) in body
            assert f'lang="{headers["Content-Language"]}"' in body
            policy = headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy and "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
            for address in re.findall(r'(?:src|href)="(/client/[^"]+)"', body):
                found, _, cached = await text(here, here.url + address)
                assert found == 200 and "immutable" in cached["Cache-Control"]
            assert not re.findall(r'(?:src|href)="https?:', body)

    asyncio.run(story())


def test_what_notes_a_press_comes_before_the_button(tmp_path: Path) -> None:
    """On a thin line a page arrives in parts, and somebody presses what he sees."""

    async def story() -> None:
        async with place(tmp_path) as here:
            _, body, _ = await text(here, here.page)
            assert body.index("dataset.pressed") < body.index('id="listen"')

    asyncio.run(story())


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("br;q=0.000", None)],
)
def test_pages_and_files_come_in_the_smallest_form_that_is_taken(
    tmp_path: Path, accepted: str, coding: str | None
) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            file = f"{here.url}{here.running.house.client.base}/ui/time.js"
            for address in (file, here.page, f"{here.page}/text"):
                plain = await text(here, address, **{"Accept-Encoding": "identity"})
                packed = await text(here, address, **{"Accept-Encoding": accepted})
                assert packed[2].get("Content-Encoding") == coding
                assert "Accept-Encoding" in packed[2]["Vary"].split(", ")
                assert packed[1] == plain[1]

    asyncio.run(story())


def test_files_are_revalidated_and_others_are_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            base = here.url + here.running.house.client.base
            status, _, headers = await text(here, f"{base}/strings/en.json")
            assert status == 200
            again, _, _ = await text(here, f"{base}/strings/en.json", **{"If-None-Match": headers["Etag"]})
            assert again == 304
            for address in (
                f"{base}/pages/chair.html",
                f"{base}/../../limits.py",
                f"{here.url}/client/old/strings/en.json",
            ):
                assert (await text(here, address))[0] == 404

    asyncio.run(story())


def test_titles_are_text(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            evil = await here.running.records.create("</title><script>alert(1)</script>")
            for address in (f"/s/{evil.sessions[0].id}", f"/s/{evil.sessions[0].id}/text", "/"):
                _, body, _ = await text(here, here.url + address)
                assert "<script>alert" not in body and "&lt;script&gt;alert" in body

    asyncio.run(story())


def test_meetings_are_listed_unless_they_are_closed_or_by_invitation(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            records = here.running.records
            await records.create("Hidden", public=False)
            done = await records.create("Done")
            await records.close(done.id)
            many = await records.create("Many", rooms=["Hall", "Annex"])
            _, body, _ = await text(here, f"{here.url}/")
            assert "Assembly" in body and "Hidden" not in body and "Done" not in body
            status, _, headers = await text(here, f"{here.url}/m/{here.meeting.id}")
            assert (status, headers["Location"]) == (302, f"/s/{here.session}")
            _, rooms, _ = await text(here, f"{here.url}/m/{many.id}")
            assert "Hall" in rooms and "Annex" in rooms

    asyncio.run(story())


def test_a_page_that_is_not_there_says_so_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            for language, words in (("en", "copy the whole link"), ("fr", "recopiez le lien"), ("ar", 'dir="rtl"')):
                status, body, headers = await text(here, f"{here.url}/s/nosuch?lang={language}")
                assert status == 404 and words in body and f'href="/?lang={language}"' in body
                assert headers["Content-Type"].startswith("text/html") and headers["Cache-Control"] == "no-store"
            status, body, _ = await text(here, f"{here.url}/%3Cscript%3E")
            assert status == 404 and "<script" not in body

    asyncio.run(story())


def test_the_operator_sees_figures_and_others_do_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            await here.hall()
            assert (await text(here, f"{here.url}/health"))[0] == 200
            status, body, _ = await text(here, f"{here.url}/metrics")
            assert status == 200 and 'jemaa_listeners{path="live"} 0' in body and "jemaa_requests_total" in body
            for path in ("/health", "/metrics"):
                assert (await text(here, here.url + path, **{"X-Forwarded-For": "203.0.113.9"}))[0] == 403

    asyncio.run(story())


def test_no_token_no_query_and_no_address_reaches_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> list[str]:
        async with place(tmp_path) as here:
            invitation, chair = here.invitation("chair"), await here.opened()
            await (await chair.live(listen={"sound": "sound/32"})).receive()
            await text(here, f"{here.page}?token={chair.token}&t={invitation}")
            await text(here, f"{here.url}/s/nosuch?t={invitation}")
            await here.post("/join", {"token": invitation + "x"})
            reader, writer = await asyncio.open_connection("127.0.0.1", here.running.port)
            writer.write(f"GET /{chair.token} NONSENSE\r\nAuthorization: {chair.token}\r\n\r\n".encode())
            await reader.read()
            writer.close()
            return [invitation, chair.token]

    with caplog.at_level(logging.DEBUG):
        secrets = asyncio.run(story())
    written = "\n".join([caplog.text, *(record.getMessage() for record in caplog.records)])
    assert "POST /api/s/" in written
    for secret in [*secrets, "127.0.0.1", "token="]:
        assert secret not in written.replace("'127.0.0.1', 0", "")
