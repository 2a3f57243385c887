"""STOI on every rung: spoken into a browser, mixed, encoded again, heard at a browser's loudspeaker."""

from jemaa.people import hearing
from jemaa.people.clarity import intelligibility
from jemaa.people.speech import DELEGATE_SPEECH, GUEST_SPEECH, RATE, Speech, say
from tests.e2e import acts

from .report import Row
from .scene import let_pass, meeting, people, silent_floor

RUNGS = (("live", 32, 0.95), ("stream", 12, 0.92), ("pieces", 8, 0.88))
"""Path, kb/s, and the intelligibility to reach."""


def measure() -> list[Row]:
    """A delegate speaks by `live`; each rung is listened to by itself."""
    speech = say(f"{DELEGATE_SPEECH} {GUEST_SPEECH}", voice="en-us+f3")
    rows = []
    with meeting(silent_floor()) as server, people(places=2) as cast:
        chair = server.join("chair")
        with cast.person("Badr", server.page("participant", up="live", name="Badr")) as badr:
            acts.listen(badr)
            acts.raise_hand(badr)
            chair.give_floor_to_next()
            acts.speak(badr)
            for path, kbps, goal in RUNGS:
                with cast.person("Amina", server.page("participant", down=path, sound=str(kbps))) as amina:
                    acts.listen(amina)
                    acts.wait_for_path(amina, path)
                    let_pass(amina.place.square, 6)
                    speaking = badr.says(speech)
                    end = let_pass(amina.place.square, speech.seconds + 8)
                    said, heard = badr.place.said(speaking.mark, end), amina.heard(speaking.mark, end)
                start = hearing.delay_of(speech, said)
                source = Speech("", said[round(start * RATE) :][: len(speech.samples)])
                value = intelligibility(source, heard)
                rows.append(
                    Row(f"STOI at {kbps} kb/s, `{path}`", f"{value:.3f}", f"at least {goal}", value >= goal, HOW)
                )
    return rows


HOW = (
    "mean over its seconds, a player's hurry and moves taken back; synthetic speech; microphone to loudspeaker,"
    " browsers included."
)
