"""The advice names ways that worked and no others, says what it cannot know, and does so in each language."""

import string

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from jemaa.facts.record import Measurement, Rung
from jemaa.verdict.advice import advise
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from jemaa.verdict.rules.table import RULES
from jemaa.verdict.telling import LANGUAGES, tell, tell_finding, tell_node, tell_unknown
from tests.facts.made import measurements

from .profiles import PROFILES
from .world import World, measured


def with_rungs(whole: Measurement, **usable: float | None) -> Measurement:
    rungs = [Rung(name=name.replace("_", "-"), usable=kbps is not None, kbps=kbps) for name, kbps in usable.items()]
    return msgspec.structs.replace(whole, rungs=rungs)


CLEAN = measured(World(), 1)


def test_the_best_way_that_worked_is_named() -> None:
    advice = advise(with_rungs(CLEAN, live=20.0, stream=20.0, pieces=20.0, radio=20.0, text=1.0, webrtc_udp=1.0))
    assert advice.sound and advice.sound.rung == "live" and advice.speaking and advice.speaking.rung == "live"
    assert advice.calls == ("webrtc-udp",) and "todo.not_calls" not in advice.todo


def test_a_way_that_failed_is_not_named() -> None:
    advice = advise(with_rungs(CLEAN, live=None, stream=None, pieces=20.0, radio=None, text=1.0))
    assert advice.sound and advice.sound.rung == "pieces" and advice.speaking and advice.speaking.rung == "pieces"
    only = advise(with_rungs(CLEAN, live=None, stream=None, pieces=None, radio=None, text=1.0))
    assert only.sound is None and only.writing and "todo.read" in only.todo
    none = advise(with_rungs(CLEAN, live=None, text=None))
    assert not none.can_attend and "todo.another_network" in none.todo


def test_a_picture_needs_a_rate_that_was_seen() -> None:
    wide, narrow, none = (advise(with_rungs(CLEAN, live=kbps)) for kbps in (400.0, 20.0, 10.0))
    assert wide.picture and not wide.still
    assert narrow.still and not narrow.picture and any("still picture" in line for line in tell(narrow))
    assert not none.picture and not none.still


def test_where_calls_are_blocked_it_says_so_and_how_to_attend() -> None:
    whole = measured(PROFILES["stun-cookie"][0], 1)
    advice = advise(whole)
    assert advice.sound and {"todo.attend_by", "todo.not_calls"} <= set(advice.todo)
    assert "unknown.who" in advice.unknown
    text = " ".join(tell(advice))
    assert advice.calls is None and "Calls" not in text
    assert text.startswith("From here you can listen (live)") and "{" not in text


def test_a_lite_check_and_a_vpn_say_what_they_cannot_know() -> None:
    lite = measured(World(lite=True), 1)
    assert "unknown.no_media" in advise(lite).unknown
    vpn = msgspec.structs.replace(lite, network=msgspec.structs.replace(lite.network, vpn=True))
    assert "unknown.vpn" in advise(vpn).unknown


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(measurements())
def test_any_measurement_has_advice_in_every_language(whole: Measurement) -> None:
    findings = judge(whole)
    advice = advise(whole, findings)
    usable = {rung.name for rung in whole.rungs if rung.usable}
    ways = (advice.sound, advice.picture, advice.still, advice.speaking, advice.writing)
    named = {way.rung for way in ways if way}
    assert named | set(advice.calls or ()) <= usable
    for language in LANGUAGES:
        lines = [*tell(advice, language), *tell_unknown(advice, language)]
        lines += [tell_finding(one, language) for one in findings]
        assert all(line and "{" not in line for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_words_and_places(language: str) -> None:
    table, english = LANGUAGES[language], LANGUAGES["en"]
    assert table.keys() == english.keys()
    for key, text in english.items():
        places = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert {name for _, name, _, _ in string.Formatter().parse(table[key]) if name} == places, key


def test_what_stands_in_a_row_has_the_languages_own_comma() -> None:
    advice = advise(with_rungs(CLEAN, live=500.0, stream=500.0, pieces=500.0, text=1.0))
    assert len([way for way in (advice.sound, advice.picture, advice.speaking, advice.writing) if way]) > 2
    for language, comma in {"en": ", ", "fr": ", ", "ar": "، "}.items():
        lines = [*tell(advice, language), tell_node("stun.drop.app", language)]
        assert comma in lines[0] and comma in lines[-1]
        assert language != "ar" or "," not in "".join(lines)


def test_each_node_has_words() -> None:
    for rule in RULES:
        table = LANGUAGES["en"]
        first, _, rest = rule.node.partition(".")
        assert f"node.{first}" in table, rule.node
        last = rest.rpartition(".")[2]
        general = ("", "drop", "loss", "control", "clock", "portal", "network")
        assert last in general or f"part.{last}" in table or f"node.{rule.node}" in table, rule.node


def test_blocked_is_only_said_of_what_is_blocked() -> None:
    """The word stands in no advice and in no node, only in the two verdicts that mean it, and beside its residue."""
    allowed = {"verdict.blocked", "verdict.likely_blocked", "part.residual", "unknown.browser"}
    assert {key for key, text in LANGUAGES["en"].items() if "blocked" in text} == allowed
    assert all("block" not in tell_node(rule.node) for rule in RULES if rule.says not in ACCUSES)
