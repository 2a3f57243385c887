"""A person's browser hears with its own loudspeaker and speaks with its own microphone."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from jemaa.people import hearing
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Cast, wait_for_sound
from jemaa.people.speech import DELEGATE_SPEECH, say

PAGE = b"""<!doctype html><title>echo</title><button>Listen</button><script>
document.querySelector('button').onclick = async () => {
  const context = new AudioContext({sampleRate: 48000});
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  window.microphone = await navigator.mediaDevices.getUserMedia({audio: plain});
  context.createMediaStreamSource(window.microphone).connect(context.destination);
  document.title = 'open';
};
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every request with the page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_two_people_have_two_mouths_and_two_ears(url: str, tmp_path: Path) -> None:
    speech = say(DELEGATE_SPEECH, voice="en-us+f3").part(0, 4)
    with Square(tmp_path / "square", places=2) as square, sync_playwright() as playwright:
        cast = Cast(playwright, square)
        with cast.person("Amina", url) as amina, cast.person("Badr", url) as badr:
            for person in (amina, badr):
                person.page.get_by_role("button", name="Listen").click()
                person.page.wait_for_function("document.title === 'open'")
            amina.says(speech)
            mark = wait_for_sound(amina)
            square.wait_until_recorded(mark + 5 * 48_000)
            assert hearing.hears(speech, amina.heard(mark - 24_000))
            assert hearing.level_db(badr.heard(mark)) < -90
            assert amina.hosts == badr.hosts == {url.split("/")[2]}
            assert not amina.complaints
        cast.close()
        assert square.place().number in (0, 1), "its place is free again"
