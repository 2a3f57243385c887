"""People room. What a recording contains: is this voice in it, when, when does it stop?

Voices are found by their spectrogram and not by their waveform, so that a voice is found after two encodings,
below other voices, and after a player that stretched time a little.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample_poly

from .speech import RATE, Samples, Speech

HOP = RATE // 100
"""Samples between two columns of the spectrogram: 10 ms."""

WINDOW = 2 * HOP
BANDS = 24
LOWEST_HZ, HIGHEST_HZ = 150, 3_600
"""The telephone's band: 8 kb/s Opus carries no more."""

FLOOR_DB = -45.0
"""Below this, relative to the loudest band of the sound, there is nothing to compare."""

HEARD_SCORE = 0.32
HEARD_DISTINCTNESS = 5.0
"""A voice counts as heard when its best place in the recording matches this well, and stands out from all other
places by so many standard deviations. The unit tests hold both against mixtures and against other sentences."""

ELASTIC_PART_SECONDS = 1.0
"""The parts of a speech that are looked for each for itself, one after the other."""


@dataclass(frozen=True, slots=True)
class Elastic:
    """How a player may move a speech's end against its start without losing a word: each part of a second may be so
    much later or earlier than the part before it. More freedom lets more chance matches in, hence marks of its own,
    and a speech of so many seconds at least."""

    later: float
    earlier: float
    seconds: float
    score: float
    distinctness: float

    def accepts(self, found: "Found") -> bool:
        """Whether the voice is there, by these marks."""
        return found.score >= self.score and found.distinctness >= self.distinctness


ELASTIC = (
    Elastic(later=0.1, earlier=0.1, seconds=6.0, score=0.36, distinctness=4.5),
    Elastic(later=0.5, earlier=0.1, seconds=5.0, score=0.5, distinctness=3.5),
    Elastic(later=0.5, earlier=0.1, seconds=12.0, score=0.42, distinctness=3.5),
)
"""A player that catches up moves it slowly; one that waits for its line by what the line holds back. Of 1,600 pairs of
other words of 5 to 10 s, by the same voice and by others, the second found none above 0.47; of 394 of 13 s the third
found none above 0.414, and above 0.352 none that stands out as much."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a speech was found: its start in the recording, and how sure that is."""

    delay: float
    score: float
    distinctness: float

    @property
    def heard(self) -> bool:
        """Whether the voice is there at all."""
        return self.score >= HEARD_SCORE and self.distinctness >= HEARD_DISTINCTNESS


def find(speech: Speech, recording: Samples) -> Found:
    """The best place of `speech` in `recording` (which must be longer), to 10 ms."""
    known, heard = _spectrogram(speech.samples), _spectrogram(recording)
    if heard.shape[1] < known.shape[1] or not np.abs(recording).max() > 1e-4:
        return Found(0.0, 0.0, 0.0)
    return _standing_out(_scores(known, heard), 25)


def _standing_out(scores: NDArray[np.float64], width: int) -> Found:
    """The best place, and by how much it is better than those more than `width` columns away."""
    best = int(scores.argmax())
    others = scores[np.abs(np.arange(len(scores)) - best) > width]
    if len(others) < 20:
        return Found(best * HOP / RATE, float(scores[best]), 0.0)
    distinctness = (scores[best] - others.mean()) / max(float(others.std()), 1e-2)
    return Found(best * HOP / RATE, float(scores[best]), float(distinctness))


def hears(speech: Speech, recording: Samples) -> bool:
    """Whether this voice, saying this, is in the recording. Give it seconds to spare around the speech."""
    return find(speech, recording).heard or bool(_moved(speech, recording))


def _moved(speech: Speech, recording: Samples) -> list[float]:
    """The delay of each part of a second where a player may have moved them against each other; empty where not."""
    fitting = [elastic for elastic in ELASTIC if speech.seconds >= elastic.seconds]
    parts = _scores_of_parts(speech, recording) if fitting else []
    for elastic in fitting:
        found, delays = _best_way(parts, elastic)
        if elastic.accepts(found):
            return delays
    return []


