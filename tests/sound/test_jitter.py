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


def test_after_a_stall_most_words_are_heard_and_he_is_soon_on_time_again() -> None:
    samples = words()[: 14 * RATE]
    arrivals = [(max(at, 4.0) if 3.2 < at < 4.0 else at, part) for at, part in evenly(samples)]
    out = heard(arrivals, 14.3)
    assert 0.2 < lag_of(samples[int(3.7 * RATE) : int(4.2 * RATE)], out[int(3.7 * RATE) : 6 * RATE]) / RATE < 0.6
    assert lag_of(samples[11 * RATE : 13 * RATE], out[11 * RATE : 14 * RATE]) / RATE < 0.1


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
