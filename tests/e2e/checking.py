"""What the page of the check says."""

from playwright.sync_api import Page, expect

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
