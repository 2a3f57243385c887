"""Over HTTP: a measurement and its receipt, what is refused and how, and a server that keeps no record. 2 s."""

import asyncio
import io
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.evidence.facts import measurement
from tests.evidence.senders import table

from .place import Place, place


def facts(at: float = 0) -> bytes:
    from jemaa.facts import read

    return read.write(measurement(at=int(at or time.time()) - 1_234))


async def give(here: Place, data: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    url = f"{here.url}/api/check/measurements"
    async with here.http.post(url, data=io.BytesIO(data), headers=headers) as answer:
        return answer.status, json.loads(await answer.read())


def test_a_measurement_has_a_receipt_and_the_receipt_takes_it_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(tmp_path / "e"), asn_db=table(tmp_path)) as here:
            status, taken = await give(here, facts(), **{"X-Forwarded-For": "10.9.9.9, 192.0.2.1"})
            assert (status, taken["counted"], taken["flags"]) == (201, True, [])
            status, other = await give(here, facts())
            assert (status, other["flags"]) == (201, ["network-unverified"]), "nobody knows 127.0.0.1"
            there = f"{here.url}/api/check/measurements/{taken['receipt']}"
            assert [await deleted(here, there) for _ in range(2)] == [204, 404]
            assert await deleted(here, there[:-3] + "xyz") == 401
        assert not [
            path for path in (tmp_path / "e").rglob("*") if path.is_file() and b"192.0.2.1" in path.read_bytes()
        ]

    asyncio.run(story())


async def deleted(here: Place, url: str) -> int:
    async with here.http.delete(url) as answer:
        return answer.status


def test_a_receipt_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> str:
        async with place(tmp_path / "a", evidence_dir=str(tmp_path / "e")) as here:
            _, taken = await give(here, facts())
            assert await deleted(here, f"{here.url}/api/check/measurements/{taken['receipt']}") == 204
            return str(taken["receipt"])

    with caplog.at_level("INFO"):
        receipt = asyncio.run(story())
    assert "DELETE /api/check/measurements/… 204" in caplog.text and receipt not in caplog.text


def test_bad_measurements_are_refused_with_a_code(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path / "a", evidence_dir=str(tmp_path / "e")) as here:
            cases = {
                "body-too-large": b"x" * 10_000_000,
                "measurement-unreadable": b"not JSON",
                "measurement-field": facts().replace(b'"seconds"', b'"name":"x","seconds"'),
                "measurement-date": facts(time.time() + 366 * 86_400),
            }
            for code, data in cases.items():
                try:
                    status, answer = await give(here, data)
                except aiohttp.ClientError:  # the server answers, and closes, before all ten megabytes are out
                    assert code == "body-too-large"
                    continue
                assert answer["error"]["code"] == code
                assert status == (413 if code == "body-too-large" else 400)
            status, answer = await give(here, facts(), Origin="https://elsewhere.example")
            assert (status, answer["error"]["code"]) == (403, "foreign-origin")
        assert not list((tmp_path / "e").rglob("*.ndjson"))

    asyncio.run(story())


def test_a_server_without_a_record_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            status, answer = await give(here, facts())
            assert (status, answer["error"]["code"]) == (404, "record-off")

    asyncio.run(story())
