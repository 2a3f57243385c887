"""What the page of the check asks of the server about its facts; and that these are facts."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from jemaa.facts.read import read
from tests.vectors.make_check import FILE, vectors

from .place import Place, place

VECTORS = json.loads(FILE.read_text(encoding="utf-8"))


def facts(**changes: Any) -> bytes:
    """What a browser made, begun in this hour."""
    made = dict(VECTORS["record"]["measurement"]) | {"started_at": int(time.time()) // 3_600 * 3_600}
    return json.dumps(made | changes).encode()


async def judged(here: Place, data: bytes) -> tuple[int, dict[str, Any]]:
    async with here.http.post(f"{here.url}/api/check/judge", data=data) as answer:
        return answer.status, json.loads(await answer.read())


def test_the_vectors_are_what_the_code_makes() -> None:
    assert json.loads(json.dumps(vectors())) == VECTORS


def test_what_a_browser_writes_down_is_a_measurement() -> None:
    assert read(facts(), time.time()).software.startswith("jemaa-browser")


def test_findings_come_with_their_reasons_and_never_say_more_than_a_browser_can_know(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            counts = {"up": {"sent": 9, "rx_client": 9}, "stun": {"sent": 10, "turned_away": 0}}
            arms = [arm | counts.get(arm["step"], {}) for arm in read_arms()]
            status, answer = await judged(here, facts(arms=arms))
            assert status == 200, answer
            found = {one["node"]: one for one in answer["findings"]}
            assert found, answer
            assert all(one["because"] for one in answer["findings"])
            assert not {one["verdict"] for one in answer["findings"]} & {"blocked"}
            assert found["webrtc.drop"]["verdict"] == "likely_blocked"
            assert found["webrtc.drop"]["evidence"][0] == "stun-3478-genuine"
            assert found["webrtc.drop"]["direction"] == "both" and "lost on both ways" in found["webrtc.drop"]["text"]

    asyncio.run(story())


def test_what_the_server_had_no_time_for_is_said_and_accuses_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            _, answer = await judged(here, facts())
            (busy,) = (one for one in answer["findings"] if one["rule_id"] == "turned-away")
            assert busy["evidence"] == ["stun-3478-genuine"] and "turned a part of this check away" in busy["because"]
            assert "webrtc.drop" not in {one["node"] for one in answer["findings"]}
            assert any("itself turned that away" in one for one in answer["unknown"])
            assert any("Set the clock" in one for one in answer["todo"]), "the vector's clock is a year behind"

    asyncio.run(story())


def read_arms() -> list[dict[str, Any]]:
    """The arms of the vector."""
    arms: list[dict[str, Any]] = VECTORS["record"]["measurement"]["arms"]
    return arms


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "measurement-unreadable"),
        (b"[" * 100_000, "measurement-field"),
        (facts(software="<script>"), "measurement-field"),
        (facts(started_at=int(time.time()) + 366 * 86_400), "measurement-date"),
        (b" " * 300_000, "body-too-large"),
    ],
)
def test_what_are_no_facts_is_refused_with_a_reason(tmp_path: Path, data: bytes, code: str) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            status, answer = await judged(here, data)
            assert status >= 400 and answer["error"]["code"] == code

    asyncio.run(story())


def test_nothing_of_it_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            before = kept(tmp_path)
            assert (await judged(here, facts()))[0] == 200
            assert kept(tmp_path) == before

    asyncio.run(story())


def kept(folder: Path) -> set[str]:
    """Files in the data folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_forged_record_of_ten_million_packets_keeps_the_server_for_moments(tmp_path: Path) -> None:
    forged = [
        {"id": f"stun-{port}-{payload}", "step": "stun", "server": "reference-1", "port": port, "transport": "udp"}
        | {"payload": payload, "sent": 10_000_000, "rx_client": 0 if payload == "genuine" else 9_999_999}
        for port in range(1, 400)
        for payload in ("genuine", "inverted")
    ]

    async def story() -> None:
        async with place(tmp_path) as here, asyncio.timeout(20):
            status, answer = await judged(
                here, facts(arms=forged, series=[], plan={"seed": 1, "order": [], "steps": []})
            )
            assert status == 200 and answer["findings"][0]["verdict"] == "likely_blocked"

    asyncio.run(story())
