"""Plain lines, each way: rate, delay, jitter, loss and buffer, by a clock of the test's own."""

import pytest

from jemaa.lab import packet, profile
from jemaa.lab.packet import Direction
from tests.lab.traffic import HERE, SERVER, Network

LINES = [name for name in profile.names() if name.startswith("link-")]
PACKETS: dict[Direction, bytes] = {
    "up": packet.udp(HERE, 50_000, SERVER, 40_000, bytes(1172)),
    "down": packet.udp(SERVER, 40_000, HERE, 50_000, bytes(1172)),
}
BYTES = len(PACKETS["up"])

each_line = pytest.mark.parametrize("name", LINES)
each_way = pytest.mark.parametrize("way", ["up", "down"])


def arrivals(network: Network, way: Direction, every: float, count: int) -> list[tuple[float, float]]:
    """Send so many packets, one `every` so many seconds: when each that arrives was sent, and when it arrives."""
    found = []
    for _ in range(count):
        found += [(network.now, one.at) for one in network.give(PACKETS[way], way)]
        network.now += every
    return found


@each_line
@each_way
def test_a_line_that_is_too_full_carries_its_rate_and_drops_the_rest(name: str, way: Direction) -> None:
    network, line = Network(name), profile.load(name).link[way]
    alone = BYTES * 8 / 1000 / line.kbit
    found = arrivals(network, way, alone / 4, 2000)
    first, last = found[0][1], found[-1][1]
    kbit = (len(found) - 1) * BYTES * 8 / 1000 / (last - first)
    assert line.kbit * 0.85 < kbit < line.kbit * 1.05
    assert [at for _, at in found] == sorted(at for _, at in found), "a line keeps the order"
    waited = max(at - sent for sent, at in found)
    full = line.buffer_bytes * 8 / 1000 / line.kbit
    assert full * 0.9 < waited - line.seconds < full + line.jitter + alone
    assert {one.outcome for one in network.decisions} >= {"buffer-full"}


@each_line
@each_way
def test_a_line_with_room_has_its_delay_jitter_and_loss(name: str, way: Direction) -> None:
    network, line = Network(name), profile.load(name).link[way]
    alone = BYTES * 8 / 1000 / line.kbit
    found = arrivals(network, way, line.jitter + 2 * alone, 4000)
    delays = [at - sent - line.seconds - alone for sent, at in found]
    assert -1e-6 < min(delays) <= 0.05 * line.jitter and 0.95 * line.jitter <= max(delays) <= line.jitter + 1e-6
    assert {one.outcome for one in network.decisions} == {"line-loss"}
    assert 0.5 * line.loss < 1 - len(found) / 4000 < 1.6 * line.loss


@each_line
def test_a_way_that_is_full_leaves_the_other_free(name: str) -> None:
    network, line = Network(name), profile.load(name).link["down"]
    arrivals(network, "up", 0, 2000)
    most = line.seconds + line.jitter + BYTES * 8 / 1000 / line.kbit
    assert all(at - sent < most + 1e-6 for sent, at in arrivals(network, "down", 1, 5))
