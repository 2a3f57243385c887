"""What a page names: in any of the languages, in links, and nothing that is only a part of another word."""

import time

import pytest

from jemaa.audit import announcement, catalogue
from jemaa.audit.announcement import Announcement
from jemaa.errors import SettingsError
from jemaa.limits import AUDIT_PAGE_BYTES

APPS = catalogue.shipped()


def named(page: str) -> list[tuple[str, str, bool]]:
    return [(one.app, one.how, one.certain) for one in of(page.encode()).mentions]


def of(page: bytes) -> Announcement:
    return announcement.from_page(page, APPS)


@pytest.mark.parametrize(
    "page",
    [
        "<p>Remote participation: Skype, FaceTime and Google Hangouts.</p>",
        "<p>Participation à distance : SKYPE, Facetime, ou Google&nbsp;Hangouts</p>",
        "<ul><li>المشاركة عن بعد عبر سكايب وفيستايم وهانغ آوتس</ul>",
        "Skype / FaceTime / Hangouts on Air",
    ],
)
def test_the_announcement_of_2016_is_read_in_each_language(page: str) -> None:
    assert {app for app, _, _ in named(page)} == {"skype", "facetime", "hangouts"}


def test_a_link_names_its_application() -> None:
    page = '<a href="https://us02web.zoom.us/j/123?pwd=x">Join</a> <a href="skype:host?call">call</a> https://meet.jit.si/x'
    assert [(app, how) for app, how, _ in named(page)] == [("zoom", "link"), ("skype", "link"), ("jitsi", "link")]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Skypers unite, zoomed in</p>",
        "<p><script>var x = 'Skype'</script><style>.zoom{}</style><!-- WhatsApp -->",
        '<a href="https://notzoom.us/">x</a> <a href="https://zoom.us.example.org/">y</a>',
    ],
)
def test_what_only_looks_like_a_name_is_none(page: str) -> None:
    assert named(page) == []


def test_an_ordinary_word_is_no_certain_mention() -> None:
    (signal,) = [one for one in named("<p>Write to us on Signal</p>") if one[0] == "signal"]
    assert signal[2] is False
    assert not [one for one in named("<p>a good signal</p>") if one[0] == "signal"]


@pytest.mark.parametrize(
    "encoded",
    [
        "<meta charset=windows-1256><p>سكايب".encode("windows-1256"),
        "<p>Skype".encode("utf-16"),
        b"\xef\xbb\xbfSkype",
        b"<p>Skype \xff\xfe\x00</p>",
    ],
)
def test_any_encoding(encoded: bytes) -> None:
    assert [one.app for one in of(encoded).mentions] == ["skype"]


@pytest.mark.parametrize(
    "page",
    [
        b"<" * 2_000_000,
        b"<!--" * 500_000,
        b"<script>" * 250_000,
        b"<a href='" * 200_000,
        b"&#x" * 600_000,
        "سكاي".encode() * 250_000,
        b"Sky pe " * 280_000,
        b"https://" + b"a." * 900_000,
        b"\0" * 2_000_000,
    ],
)
def test_no_page_is_slow(page: bytes) -> None:
    """Time grows with the page and not with its square: two megabytes of the worst take seconds, not hours."""
    began = time.process_time()
    of(page)
    assert time.process_time() - began < 10


def test_a_page_that_is_no_announcement_is_refused() -> None:
    with pytest.raises(SettingsError, match="audit-page-too-large"):
        of(b"x" * (AUDIT_PAGE_BYTES + 1))


def test_a_list_of_names() -> None:
    found = announcement.from_names(["zoom", " Microsoft Teams ", "Zoom", ""], APPS)
    assert [one.app for one in found.mentions] == ["zoom", "teams"]
    with pytest.raises(SettingsError, match="audit-app-unknown") as refusal:
        announcement.from_names(["Carrier pigeon"], APPS)
    assert "whatsapp" in refusal.value.text


def test_what_is_kept_of_a_page_is_safe_to_print() -> None:
    (mention,) = of("<p>a\x1b[31m \u202eSkype\u202c now</p>".encode()).mentions
    assert "\x1b" not in mention.words and "\u202e" not in mention.words
