"""The facts that the lab gave are kept, and the rules of today still accuse nobody who does nothing."""

from pathlib import Path

import pytest

from bench.confusion import Row, facts_in, rows
from bench.ground_truth_expected import EXPECTED, NEUTRAL
from jemaa.facts.read import OLDEST, read
from jemaa.lab.profile import names

FACTS = Path(__file__).parent.parent.parent / "docs" / "ground-truth" / "facts.jsonl.xz"


@pytest.fixture(scope="module")
def found() -> dict[str, Row]:
    return rows([FACTS])


def test_every_network_of_the_lab_has_its_right_answer() -> None:
    assert set(names()) == set(EXPECTED) | NEUTRAL and not set(EXPECTED) & NEUTRAL


def test_kept_facts_are_facts_and_say_nothing_of_anybody() -> None:
    for line in facts_in(FACTS):
        assert read(line, OLDEST * 2).profile


def test_no_network_that_does_nothing_is_accused(found: dict[str, Row]) -> None:
    neutral = {profile: row for profile, row in found.items() if profile in NEUTRAL}
    assert sum(row.runs for row in neutral.values()) >= 30
    assert not {profile: row.wrong for profile, row in neutral.items() if row.wrong}


def test_no_network_is_accused_of_what_it_does_not_do(found: dict[str, Row]) -> None:
    assert not {profile: row.wrong for profile, row in found.items() if row.wrong}
