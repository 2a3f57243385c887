"""The jitter buffer, with a clock of our own: what arrives in which way, and what is heard."""

from collections.abc import Iterable

import numpy as np
import pytest

from jemaa.limits import JITTER_KEPT_SECONDS
from jemaa.sound.jitter import BLOCK, JitterBuffer
from jemaa.sound.opus import RATE, Samples

from .speaking import lag_of, tone, understood, words

Arrival = tuple[float, Samples]


def heard(
    arrivals: Iterable[Arrival], seconds: float, *, speed: float = 1.0, buffer: JitterBuffer | None = None
) -> Samples:
    """Pull a block each 20 ms of a clock that runs at `speed`, while sound arrives at its times."""
    buffer = buffer or JitterBuffer()
    waiting = sorted(arrivals, key=lambda arrival: arrival[0])
    blocks = []
    for tick in range(int(seconds * 50)):
        now = 100 + tick / 50
        while waiting and 100 + waiting[0][0] * speed <= now:
            at, samples = waiting.pop(0)
            buffer.put(samples, 100 + at * speed)
        blocks.append(buffer.pull(now))
    return np.concatenate(blocks)


def evenly(samples: Samples, chunk_ms: int = 20, delays: Iterable[float] | None = None) -> list[Arrival]:
    """Each chunk leaves when its last sample has been said; `delays` come on top; none overtakes another."""
    size = chunk_ms * RATE // 1000
    parts = [samples[at : at + size] for at in range(0, len(samples), size)]
    late = list(delays) if delays is not None else [0.0] * len(parts)
    times: list[float] = []
    for n, delay in zip(range(len(parts)), late, strict=True):
        times.append(max((n + 1) * chunk_ms / 1000 + delay, times[-1] if times else 0))
    return list(zip(times, parts, strict=True))


def test_even_sound_is_heard_whole_and_soon() -> None:
    samples = words()[: 6 * RATE]
    out = heard(evenly(samples), 6.2)
    lag = lag_of(samples, out)
    assert lag / RATE <= 0.020 + 0.050, "20 ms until a chunk is whole, 50 until it is mixed"
    assert understood(samples, out) > 0.99


