"""Profiles that end calls in the middle, at an age or after a volume, on packets and by the test's own clock."""

from collections.abc import Callable

import pytest

from jemaa.lab import rtp
from tests.lab.traffic import Network, binding, inverted


def lasts(network: Network, payload: Callable[[int], bytes], *, every: float, here: int = 50_000) -> tuple[float, int]:
    """Seconds, and bytes each way, for which packets there and back get through; all of two minutes if they do."""
    began, passed = network.now, 0
    while network.now - began < 120:
        sent = payload(passed)
        ways = network.up(sent, here=here), network.down(sent, here=here)
        if not any(ways):
            break
        assert all(ways), "cut both ways at once"
        passed += 1
        network.now += every
    return network.now - began, passed * len(payload(0))


def sound(number: int) -> bytes:
    return rtp.packet(number, bytes(148))


def twin(number: int) -> bytes:
    return inverted(sound(number))


@pytest.mark.parametrize(("given", "seconds"), [("", 30), (":seconds=4", 4), (":seconds=61.5", 61.5)])
def test_call_age_ends_calls_at_an_age_and_nothing_else(given: str, seconds: float) -> None:
    for every in (0.02, 0.04):
        network = Network(f"call-age{given}")
        for here in (50_120, 50_121):
            lived, _ = lasts(network, sound, every=every, here=here)
            assert seconds < lived < seconds + 2 * every, "a new call lives as long again"
        assert not network.down(b"the flow is dead for good", here=50_120)
        assert lasts(network, twin, every=every, here=50_122)[0] >= 120
        assert lasts(network, lambda number: binding(), every=every, here=50_123)[0] >= 120
        stream = network.tcp(port=40_000)
        assert all(stream.up(sound(number)) for number in range(5))
        network.now += 2 * seconds
        assert all(stream.up(sound(number)) for number in range(5)), "TCP is not looked at"
        assert all(network.up(sound(number), 443) for number in range(5))


def test_call_age_counts_from_the_first_packet_of_the_flow() -> None:
    network = Network("call-age")
    assert network.up(binding())
    network.now += 29
    assert all(network.up(sound(number)) and network.down(sound(number)) for number in range(5))
    network.now += 2
    assert not network.up(sound(9)) and not network.up(binding())


@pytest.mark.parametrize(("given", "count"), [("", 131_072), (":count=20000", 20_000)])
def test_call_bytes_ends_calls_at_a_volume_at_whatever_age(given: str, count: int) -> None:
    for every in (0.02, 0.04):
        network = Network(f"call-bytes{given}")
        for here in (50_130, 50_131):
            lived, volume = lasts(network, sound, every=every, here=here)
            assert count - 160 <= volume <= count and lived == pytest.approx(volume / 160 * every)
        assert lasts(network, twin, every=every, here=50_132)[0] >= 120
        stream = network.tcp(port=40_000)
        assert all(stream.down(bytes(1_200)) for _ in range(200))
