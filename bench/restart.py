"""kill -9 of the server in mid-meeting: how long until a listener hears again, and what was lost."""

from jemaa.people import hearing
from jemaa.people.person import Person
from jemaa.people.wait import wait_until
from tests.e2e import acts
from tests.harness.server import Server

from .report import Row
from .scene import meeting, people, unbroken_floor

RUNS = 3
GOAL = 5.0


def measure() -> list[Row]:
    """Killed and started three times below one listener, each time after some acknowledged chat messages."""
    back, lost = [], 0
    with meeting(unbroken_floor()) as server, people(places=1) as cast, cast.person("Amina", "about:blank") as amina:
        amina.page.goto(server.page("participant"))
        acts.listen(amina)
        acts.wait_until_hears(amina, unbroken_floor())
        for _ in range(RUNS):
            acknowledged = talk(server)
            server.kill()
            wait_until(lambda: hearing.level_db(amina.heard(amina.now() - 24_000)) < -70, "silence")
            server.start()
            back.append(seconds_until_sound(amina))
            lost += max(acknowledged - int(server.join("participant").state()["seq"]), 0)
            acts.wait_until_hears(amina, unbroken_floor())
    figure = f"{max(back):.1f} s at worst of {RUNS}"
    return [
        Row("sound back after kill -9, from the restart", figure, "within 5 s", max(back) <= GOAL),
        Row("acknowledged events lost by kill -9", str(lost), "none", lost == 0),
    ]


def talk(server: Server) -> int:
    """Some chat; the number of the last event that was acknowledged."""
    badr = server.join("participant")
    badr.command("introduce", name="Badr")
    return max(badr.command("say", text=f"message {n}") for n in range(5))


def seconds_until_sound(person: Person) -> float:
    """From now."""
    began = person.now()
    wait_until(lambda: hearing.first_loud(person.heard(began)) is not None, "sound", timeout=30)
    return hearing.first_loud(person.heard(began)) or 0.0