@pytest.mark.parametrize("most", [0.03, 0.12])
def test_uneven_sound_is_heard_nearly_whole(most: float) -> None:
    samples = words()[: 10 * RATE]
    random = np.random.default_rng(3)
    arrivals = evenly(samples, 20, random.uniform(0, most, -(-len(samples) // 960)))
    out = heard(arrivals, 10.5)
    assert understood(samples[2 * RATE :], out[2 * RATE :]) > 0.93
    assert lag_of(samples[5 * RATE :], out[5 * RATE :]) / RATE < most * 1.5 + 0.08


def test_pieces_of_half_a_second_are_heard_without_gaps() -> None:
    samples = words()[: 8 * RATE]
    random = np.random.default_rng(4)
    arrivals = evenly(samples, 500, random.uniform(0, 0.1, 16))
    out = heard(arrivals, 9)
    assert understood(samples, out) > 0.97
    assert 0.5 < lag_of(samples, out) / RATE < 0.9


@pytest.mark.parametrize("speed", [0.9995, 1.0005])
def test_two_clocks_that_differ_neither_starve_nor_fill_the_buffer(speed: float) -> None:
    samples = tone(60)
    buffer = JitterBuffer()
    out = heard(evenly(samples), 59 * speed, speed=speed, buffer=buffer)
    assert buffer.waiting_ms < 80
    blocks = np.abs(out[RATE:].reshape(-1, BLOCK)).max(axis=1)
    assert (blocks < 0.3).mean() < 0.01


def test_a_publisher_who_vanishes_in_mid_word_fades_within_a_tenth_of_a_second() -> None:
    out = heard(evenly(tone(1)), 1.5)
    last = int(np.flatnonzero(np.abs(out) > 0.005)[-1])
    assert last / RATE < 1 + 0.06 + 0.1
    assert np.abs(np.diff(out[RATE // 2 :])).max() < 0.1, "no click: the tone itself moves 0.03 a sample"


def stalled(samples: Samples, *stalls: tuple[float, float]) -> list[Arrival]:
    """As evenly as it was said, but what falls into a stall comes all at once at its end."""
    return [(next((end for begin, end in stalls if begin < at < end), at), part) for at, part in evenly(samples)]


def gaps(out: Samples) -> list[float]:
    """Seconds of each time in which it was quite silent for longer than these words are by themselves."""
    loud = np.flatnonzero(np.abs(out.reshape(-1, BLOCK)).max(axis=1) > 0.003)
    return [float(blocks) / 50 for blocks in np.diff(loud) if blocks > 25]


@pytest.mark.parametrize("seconds", [0.8, 1.5, 3.0])
def test_what_a_stall_held_back_is_heard_and_then_he_is_soon_on_time_again(seconds: float) -> None:
    samples = np.concatenate([words(), words()])
    out = heard(stalled(samples, (3.2, 3.2 + seconds)), len(samples) / RATE + 1)
    held = samples[int(3.3 * RATE) : int(3.8 * RATE)]
    assert understood(held, out[int((3.2 + seconds) * RATE) : int((4.4 + seconds) * RATE)]) > 0.85
    late = 4 + 9 * seconds
    assert lag_of(samples[int(late * RATE) :][: 2 * RATE], out[int(late * RATE) :][: 3 * RATE]) / RATE < 0.15
    assert len(gaps(out)) == 1


def test_a_line_that_stalls_again_and_again_is_waited_for_after_the_second_time() -> None:
    samples = np.concatenate([words(), words(), words()])
    stalls = [(at, at + 1.2) for at in (5.0, 15.0, 24.0, 33.0, 45.0)]
    out = heard(stalled(samples, *stalls), len(samples) / RATE)
    assert len(gaps(out[: 20 * RATE])) == 2
    assert not gaps(out[20 * RATE :])


def test_one_stall_is_no_reason_to_wait_for_ever() -> None:
    samples = np.concatenate([words(), words(), words()])
    out = heard(stalled(samples, (5.0, 6.2), (50.0, 51.2)), len(samples) / RATE)
    assert lag_of(samples[46 * RATE : 48 * RATE], out[46 * RATE : 49 * RATE]) / RATE < 0.1
    assert len(gaps(out)) == 2


def test_a_publisher_whose_clock_stood_still_is_not_waited_for_as_if_the_line_had() -> None:
    samples = np.concatenate([words(), words()])
    arrivals = [(at + (2 if at > 5 else 0) + (2 if at > 10 else 0), part) for at, part in evenly(samples)]
    out = heard(arrivals, len(samples) / RATE + 4.3)
    said, later = samples[22 * RATE : 24 * RATE], out[26 * RATE :]
    assert lag_of(said, later) / RATE < 0.1


def test_a_flood_is_bounded() -> None:
    buffer = JitterBuffer()
    for _ in range(100):
        buffer.put(tone(1), 5.0)
    assert buffer.waiting_ms <= JITTER_KEPT_SECONDS * 1000
    assert buffer.dropped_ms >= 95_000
    assert len(buffer.pull(5.02)) == BLOCK


def test_a_hole_is_silence_and_what_follows_is_in_its_place() -> None:
    buffer, out = JitterBuffer(), []
    for n in range(100):
        now = 10 + n / 50
        if n == 50:
            buffer.put_gap(10 * BLOCK, now)
        if not 50 <= n < 60:
            buffer.put(tone(0.02, peak=0.5 if n < 50 else 0.2), now)
        out.append(np.abs(buffer.pull(now)).max())
    assert max(out[:50]) > 0.4
    assert min(out[50:64]) < 0.01
    assert 0.15 < max(out[65:]) < 0.25


def test_who_comes_back_after_a_long_silence_is_heard_at_once() -> None:
    first = evenly(tone(1))
    second = [(at + 20, part) for at, part in evenly(tone(1, 880))]
    out = heard([*first, *second], 22)
    assert np.abs(out[int(20.1 * RATE) : int(20.9 * RATE)]).max() > 0.4
