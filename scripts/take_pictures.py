"""Takes the pictures of the README from the real pages of a running demo: `make images`."""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from jemaa.people.person import SWITCHES, chromium_path  # noqa: E402 - the path comes first
from tests.harness.server import Server  # noqa: E402

FOLDER = ROOT / "docs" / "images"
DESKTOP: ViewportSize = {"width": 1180, "height": 1240}
PHONE: ViewportSize = {"width": 390, "height": 1000}

PICTURES = (
    ("participant", "participant", DESKTOP),
    ("participant-phone", "participant", PHONE),
    ("chair", "chair", DESKTOP),
    ("text", "text", PHONE),
)
"""File name, role, size; the phone's is taken in the dark."""

CAPTIONS = (
    "Good morning, and welcome to this public meeting.",
    "The first item on our agenda is the price of water in the old town.",
    "Delegates who attend from elsewhere have raised their hands; we will hear them in turn.",
)


def main() -> None:
    """One picture of each page that a newcomer should see."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, Server(Path(name) / "data") as server:
        fill(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=SWITCHES)
            for picture, role, size in PICTURES:
                page = browser.new_page(viewport=size, locale="en-GB")
                page.emulate_media(color_scheme="dark" if picture.endswith("phone") else "light")
                page.goto(server.page(role))
                take(page, FOLDER / f"{picture}.png", listen=role == "participant")
                page.close()
            browser.close()


def fill(server: Server) -> None:
    """A meeting in which something happens."""
    captioner = server.join("captioner")
    for line in CAPTIONS:
        captioner.command("post_caption", text=line, language="en")
    for name, affiliation, words in (
        ("Amina B.", "Figuig", "Good morning from the oasis; the sound is clear on 3G."),
        ("Badr E.", "Water users' association", "The text page works here while calls are blocked."),
    ):
        person = server.join("participant")
        person.command("introduce", name=name, affiliation=affiliation)
        person.command("say", text=words)
        person.command("raise_hand")
    asking = server.join("participant")
    asking.command("introduce", name="Chaimae T.", affiliation="Student")
    asking.command("ask", text="Will the minutes be published in Tamazight as well?")


def take(page: Page, path: Path, *, listen: bool) -> None:
    """The page as it looks in use: sound by the best path, the picture shown, what the meeting has brought."""
    if listen:
        page.get_by_role("button", name="Listen").first.click()
        page.locator('[data-path="live"]').wait_for(timeout=30_000)
        page.get_by_role("button", name="Show the picture").click()
        expect(page.get_by_test_id("cost")).to_contain_text(re.compile("[1-9]"), timeout=40_000)
        page.get_by_test_id("picture").wait_for(timeout=20_000)
    state = page.frame_locator("iframe").get_by_test_id("state") if page.locator("iframe").count() else None
    expect(state or page.get_by_test_id("state")).not_to_be_empty(timeout=20_000)
    expect(page.locator("body")).to_contain_text("A public meeting")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
