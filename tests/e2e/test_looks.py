"""How the pages look where they are not as at their makers': on a phone, from right to left, in the dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ViewportSize, expect

from jemaa.people.person import Cast
from jemaa.people.speech import Speech
from tests.harness.server import Server

from . import sitting

PHONE: ViewportSize = {"width": 390, "height": 844}

LAST = {"participant": "سجّل سؤالًا", "chair": "اختتم…"}
"""By a page's role: a button of the panels that come last."""

OUTSIDE = """() => [...document.querySelectorAll('body *')]
  .filter((e) => e.checkVisibility() && !e.closest('.sr, .skip'))
  .filter((e) => { const { left, right } = e.getBoundingClientRect(); return left < 0 || right > innerWidth; })
  .map((e) => e.outerHTML.slice(0, 120))"""
"""What is partly beyond an edge of the screen."""

TEXTS = """() => {
  const rgba = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (let one = e; one; one = one.parentElement) {
      const [red, green, blue, alpha = 1] = rgba(getComputedStyle(one).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body, body *')]
    .filter((e) => e.checkVisibility() && !e.closest('.sr, .skip, :disabled'))
    .map((e) => [e, [...e.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data).join('').trim()])
    .filter(([, text]) => text)
    .map(([e, text]) => ({ text, ink: rgba(getComputedStyle(e).color).slice(0, 3), ground: ground(e) }));
}"""
"""The words in sight, each with its colour and the colour behind it."""


@pytest.fixture
def meeting(tmp_path: Path, floor: Speech) -> Iterator[Server]:
    with Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server:
        yield server


def luminance(colour: list[float]) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    shares = [part / 255 for part in colour]
    red, green, blue = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: dict[str, Any]) -> float:
    """Of a text with what is behind it, from 1 to 21."""
    dark, light = sorted((luminance(text["ink"]), luminance(text["ground"])))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("role", LAST)
def test_on_a_phone_in_arabic_and_in_the_dark_nothing_sticks_out_and_all_can_be_read(
    role: str, cast: Cast, meeting: Server
) -> None:
    sitting.hold(meeting)
    address = meeting.page(role, lang="ar")
    with cast.person("أمينة", address, viewport=PHONE, color_scheme="dark", locale="ar-MA") as amina:
        page = amina.page
        expect(page.get_by_role("button", name=LAST[role])).to_be_visible(timeout=15_000)
        greeting = page.get_by_test_id("chat").get_by_text("Good morning from Figuig")
        expect(greeting).to_have_css("text-align", "right")
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(OUTSIDE) == []
        texts = page.evaluate(TEXTS)
        assert len(texts) > 40
        assert luminance(texts[0]["ground"]) < 0.05, "it is dark"
        assert [text for text in texts if contrast(text) < 4.5] == []
