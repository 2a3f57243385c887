"""How many packets a second the lab's middlebox judges on one core, with rules.

Calls (RTP both ways) and downloads go through the engine of each profile in one process; then a flood of datagrams
goes through a whole lab, devices and all, and the middlebox's own figures say how it kept up.
"""

import json
import statistics
import sys
import time

from jemaa import limits
from jemaa.lab import packet as wire
from jemaa.lab import places, rtp
from jemaa.lab.engine import Engine
from jemaa.lab.packet import Direction
from jemaa.lab.profile import load, names
from jemaa.lab.topology import Lab

from .report import Row

PACKETS = 40_000
WHOLE = ("clean", "ma-2016-may")


def measure() -> list[Row]:
    """Every profile's engine alone, and two whole labs."""
    goal = limits.LAB_PACKETS_A_SECOND
    packets = traffic()
    rates = {name: 1 / judged(name, packets) for name in names()}
    slowest = min(rates, key=lambda name: rates[name])
    figure = f"{rates[slowest]:,.0f}/s (`{slowest}`), {statistics.median(rates.values()):,.0f}/s at the median"
    rows = [
        Row(
            f"packets that the lab's middlebox judges on a core, slowest of {len(rates)} profiles",
            figure,
            f"{goal:,}/s",
            rates[slowest] >= goal,
            f"{PACKETS:,} packets of twenty calls and ten downloads; processor time",
        )
    ]
    for name in WHOLE:
        found = through_devices(name)
        rate, busy, lost = found["packets_a_second"], found["busy"], found["lost"]
        figure = f"{rate:,.0f}/s, {lost:.0f} lost, {busy:.0%} of a core"
        what = f"packets through a whole lab, `{name}`"
        reached = rate >= goal and lost == 0
        rows.append(Row(what, figure, f"{goal:,}/s, none lost", reached, "the sender has the same two cores"))
    return rows


def traffic() -> list[tuple[bytes, Direction]]:
    """Twenty calls and ten downloads, mixed."""
    here, there = wire.address(places.PARTICIPANT[0]), wire.address(places.SERVER[0])
    found: list[tuple[bytes, Direction]] = []
    for number in range(PACKETS // 4):
        call, load_port = 50_000 + number % 20, 52_000 + number % 10
        sound = rtp.packet(number // 20, bytes(120))
        found.append((wire.udp(here, call, there, 40_000, sound), "up"))
        found.append((wire.udp(there, 40_000, here, call, sound), "down"))
        found.append((wire.tcp(there, 443, here, load_port, bytes(1200), sequence=number * 1200), "down"))
        found.append((wire.tcp(here, load_port, there, 443, acknowledgement=number * 1200), "up"))
    return found


def judged(name: str, packets: list[tuple[bytes, Direction]]) -> float:
    """Seconds of processor time for a packet."""
    engine = Engine(load(name))
    began = time.process_time()
    for number, (raw, direction) in enumerate(packets):
        engine.judge(raw, direction, number / limits.LAB_PACKETS_A_SECOND)
    return (time.process_time() - began) / len(packets)


FLOOD = """
import socket, sys, time
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.connect((sys.argv[1], 9))
began, sent = time.monotonic(), 0
rate, head, sound = float(sys.argv[2]), bytes([0x80, 111]), bytes(128)
while (now := time.monotonic() - began) < 12:
    while sent < now * rate:
        try:
            one.send(head + (sent & 0xFFFF).to_bytes(2, "big") + sound)
        except OSError:
            pass
        sent += 1
    time.sleep(0.001)
"""


def through_devices(name: str) -> dict[str, float]:
    """The middlebox's own figures while the participant sends what it must keep up with."""
    with Lab(name) as lab:
        rate = str(limits.LAB_PACKETS_A_SECOND * 1.05)
        lab.popen("participant", [sys.executable, "-c", FLOOD, places.SERVER[0], rate]).wait()
        notes = [json.loads(line) for line in lab.log.read_text().splitlines() if '"speed"' in line]
    best: dict[str, float] = max(notes, key=lambda note: float(note["packets_a_second"]))
    return best
