"""From the sound at a speaker's microphone to the same sound at a listener's loudspeaker, on path `live`."""

import statistics

from jemaa.people import hearing
from jemaa.people.person import Cast
from jemaa.people.speech import DELEGATE_SPEECH, RATE, Samples, Speech, say
from tests.e2e import acts

from .report import Row
from .scene import let_pass, meeting, people, silent_floor

GOAL_MS = 250
WINDOW = 2.0
"""Seconds of speech whose delay is measured at a time."""


def measure() -> list[Row]:
    """A delegate speaks for twenty seconds; every 2 s of it are found at the listener's ear."""
    with meeting(silent_floor()) as server, people(places=2) as cast:
        chair = server.join("chair")
        with (
            cast.person("Amina", server.page("participant", down="live")) as amina,
            cast.person("Badr", server.page("participant", down="live", up="live", name="Badr")) as badr,
        ):
            acts.listen(amina)
            acts.listen(badr)
            acts.raise_hand(badr)
            chair.give_floor_to_next()
            acts.speak(badr)
            acts.wait_for_path(amina, "live")
            speech = say(DELEGATE_SPEECH, voice="en-us+f3").repeated(24)
            speaking = badr.says(speech)
            let_pass(amina.place.square, speech.seconds + 2)
            said, heard = badr.place.said(speaking.mark), amina.heard(speaking.mark)
        delays = windows(said, heard)
        own = browser_alone(cast, server.url)
    middle = statistics.median(delays)
    spread = f"{min(delays):.0f} to {max(delays):.0f}"
    how = (
        "Chromium to Chromium; both ends are channels of one recording, so one clock; waveforms correlated over 2 s. "
        f"Of it, Chromium's own capture and playback take {own:.0f} ms, measured with its microphone connected to "
        "its loudspeaker in one page. On a line as near as this a listener gets the sound in batches of 20 ms, on "
        "others in 60, which is some 50 ms later and 20 kb/s less of headers."
    )
    return [
        Row(
            "mouth to ear on localhost, `live`",
            f"median {middle:.0f} ms ({spread})",
            "under 250 ms",
            middle < GOAL_MS,
            how,
        )
    ]


def windows(said: Samples, heard: Samples) -> list[float]:
    """Delay in ms of each 2 s of what was said that holds speech; the first 4 s let the jitter buffer settle."""
    step = int(WINDOW * RATE)
    delays = []
    for start in range(2 * step, len(said) - 2 * step, step):
        piece = Speech("", said[start : start + step])
        if hearing.level_db(piece.samples) > -40:
            delays.append(1000 * hearing.delay_of(piece, heard[start : start + 2 * step]))
    return delays


LOOPBACK = """async () => {
  const context = new AudioContext({sampleRate: 48000, latencyHint: 'interactive'});
  await context.resume();
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  window.microphone = await navigator.mediaDevices.getUserMedia({audio: plain});
  context.createMediaStreamSource(window.microphone).connect(context.destination);
}"""


def browser_alone(cast: Cast, url: str) -> float:
    """Delay in ms of Chromium from its microphone to its loudspeaker, without us."""
    with cast.person("Nobody", f"{url}/robots.txt") as nobody:
        nobody.page.evaluate(LOOPBACK)
        speaking = nobody.says(say(DELEGATE_SPEECH, voice="en-us+f3").repeated(12))
        let_pass(nobody.place.square, 13)
        return statistics.median(windows(nobody.place.said(speaking.mark), nobody.heard(speaking.mark)))
