"""A sitting under way, held by people without browsers: there is something in each panel of a page."""

from tests.harness.server import Attendant, Server


def hold(meeting: Server) -> None:
    """Badr has the floor; Amina waits, has asked and written; a line of captions was written."""
    hand_up(meeting, "Badr")
    amina = hand_up(meeting, "Amina")
    meeting.join("chair").give_floor_to_next()
    amina.command("ask", text="Why does water cost more? https://water.example.org/tariffs/2031/" + "0123456789" * 8)
    amina.command("say", text="Good morning from Figuig")
    meeting.join("captioner").command("post_caption", text="Item two: water.", language="en")


def hand_up(meeting: Server, name: str) -> Attendant:
    """Somebody of that name who has raised a hand."""
    person = meeting.join("participant")
    person.command("introduce", name=name, affiliation="Association of the users of the water of Figuig")
    person.command("raise_hand")
    return person
