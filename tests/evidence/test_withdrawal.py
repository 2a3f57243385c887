"""A receipt while the site is served: its facts are gone from it at once, and the counts with the next build. 3 s."""

import asyncio
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jemaa import public_record
from jemaa.config import load_config
from jemaa.evidence.journal import Journal
from jemaa.facts import read
from tests.evidence.facts import MONDAY, entry, measurement
from tests.evidence.senders import table
from tests.web.place import Place, place


async def given(here: Place, number: int) -> str:
    """The receipt of one of four people in a network, each known by his seed."""
    data = read.write(measurement(seed=1_000_000 + number))
    there = f"{here.url}/api/check/measurements"
    async with here.http.post(there, data=io.BytesIO(data), headers={"X-Forwarded-For": f"192.0.2.{number}"}) as answer:
        taken = json.loads(await answer.read())
        assert (answer.status, taken["counted"]) == (201, True)
        return str(taken["receipt"])


async def asked(here: Place, path: str) -> tuple[int, str, str]:
    async with here.http.get(here.url + path) as answer:
        return answer.status, await answer.text(), answer.headers.get("Cache-Control", "")


async def probes(here: Place) -> set[int]:
    status, text, _ = await asked(here, "/api/evidence/cells?path=text")
    assert status == 200
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return {row["probes"] for row in rows}


async def built(record: Path) -> None:
    config = load_config({"evidence_dir": str(record)}, environment={"JEMAA_CONFIG": str(record.parent / "jemaa.toml")})
    await asyncio.to_thread(Journal(record).fold)
    await asyncio.to_thread(public_record.build, config, public_record.site(config), ())


def test_the_served_files_of_facts_lose_what_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jemaa.toml").touch()
    # A file's name has the week of its arrival, and this test may run while one ends.
    monkeypatch.setattr(public_record, "time", SimpleNamespace(time=lambda: MONDAY + 3_600))

    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(tmp_path / "e"), asn_db=table(tmp_path)) as here:
            receipts = [await given(here, number) for number in range(4)]
            await built(tmp_path / "e")
            cell = entry(1, 1).cell
            files = [f"/evidence/data/facts/{cell:016x}.jsonl", f"/evidence/data/ooni/2026-11-23/{cell:016x}.jsonl"]
            for file in files:
                status, text, kept = await asked(here, file)
                assert (status, text.count("\n"), kept) == (200, 4, "no-cache") and "1000002" in text
            url = f"{here.url}/api/check/measurements/{receipts[2]}"
            async with here.http.delete(url) as answer:
                assert answer.status == 204
            for file in files:
                status, text, _ = await asked(here, file)
                assert (status, text.count("\n")) == (200, 3) and "1000002" not in text and "1000003" in text
            at_rest = [path for path in (tmp_path / "e").rglob("*") if path.is_file() and path.suffix != ".parquet"]
            assert not [path for path in at_rest if b"1000002" in path.read_bytes()]
            assert await probes(here) == {4}, "the tables say what was counted"
            await built(tmp_path / "e")
            assert await probes(here) == {3}

    asyncio.run(story())
