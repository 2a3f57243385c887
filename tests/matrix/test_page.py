"""The page: whole, by itself, and as true as the record."""

import re
from html.parser import HTMLParser

from jemaa.lab import profile as profiles
from jemaa.matrix.page import page
from jemaa.matrix.page_grid import GROUPS, blocks, group

from .cells import cell, change, matrix

VOID = {"meta", "br", "link", "img", "input"}
OPTIONAL = {"html"}


class Reader(HTMLParser):
    """Rows of the tables as words, and whether every element is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes something else"

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def row(self, head: str, number: int = 0) -> list[str]:
        """The so-manieth row that begins with this."""
        return [row for row in self.rows if row and row[0] == head][number]


def test_the_page_is_whole_and_needs_nothing_but_itself() -> None:
    read = Reader(page(matrix(cell(), cell("udp-off", system="other"))))
    assert read.open == []
    assert not read.tags & {"script", "img", "link", "iframe", "video"}
    assert [value for name, value in read.attributes if name in ("src", "href") and ":" in (value or "")] == []


def test_a_row_says_in_words_what_the_cell_says() -> None:
    read = Reader(page(matrix(cell("udp-off", sees=None, note=False, first_sound=1.25))))
    assert [word.strip("✓✕·") for word in read.row("udp-off")[1:]] == [
        *("yes", "no such thing", "yes", "yes", "no", "yes", "1.2"),
    ]


def test_what_was_not_tried_is_empty_and_not_a_no() -> None:
    read = Reader(page(matrix(cell("sni"), cell("clean", system="other"))))
    assert read.row("sni")[8:] == [""] * 7


def test_forced_paths_have_a_grid_of_their_own() -> None:
    run = matrix(cell(), cell(route="radio", speaks=False), cell(route="live"))
    own, forced = Reader(page(run)).row("clean"), Reader(page(run)).row("clean", 1)
    assert (len(own), len(forced)) == (8, 5)
    assert [word.strip("✓✕·") for word in forced[1:]] == ["yes", "no", "yes", "yes"]


def test_networks_that_began_in_mid_speech_have_a_table_of_their_own() -> None:
    found = [change("udp-off"), change("sni", hears=False, again=None, gap_again=None, same_page=False)]
    run = matrix(cell("udp-off"), cell("sni"), changes=found)
    calm, hard = (Reader(page(run)).row(name, 1)[1:] for name in ("udp-off", "sni"))
    assert [word.strip("✓✕") for word in calm] == ["yes", "0.5", "0.8", "pieces", "30.0", "0.0"]
    assert [word.strip("✓✕") for word in hard] == ["no (the page was loaded again)", "0.5", "0.8", "pieces", "–", "–"]
    assert "in mid-speech" not in page(matrix(cell()))


def test_the_first_sound_is_counted_where_something_is_blocked() -> None:
    run = matrix(
        cell(first_sound=9.0),
        cell("udp-off", first_sound=1.0),
        cell("sni", first_sound=2.0),
        cell("dtls", first_sound=4.0),
        cell("link-edge", first_sound=20.0),
        cell("dest-whitelist", hears=False, first_sound=None),
    )
    row = Reader(page(run)).row("jemaa 1.0")
    assert row[1:3] == ["6", "5 of 6"]
    assert row[-1] == "2.0 s, 4.0 s"
    assert blocks("corp-capped") and blocks("sni@link-adsl-2016")
    assert not blocks("clean") and not blocks("clean@link-3g") and not blocks("link-3g")


def test_what_a_browser_said_cannot_become_a_part_of_the_page() -> None:
    read = Reader(page(matrix(cell(path="<script>", failures={"hears": "<script>alert(1)</script> & more"}))))
    assert "script" not in read.tags


def test_every_profile_of_the_lab_has_its_group() -> None:
    names = profiles.names()
    grouped = {title: [name for name in names if group(name) == title] for title, _ in GROUPS}
    assert all(grouped.values())
    assert grouped["Nothing is blocked"] == ["clean"]
    assert {"ma-2016-may", "eg-2015", "cn"} <= set(grouped["Countries, as reported"])
    assert all(re.match("link-", name) for name in grouped["The line is thin"])
    assert {"dns+ip", "udp-off", "sni"} <= set(grouped["One thing is blocked"])


def test_a_system_that_the_machine_lacks_is_named_with_the_reason() -> None:
    assert "other is left out: It is not installed." in page(
        matrix(cell(), systems={"jemaa": "1.0", "other": "It is not installed."})
    )
