"""A rule is counted against who could have fired it: beside however many browsers, five full checks are five. 6 s."""

import datetime
import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
import pytest

from jemaa.evidence import pages
from jemaa.evidence.archive import Archive
from jemaa.evidence.downloads import write_tables
from jemaa.evidence.entry import LISTED, Entry, entry_of, judged_again
from jemaa.evidence.material import Material
from jemaa.evidence.rule_counts import RuleCount, rules
from jemaa.evidence.tables import Tables, tables
from jemaa.evidence.view import LANGUAGES, View, strings
from jemaa.facts.record import ACCESS, Measurement, Rung
from jemaa.verdict.could import could_fire
from jemaa.verdict.judge import judge
from tests.evidence.facts import MONDAY
from tests.evidence.test_instruments import drop
from tests.verdict.profiles import PROFILES, RTP_THROTTLE, neutral
from tests.verdict.world import World, measured

RULE = "rtp-loss"
IN_A_BROWSER = (
    "up-*", "ws-*", "long_answer-*", "stun-[0-9]*-genuine", "long_flow-tls_*",
)  # fmt: skip
"""What a page can send: no twin of anything, and no sound that it makes itself."""


def full(world: World, seed: int = 1) -> Measurement:
    return msgspec.structs.replace(measured(world, seed), started_at=MONDAY + 60, profile=None)


def browser(whole: Measurement) -> Measurement:
    """The same network, as a page sees it."""
    arms = [arm for arm in whole.arms if any(fnmatchcase(arm.id, one) for one in IN_A_BROWSER)]
    ways = [rung for rung in whole.rungs if rung.name != "webrtc-udp"] + [Rung(name="webrtc-udp", usable=True)]
    return msgspec.structs.replace(
        whole, software="jemaa-browser 0.1", stack="chrome 142", arms=arms, rungs=ways, series=[], residual=[]
    )


def probes(facts: Measurement, numbers: Sequence[int], *, checks: int = 1, access: str = "4g") -> list[Entry]:
    """As many as there are numbers, who all saw the same."""
    network = msgspec.structs.replace(facts.network, asn=64_500, cc="MA", access=access)
    one = entry_of(
        msgspec.structs.replace(facts, network=network), judge(facts), identity="", probe=0, filed_at=MONDAY + 60
    )
    return [
        msgspec.structs.replace(
            one, id=f"{access}-{number}-{turn}-{one.instrument}-{len(one.fired)}", probe=2**63 + number
        )
        for number in numbers
        for turn in range(checks)
    ]


SEES = full(RTP_THROTTLE)
CLEAN = full(neutral(0))
PAGES = browser(SEES)


def counted(folder: Path, *groups: list[Entry]) -> RuleCount:
    archive = Archive(folder)
    archive.add([one for group in groups for one in group], "b")
    (found,) = [one for one in rules(archive) if one.rule_id == RULE]
    return found


def test_full_checks_are_found_however_many_browsers_are_beside_them(tmp_path: Path) -> None:
    alone = counted(tmp_path / "alone", probes(SEES, range(5)))
    beside = counted(tmp_path / "beside", probes(SEES, range(5)), probes(PAGES, range(100, 150)))
    assert (beside.probes, beside.of, beside.may_be_chance) == (5, 5, False)
    assert (beside.q, beside.low, beside.high) == (alone.q, alone.low, alone.high), (
        "not one of them says anything of it"
    )
    assert (alone.by_few, beside.by_few) == (False, True), "but all five may be one in ten of the network"


def test_light_checks_do_not_count_for_what_they_do_not_send(tmp_path: Path) -> None:
    light = full(World(cut=RTP_THROTTLE.cut, keeps=RTP_THROTTLE.keeps, lite=True))
    found = counted(tmp_path, probes(SEES, range(5)), probes(light, range(100, 130)), probes(CLEAN, range(200, 204)))
    assert (found.probes, found.of) == (5, 9)


