"""The whole way: what checks see behind an emulated network, judged, given, counted, shown; a tenth forged. 3 s."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from jemaa import public_record
from jemaa.audit import claims
from jemaa.config import load_config
from jemaa.evidence import origin
from jemaa.evidence.submissions import Submissions
from jemaa.facts import read
from jemaa.facts.record import Measurement, Network, Rung
from jemaa.verdict.judge import judge
from tests.evidence.facts import MONDAY
from tests.evidence.senders import NOW, table
from tests.verdict.profiles import PROFILES, neutral
from tests.verdict.world import World, measured

CALLS = ("webrtc-udp", "turn-udp")
OURS = ("live", "stream", "pieces", "radio", "text")


def seen(world: World, seed: int, asn: int, *, calls: bool) -> bytes:
    """What a check of this network sends, with the ways that live behind it."""
    rungs = [Rung(name=name, usable=True) for name in OURS] + [Rung(name=name, usable=calls) for name in CALLS]
    whole: Measurement = msgspec.structs.replace(
        measured(world, seed),
        started_at=MONDAY + 60,
        network=Network(asn=asn, cc="MA", access="adsl"),
        rungs=rungs,
        profile=None,
    )
    return read.write(whole)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    record = folder / "record"

    async def story() -> None:
        taken = Submissions(record, key=b"k" * 32, origins=origin.load(table(folder)), judge=judge, now=lambda: NOW)
        blocked, _ = PROFILES["ma-2016-adsl"]
        clean, forged = (seen(neutral(0), 6, asn, calls=True) for asn in (64_501, 64_500))
        for number in range(18):
            await taken.submit(seen(blocked, number % 6, 64_500, calls=False), f"192.0.2.{number}")
            await taken.submit(clean, f"198.51.100.{number}")
        for _ in range(4):
            for forger in (200, 201):
                await taken.submit(forged, f"192.0.2.{forger}")
        await taken.fold()
        await taken.close()

    asyncio.run(story())
    config = load_config({"evidence_dir": str(record)}, environment={"JEMAA_CONFIG": str(empty(folder))})
    public_record.build(config, folder / "site", claims.shipped())
    return folder / "site"


def empty(folder: Path) -> Path:
    path = folder / "jemaa.toml"
    path.touch()
    return path


def rows(site: Path, name: str) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in (site / f"data/{name}.jsonl").read_text().splitlines()]


def test_the_network_that_cuts_calls_is_told_from_the_one_that_does_not(site: Path) -> None:
    words = {(one["asn"], one["path"]): (one["probes"], one["word"]) for one in rows(site, "cells")}
    assert words[64_500, "webrtc-udp"] == (20, "failed"), "forgers are two probes of twenty, however often they send"
    assert words[64_501, "webrtc-udp"] == (18, "worked")
    assert {words[asn, path][1] for asn in (64_500, 64_501) for path in OURS} == {"worked"}


def test_the_rules_that_fired_say_what_was_cut(site: Path) -> None:
    fired = {(one["asn"], one["node"]): one for one in rows(site, "rules")}
    assert {"stun.drop.signature", "rtp.drop"} <= {str(node) for asn, node in fired if asn == 64_500}
    assert not [node for asn, node in fired if asn == 64_501]
    page = (site / "en/network/MA-AS64500.html").read_text()
    assert "stun.drop.signature" in page and "18 of 20" in page


def test_others_get_it_in_ooni_s_form(site: Path) -> None:
    lines = [line for path in (site / "data/ooni").rglob("*.jsonl") for line in path.read_text().splitlines()]
    found = [msgspec.json.decode(line) for line in lines]
    assert len(found) == 18 + 18 + 8
    assert {one["probe_asn"] for one in found} == {"AS64500", "AS64501"}
    assert all(one["annotations"]["asn_db"].endswith("PDDL-1.0") for one in found)
