"""What the page of the check says."""

import time
from pathlib import Path

from playwright.sync_api import Page, expect

from jemaa.facts.read import read
from jemaa.facts.record import Measurement

from . import acts

ANSWER_MS = 10_000
"""How long a person waits for the first advice at the most, whatever the network."""


def answer(page: Page) -> str:
    """The first advice, once it is there."""
    expect(page.locator("#answer[data-how=sound], #answer[data-how=text], #answer[data-how=none]")).to_be_visible(
        timeout=ANSWER_MS
    )
    return page.get_by_test_id("answer").inner_text()


def finish(page: Page) -> None:
    """Wait until every way has been tried."""
    expect(page.locator("#answer[data-over]")).to_be_visible(timeout=2 * ANSWER_MS)


def way(page: Page, name: str) -> str:
    """Whether a way works: yes, no, skip."""
    return page.locator(f"li[data-way={name}]").get_attribute("data-is") or ""


def named_way(page: Page) -> str:
    """The way that the advice names, as the address of a meeting's page takes it."""
    return page.get_by_test_id("answer").get_attribute("data-way") or ""


def facts_of(page: Page) -> Measurement:
    """What the page lets one download."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the facts").click()
    return read(Path(download.value.path()).read_bytes(), time.time())


def begin_fuller_test(page: Page) -> None:
    """With the keyboard alone; the connections that live long are left out."""
    finish(page)
    acts.tab_to(page, "Look at the fuller test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start the fuller test")).to_be_visible(timeout=10_000)
    acts.tab_to(page, "Connections that live")
    page.keyboard.press("Space")
    page.get_by_label("How do you reach the internet?").select_option("adsl")
    acts.tab_to(page, "Start the fuller test")
    page.keyboard.press("Enter")
