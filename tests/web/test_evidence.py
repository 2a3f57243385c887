"""The record over HTTP: pages in the reader's language, rows by filter, nothing outside of its folder. 3 s."""

import asyncio
import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from jemaa.evidence import site
from jemaa.evidence.archive import Archive
from jemaa.evidence.marks import ACCUSED, LOST, THROUGH
from jemaa.evidence.material import Material
from jemaa.evidence.tables import tables
from tests.evidence.facts import CALLS, crowd, marked
from tests.evidence.test_site import nothing

from .place import Place, place


def record(folder: Path) -> Path:
    archive = Archive(folder / "archive")
    lost = marked(crowd(8, failing=CALLS), LOST, ACCUSED)
    archive.add([*lost, *marked(crowd(4, start=50, cc="FR", asn=64_501), THROUGH)], "b")
    site.build(archive, folder / "site", Material(tables=tables(archive, datetime.date(2026, 12, 1))), nothing)
    return folder


async def asked(here: Place, path: str, **headers: str) -> tuple[int, str, bytes]:
    async with here.http.get(here.url + path, headers=headers) as answer:
        return answer.status, str(answer.url.path), await answer.read()


async def rows(here: Place, query: str) -> tuple[int, Any]:
    status, _, body = await asked(here, f"/api/evidence/{query}")
    return status, json.loads(body)


def test_the_record_is_served_and_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(record(tmp_path / "e"))) as here:
            status, where, body = await asked(here, "/evidence", **{"Accept-Language": "ar, en;q=0.5"})
            assert (status, where) == (200, "/evidence/ar/index.html")
            assert b'dir="rtl"' in body
            assert (await asked(here, "/evidence/data/cells.csv"))[0] == 200
            for outside in ("/evidence/..%2Farchive%2Farchive.json", "/evidence/%2Fetc%2Fpasswd", "/evidence/en"):
                assert (await asked(here, outside))[0] == 404
            status, answer = await rows(here, "cells?cc=MA&path=webrtc-udp")
            assert [(one["asn"], one["probes"], one["word"]) for one in answer["rows"]] == [(64_500, 8, "failed")]
            assert (await rows(here, "cells?asn=64501&week=2026-11-23&access=4g"))[1]["rows"][0]["cc"] == "FR"
            assert [one["probes"] for one in (await rows(here, "rules?cc=MA"))[1]["rows"]] == [8]
            assert (await rows(here, "changes?app=viber"))[1] == {"rows": [], "more": False}
            assert [
                (one["cc"], one["probes"], one["word"], one["verdict"])
                for one in (await rows(here, "apps?app=viber&week=2026-11-23&access=4g"))[1]["rows"]
            ] == [("FR", 4, "few", ""), ("MA", 8, "failed", "likely_blocked")]
            assert (await rows(here, "apps?cc=FR&app=zoom"))[1]["rows"] == []
            assert (await rows(here, "apps?path=live"))[1]["error"]["code"] == "bad-filter"
            assert (await rows(here, "cells?country=MA"))[1]["error"]["code"] == "bad-filter"

    asyncio.run(story())


def test_an_answer_has_so_many_rows_and_says_that_there_are_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jemaa.web.evidence.EVIDENCE_ANSWER_ROWS", 3)

    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(record(tmp_path / "e"))) as here:
            _, answer = await rows(here, "cells")
            assert (len(answer["rows"]), answer["more"]) == (3, True)
            _, fewer = await rows(here, "apps?app=viber")
            assert (len(fewer["rows"]), fewer["more"]) == (2, False)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The public record"), ("fr", "Le registre public"), ("ar", "السجل العام")]
)
def test_the_home_page_leads_to_it_in_each_language_without_scripts(tmp_path: Path, language: str, words: str) -> None:
    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(record(tmp_path / "e"))) as here:
            home = (await asked(here, f"/?lang={language}"))[2].decode()
            link = re.search(rf'<p><a href="(/evidence\?lang={language})">{words}', home)
            assert link and "<script" not in home
            assert (await asked(here, link[1]))[:2] == (200, f"/evidence/{language}/index.html")

    asyncio.run(story())


def test_before_anything_was_built_it_says_so_and_where_nothing_is_kept_it_is_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(tmp_path / "e")) as here:
            status, _, page = await asked(here, "/evidence")
            assert status == 404 and b"jemaa evidence build" in page
            assert b'<p hidden><a href="/evidence' in (await asked(here, "/"))[2], "and nothing leads to it"
            assert (await rows(here, "cells"))[1]["error"]["code"] == "record-unbuilt"
        async with place(tmp_path / "b") as here:
            assert b"jemaa evidence build" not in (await asked(here, "/evidence"))[2]
            assert (await rows(here, "cells"))[1]["error"]["code"] == "record-off"

    asyncio.run(story())