def find_elastic(speech: Speech, recording: Samples, elastic: Elastic) -> tuple[Found, list[float]]:
    """As `find`, but the delay may drift from part to part; and the delay of each part of a second, in seconds, empty
    where nothing was found."""
    return _best_way(_scores_of_parts(speech, recording), elastic)


def _scores_of_parts(speech: Speech, recording: Samples) -> list[NDArray[np.float64]]:
    """Of each part of a second, how well it fits with each delay; none where the recording is too short or silent."""
    known, heard = _spectrogram(speech.samples), _spectrogram(recording)
    places = heard.shape[1] - known.shape[1] + 1
    part = int(ELASTIC_PART_SECONDS * RATE / HOP)
    if places < part or not np.abs(recording).max() > 1e-4:
        return []
    starts = range(0, known.shape[1] - part + WINDOW // HOP, part)  # a second's last column begins in the next one
    return [_scores(known[:, at : at + part], heard)[at : at + places] for at in starts]


def _best_way(parts: list[NDArray[np.float64]], elastic: Elastic) -> tuple[Found, list[float]]:
    """Through the delays of all parts (Viterbi)."""
    if not parts:
        return Found(0.0, 0.0, 0.0), []
    later, earlier = (int(seconds * RATE / HOP) for seconds in (elastic.later, elastic.earlier))
    places = len(parts[0])
    best, came_from = np.zeros(places), []
    for here in parts:
        before = sliding_window_view(np.pad(best, (later, earlier), mode="edge"), later + earlier + 1)
        came_from.append(np.clip(np.arange(places) - later + before.argmax(axis=1), 0, places - 1))
        best = before.max(axis=1) + here
    delays = [int(best.argmax())]
    for step in came_from[:0:-1]:
        delays.append(int(step[delays[-1]]))
    found = _standing_out(best / len(parts), 25 + later + earlier)
    return found, [delay * HOP / RATE for delay in reversed(delays)]


def delay_of(speech: Speech, recording: Samples) -> float:
    """Seconds from the start of the recording to the start of the speech, to the millisecond."""
    rough = find(speech, recording)
    if not rough.heard:
        raise AssertionError(f"the speech is not in the recording: {rough}")
    return refined(speech.samples, recording, rough.delay)


def delays_of(speech: Speech, recording: Samples) -> list[float]:
    """Seconds from the start of the recording to the start of the speech, as each of its whole seconds has it, to some
    hundredths: a player may have moved them against each other. AssertionError if it is not there."""
    if moved := _moved(speech, recording):
        return moved
    rough = find(speech, recording)
    if not rough.heard:
        raise AssertionError(f"the speech is not in the recording: {rough}")
    return [rough.delay] * int(speech.seconds // ELASTIC_PART_SECONDS)


def level_db(recording: Samples) -> float:
    """Root mean square in dB below full scale; silence is -120."""
    if not len(recording):
        return -120.0
    return float(20 * np.log10(max(float(np.sqrt(np.mean(recording.astype(np.float64) ** 2))), 1e-6)))


def last_loud(recording: Samples, *, above_db: float = -45.0) -> float:
    """Seconds from the start of the recording to the end of its last block of 10 ms that is louder than `above_db`."""
    loud = np.flatnonzero(_block_levels(recording) > above_db)
    return float((loud[-1] + 1) * HOP / RATE) if len(loud) else 0.0


def first_loud(recording: Samples, *, above_db: float = -45.0) -> float | None:
    """Seconds to the first block of 10 ms that is louder than `above_db`; None if all is quiet."""
    loud = np.flatnonzero(_block_levels(recording) > above_db)
    return float(loud[0] * HOP / RATE) if len(loud) else None


def longest_silence(recording: Samples, *, below_db: float = -60.0) -> float:
    """Seconds of the longest silence: of an unbroken speech, the worst interruption."""
    quiet = _block_levels(recording) < below_db
    longest = run = 0
    for is_quiet in quiet:
        run = run + 1 if is_quiet else 0
        longest = max(longest, run)
    return longest * HOP / RATE


def echo_score(recording: Samples, *, after: float = 0.08, until: float = 3.0) -> float:
    """How much the recording resembles itself a little later: near 1 if a second copy plays along, else below 0.4.

    Twice the same sound, shifted, has an autocorrelation of its waveform of 0.5 at the shift.
    """
    small = resample_poly(recording, 1, 6).astype(np.float64)
    rate = RATE // 6
    small -= small.mean()
    whole = fftconvolve(small, small[::-1])[len(small) - 1 :]
    return float(np.abs(whole[int(after * rate) : int(until * rate)]).max() / max(whole[0], 1e-9)) * 2


def _block_levels(recording: Samples) -> NDArray[np.float64]:
    blocks = recording[: len(recording) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    return np.asarray(20 * np.log10(np.maximum(np.sqrt((blocks**2).mean(axis=1)), 1e-6)))


def _spectrogram(samples: Samples) -> NDArray[np.float64]:
    """Bands × columns, in dB above the floor, each band's mean removed."""
    count = max((len(samples) - WINDOW) // HOP + 1, 0)
    if not count:
        return np.zeros((BANDS, 0))
    frames = sliding_window_view(samples, WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1) / (RATE / WINDOW)
    centres = np.arange(power.shape[1])
    weights = np.stack(
        [np.clip(1 - np.abs(centres - (a + b) / 2) / max(b - a, 1.0), 0, None) for a, b in pairwise(edges)]
    )
    bands = weights @ power.T
    decibel = 10 * np.log10(np.maximum(bands, 1e-12))
    return np.asarray(np.maximum(decibel - np.percentile(decibel, 99.5), FLOOR_DB) - FLOOR_DB)


def _scores(known: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised correlation of the two spectrograms at each column of the longer one."""
    length = known.shape[1]
    pattern = known - known.mean(axis=1, keepdims=True)
    cross = np.sum(
        [fftconvolve(band, row[::-1], mode="valid") for band, row in zip(heard, pattern, strict=True)], axis=0
    )
    ones = np.ones(length)
    sums = np.stack([fftconvolve(band, ones, mode="valid") for band in heard])
    squares = np.stack([fftconvolve(band**2, ones, mode="valid") for band in heard])
    energy = np.maximum(squares - sums**2 / length, 0).sum(axis=0)
    return np.asarray(cross / np.sqrt(np.maximum(energy, 1e-3 * energy.max() + 1e-9) * (pattern**2).sum()))


def refined(piece: Samples, recording: Samples, rough: float, *, around: float = 0.06) -> float:
    """The delay near `rough` at which the waveforms agree best."""
    first, window = _near(piece, recording, rough, around)
    if len(window) <= len(piece):
        return rough
    agreement = np.abs(fftconvolve(window, piece[::-1], mode="valid"))
    return (first + int(agreement.argmax())) / RATE


def resembling(piece: Samples, recording: Samples, rough: float, *, around: float) -> float:
    """The delay near `rough` at which the spectrograms agree best, to 10 ms: also where the piece was played a little
    faster, in which the waveforms of a voice agree a period or two beside it."""
    first, window = _near(piece, recording, rough, around)
    known = _spectrogram(piece)
    if len(window) <= len(piece) or not np.ptp(known):  # of silence there is nothing to compare
        return rough
    scores = _scores(known, _spectrogram(window))
    return (first + int(scores.argmax()) * HOP) / RATE


def _near(piece: Samples, recording: Samples, rough: float, around: float) -> tuple[int, Samples]:
    """Where the piece can begin at the earliest, a sample, and all that it can be in."""
    first = max(round((rough - around) * RATE), 0)
    return first, recording[first : round((rough + around) * RATE) + len(piece)]
