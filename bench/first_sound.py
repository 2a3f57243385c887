"""From opening the link, or from pressing *Listen*, to the first sound: on a line of 64 kb/s and 100 ms, and here."""

import statistics

from jemaa.people.person import Cast, Person, wait_for_sound
from tests.e2e import acts
from tests.harness.server import Server

from .relay import Relay
from .report import Row
from .scene import meeting, people, unbroken_floor

RUNS = 3
GOAL, GOAL_HERE = 6.0, 1.0


def measure() -> list[Row]:
    """Three people each, one after the other, with an empty cache; the worst counts."""
    with meeting(unbroken_floor()) as server, people(places=1) as cast:
        return [thin(server, cast), here(server, cast)]


def thin(server: Server, cast: Cast) -> Row:
    """From the link, through a thin line."""
    took = []
    for _ in range(RUNS):
        relay = Relay(server.port, down_bps=64_000, up_bps=64_000, rtt=0.1)
        url = server.page("participant").replace(f":{server.port}", f":{relay.port}")
        with cast.person("Amina", "about:blank") as amina:
            began = amina.now()
            amina.page.goto(url, wait_until="commit")
            acts.listen(amina)
            took.append(first_sound(amina, began))
        relay.close()
    how = (
        "a relay on the loopback that paces all connections together, headers counted, each new connection paying its "
        "handshake; Listen is pressed as soon as it is there; no TLS, which would add one round trip and about 3 KB."
    )
    return Row("link to first sound at 64 kb/s down, 100 ms", figure(took), "under 6 s", max(took) < GOAL, how)


def here(server: Server, cast: Cast) -> Row:
    """From the press on a page that is loaded, with nothing in between."""
    took = []
    for _ in range(RUNS):
        with cast.person("Amina", server.page("participant")) as amina:
            began = amina.now()
            acts.listen(amina)
            took.append(first_sound(amina, began))
    return Row("press to first sound on localhost", figure(took), "within 1 s", max(took) <= GOAL_HERE)


def first_sound(amina: Person, began: int) -> float:
    """Seconds from the mark until something is heard."""
    wait_for_sound(amina, timeout=40)
    return float((abs(amina.heard(began)) > 0.01).argmax()) / 48_000


def figure(took: list[float]) -> str:
    """The worst and the middle one."""
    return f"{max(took):.2f} s at worst of {RUNS}, median {statistics.median(took):.2f} s"
