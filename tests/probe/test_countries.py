"""The list of countries of care has its sources, and the browser's is the same by the clock."""

import json
import re
from pathlib import Path

from jemaa.probe.countries import COUNTRIES, careful

CALLS = Path(__file__).parents[2] / "jemaa" / "client" / "check" / "calls.js"


def test_every_country_of_care_says_why_and_who_says_so() -> None:
    assert len({row.country for row in COUNTRIES}) == len(COUNTRIES)
    for row in COUNTRIES:
        assert len(row.country) == 2 and row.why and row.sources and row.zones, row.country
        for source in row.sources:
            assert source.publisher and re.match(r"20\d\d", source.date) and source.url.startswith("http"), row.country
            assert source.publisher in row.source
    assert careful("ET") and careful("MA") is None and careful(None) is None


def test_the_page_is_careful_in_the_same_countries() -> None:
    """It has zones and no more, because the lowest rung pays for each byte."""
    found = re.search(r"const CAREFUL = (\[[^\]]*\]);", CALLS.read_text())
    assert found and json.loads(found[1]) == [zone for row in COUNTRIES for zone in row.zones]
