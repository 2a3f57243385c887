"""How long a voice is heard after the chair took the floor back, or muted it."""

from jemaa.people import hearing
from jemaa.people.speech import DELEGATE_SPEECH, unbroken
from tests.e2e import acts

from .report import Row
from .scene import let_pass, meeting, people, silent_floor

GOAL = 0.5


def measure() -> list[Row]:
    """Muted once and taken back twice, in one sitting; the clock starts before the chair's request is sent."""
    speech = unbroken(DELEGATE_SPEECH, voice="en-us+f3")
    took = []
    with meeting(silent_floor()) as server, people(places=2) as cast:
        chair = server.join("chair")
        with (
            cast.person("Amina", server.page("participant")) as amina,
            cast.person("Badr", server.page("participant", name="Badr")) as badr,
        ):
            acts.listen(amina)
            acts.listen(badr)
            for command in ("mute", "take_floor", "take_floor"):
                acts.raise_hand(badr)
                person = chair.give_floor_to_next()
                acts.speak(badr)
                speaking = badr.says(speech.repeated(60))
                acts.wait_until_hears(amina, speech)
                began = amina.now()
                chair.command(command, person=person)
                took.append(hearing.last_loud(amina.heard(began, let_pass(amina.place.square, 2))))
                speaking.stop()
                if command == "mute":
                    chair.command("take_floor", person=person)
    figure = f"muted {took[0]:.2f} s; taken back {took[1]:.2f} and {took[2]:.2f} s"
    return [Row("voice gone after the chair's word", figure, "within 0.5 s", max(took) <= GOAL)]
