"""The participant's table leaves out other pages' words, and none that his page says."""

import json
import re
from pathlib import Path

import pytest

from jemaa.web.client_files import NOT_FOR_PARTICIPANTS, ClientFiles, for_participants

CLIENT = Path(__file__).parents[2] / "jemaa" / "client"
IMPORT = re.compile(r"""(?:\bfrom|\bimport\()\s*["'](\.[^"']+\.js)["']""")
OTHER_PAGES = re.compile(rf"""["'`]({"|".join(sorted(NOT_FOR_PARTICIPANTS))})\.[\w$]""")


def programs(entry: Path, known: set[Path] | None = None) -> set[Path]:
    """A module and all that it imports."""
    known = set() if known is None else known
    if entry not in known:
        known.add(entry)
        for name in IMPORT.findall(entry.read_text(encoding="utf-8")):
            programs((entry.parent / name).resolve(), known)
    return known


def test_no_program_of_the_participants_page_says_another_pages_words() -> None:
    ui = CLIENT / "ui"
    found = [
        f"{path.name}: {line.strip()}"
        for path in programs(ui / "listen.js") | programs(ui / "participant.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if OTHER_PAGES.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("table", sorted((CLIENT / "strings").glob("*.json")), ids=lambda path: path.stem)
def test_his_table_is_a_third_shorter_and_says_the_same(table: Path) -> None:
    words, his = json.loads(table.read_bytes()), json.loads(for_participants(table.read_bytes()))
    assert his.items() <= words.items() and his["hand.raise"]
    assert len(json.dumps(his)) < 0.7 * len(json.dumps(words))
    assert ClientFiles(CLIENT).hash
