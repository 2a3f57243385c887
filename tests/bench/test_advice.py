"""The advice behind each network: what counts as right, what a browser may say, and that the page says it all."""

from pathlib import Path
from typing import Any

import msgspec

from bench.advice import PAGE, RESULT, Folder, arguments
from bench.advice_page import page, summary
from bench.advice_results import Advised, Judged, Run, Used, decode, facts_in, judged, with_facts
from jemaa.facts.record import Arm, Measurement, Network, Plan, Rung
from jemaa.matrix.results import Network as Told
from jemaa.matrix.results import encode

WORKS, FAILS = Used(works=True, first_sound=0.5, stoi=0.9, silent=0.0), Used(works=False, why_not="silence")


def advised(profile: str = "clean", **other: Any) -> Advised:
    """One that named `live`, which worked, but for what is given."""
    good: dict[str, Any] = {"opened": True, "first": 1.0, "whole": 4.0, "named": ("live",), "used": {"live": WORKS}}
    return Advised(profile=profile, commit="abc1234", **(good | other))


def run(*cells: Advised) -> Run:
    networks = [Told(name=cell.profile, description="What it does.", hypothesis=False) for cell in cells]
    return Run(began="2026-11-25T05:00:00Z", machine="2 cores", seconds=12, networks=networks, cells=list(cells))


def facts(profile: str, stun: int) -> Measurement:
    """A browser whose pages came, and so many of its five calls by ICE on each of two ports."""
    place: dict[str, Any] = {"server": "page-1", "port": 443, "sent": 6, "rx_client": 6}
    arms = [
        Arm(id="up-server", step="up", transport="https", payload="neutral", **place),
        Arm(id="ws-page-genuine", step="ws", transport="ws", payload="genuine", **place),
        Arm(id="long_answer-short-neutral", step="long_answer", transport="https", payload="neutral", **place),
    ]
    place = {"server": "reference-1", "transport": "udp", "payload": "genuine", "sent": 5, "rx_client": stun}
    arms += [Arm(id=f"stun-{port}-genuine", step="stun", port=port, **place) for port in (3478, 40123)]
    return Measurement(
        version="1",
        software="jemaa-browser 0.1.0",
        started_at=1_795_564_800,
        seconds=60.0,
        network=Network(),
        plan=Plan(seed=1, order=[], steps=["up", "ws", "stun", "long_answer"], lite=True),
        arms=arms,
        series=[],
        rungs=[Rung(name="webrtc-udp", usable=stun > 0)],
        stack="Chromium 156",
        platform="Linux",
        profile=profile,
    )


def test_what_was_named_has_to_work_also_what_was_named_first() -> None:
    assert advised().is_right
    assert not advised(used={"live": FAILS}).is_right
    assert not advised(named=("pieces", "live"), used={"pieces": FAILS, "live": WORKS}).is_right
    assert not advised(named=("pieces", "live"), used={"live": WORKS}).is_right


def test_a_no_is_right_where_no_way_works() -> None:
    closed: dict[str, Any] = {"opened": False, "first": None, "named": (), "used": {"live": FAILS}}
    assert advised(**closed).is_right
    assert not advised(named=("none",), used={"live": FAILS, "text": WORKS}).is_right


def test_a_browser_says_webrtc_where_udp_or_stun_is_cut_and_nowhere_else() -> None:
    assert judged(facts("stun-cookie", 0)) == Judged(accused={"webrtc.drop": "likely_blocked"}, over_cap=(), wrong=())
    assert judged(facts("sni", 0)).wrong == ("webrtc.drop",)
    assert judged(facts("clean", 5)) == Judged(accused={}, over_cap=(), wrong=())


def test_a_run_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    first = run(advised("clean"), advised("sni", used={"live": FAILS}))
    assert decode(encode(first)) == first
    found = with_facts([facts("dns-ip", 5)], facts("clean", 5))
    Folder(tmp_path, resume=False).keep(first, with_facts(found, facts("dns-ip", 4)))
    there = Folder(tmp_path, resume=True)
    assert there.run == first and [one.profile for one in there.facts] == ["clean", "dns-ip"]
    assert facts_in(tmp_path / "facts.jsonl")[1].arms[3].rx_client == 4
    assert there.begin(["clean", "udp-off"]).cells == first.cells
    assert [one.name for one in msgspec.json.decode((tmp_path / RESULT).read_bytes(), type=Run).networks] == [
        "clean", "sni",
    ]  # fmt: skip
    assert "silence" in (tmp_path / PAGE).read_text()


def test_the_page_says_how_many_were_right_and_how_soon() -> None:
    closed = advised("dest-whitelist", opened=False, first=None, named=(), used={"live": FAILS})
    late = advised("link-edge", first=17.0, named=("pieces", "none"), used={"live": FAILS, "text": WORKS})
    told = summary(run(advised(), late, closed), {"clean": judged(facts("clean", 5))})
    assert "right on 2 of 3 networks" in told and "1 of 2 networks within 10 s" in told
    assert "dest-whitelist: the honest no" in told and "0 accusations" in told
    whole = page(run(advised(), late, closed), [facts("clean", 5)])
    assert "pieces → none" in whole and "the page does not open" in whole


def test_words_of_the_command() -> None:
    given = arguments(["--profiles", "clean,sni", "--fuller", "only", "--resume"])
    assert (given.profiles, given.fuller, given.resume, given.minutes) == ("clean,sni", "only", True, None)