def test_what_was_filed_before_anybody_asked_counts_as_it_did(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(probes(SEES, range(5)) + probes(PAGES, range(100, 150)), "b")
    drop(archive, "could")
    (found,) = [one for one in rules(archive) if one.rule_id == RULE]
    assert (found.of, found.may_be_chance) == (55, True)
    archive.renew(anew)
    (found,) = [one for one in rules(archive) if one.rule_id == RULE]
    assert (found.of, found.may_be_chance) == (5, False), "judged anew it is known"


def anew(entry: Entry) -> Entry:
    facts = msgspec.json.decode(entry.facts, type=Measurement)
    return judged_again(entry, judge(facts), facts)


@pytest.mark.parametrize("checks", [1, 20])
def test_one_forger_in_ten_of_those_who_could_makes_no_discovery(tmp_path: Path, checks: int) -> None:
    """Of honest full checks too few for more; however much he sends, whatever access he names, browsers or none."""
    honest, pages_ = probes(CLEAN, range(27)), probes(PAGES, range(100, 150))
    forged = [probes(SEES, range(900, 903), checks=checks, access=access) for access in ("4g", *ACCESS)]
    for number, others in enumerate(([], pages_)):
        found = counted(tmp_path / str(number), honest, others, forged[0])
        assert (found.probes, found.of, found.may_be_chance) == (3, 30, True)
    archive = Archive(tmp_path / "everywhere")
    archive.add([one for group in (honest, pages_, *forged[1:]) for one in group], "b")
    assert all(one.may_be_chance for one in rules(archive) if one.rule_id == RULE)
    archive = Archive(tmp_path / "elsewhere")
    archive.add(honest + pages_ + probes(SEES, range(900, 903), checks=checks, access="adsl"), "b")
    (found,) = [one for one in rules(archive) if one.rule_id == RULE]
    assert (found.key.access, found.of, found.may_be_chance) == ("adsl", 3, True), "three of thirty that could"


def test_what_else_a_probe_measured_makes_no_chance_of_it(tmp_path: Path) -> None:
    """Nine times a page beside one full check is one chance for the rule, and one vote."""
    honest = probes(CLEAN, range(20, 40))
    plain = counted(tmp_path / "plain", probes(SEES, range(6)), honest)
    busy = counted(tmp_path / "busy", probes(SEES, range(6)), honest, probes(PAGES, range(40), checks=9))
    often = counted(
        tmp_path / "often", probes(SEES, range(6)), honest, probes(CLEAN, [*range(6), *range(20, 40)], checks=9)
    )
    assert (busy.probes, busy.of, busy.q) == (plain.probes, plain.of, plain.q) and plain.of == 26
    assert often.q > plain.q, "who could have fired it ten times had ten chances"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_that_forgers_could_be_whole_has_its_verdict_with_that_beside_it(tmp_path: Path, language: str) -> None:
    """A page can say so; an audit has no place for it."""
    for few, beside in ((True, 50), (False, 20)):
        archive = Archive(tmp_path / str(few))
        archive.add(probes(SEES, range(5)) + probes(PAGES, range(100, 100 + beside)), "b")
        found = of_rule(tables(archive, datetime.date(2026, 12, 1)))
        text = pages.network(View(language, "network/MA-AS64500.html"), Material(tables=found), "MA", 64_500)
        body = text.partition("<code>" + RULE)[2]
        words = strings(language)
        assert words["verdict.throttled"] in body and (words["rules.few"] in body) is few
        write_tables(found, tmp_path / f"data-{few}")
        audit = (tmp_path / f"data-{few}/audit/MA.jsonl").read_text()
        assert (f"rule:{RULE}" in audit) is not few
        (line,) = (tmp_path / f"data-{few}/rules.jsonl").read_text().splitlines()
        assert json.loads(line)["by_few"] is few and json.loads(line)["of"] == 5


def of_rule(found: Tables) -> Tables:
    return msgspec.structs.replace(found, rules=[one for one in found.rules if one.rule_id == RULE])


@pytest.mark.parametrize("profile", PROFILES)
def test_whatever_a_check_fires_it_could_have(profile: str) -> None:
    """And what came back makes no difference to that: as little for a check of which nothing came back."""
    for seed in range(3):
        for facts in (whole := full(PROFILES[profile][0], seed), browser(whole)):
            could = could_fire(facts)
            assert {one.rule_id for one in judge(facts) if one.verdict != "insufficient"} - {"nothing-asked"} <= could
            mute = [msgspec.structs.replace(arm, rx_client=0, artefact=None, failure=None) for arm in facts.arms]
            assert could_fire(msgspec.structs.replace(facts, arms=mute, series=[], residual=[])) == could


def test_who_could_fire_what_follows_from_the_rules() -> None:
    """No list of ours says it; these are what it comes to."""
    of_full, of_page = could_fire(CLEAN), could_fire(PAGES)
    of_light = could_fire(full(World(lite=True)))
    assert {"stun-signature", "stun-app", "dtls", RULE, "shape-drop-udp", "udp", "tcp-bytes"} <= of_full
    assert of_full - of_light >= {"rtp", RULE, "shape-drop-udp", "shape-delay-udp"}
    assert {"stun-signature", "udp", "dtls", "tcp-bytes"} <= of_light
    assert "webrtc-in-a-browser" in of_page - of_full
    assert not {"stun-signature", "stun-app", "dtls", "udp", "turn", "rtp", RULE, "udp-age"} & of_page
    assert {"stun-signature", "loss", RULE} <= LISTED and "stun-works" not in LISTED
