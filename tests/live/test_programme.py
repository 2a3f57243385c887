"""The programme: one sound for all, understood on every rung, and nobody hears himself."""

import asyncio
import time

import numpy as np
import pytest

from jemaa.limits import CATCH_UP_MS
from jemaa.live.programme import TICK_MS, Programme
from jemaa.meeting.ids import PersonId
from jemaa.sound.opus import RATE
from jemaa.wire.chunk import Chunk, encode_chunk
from tests.sound.speaking import frames_of, lag_of, played, tone, understood, words

from .studio import AMINA, BADR, Studio, heard, loudness
from .until import until


@pytest.mark.parametrize(("track", "least"), [("sound/32", 0.95), ("sound/12", 0.92), ("sound/8", 0.88)])
def test_words_are_understood_through_the_mix_and_the_second_encoding(track: str, least: float) -> None:
    studio, samples = Studio(), words()
    studio.speaks(AMINA, samples)
    studio.pass_(len(samples) / RATE + 2)
    assert understood(samples, heard(studio.programme.tracks[track])) >= least


@pytest.mark.parametrize("ticks", [0, 1, 2])
def test_a_long_silence_is_silent_and_the_first_words_after_it_are_heard_in_time(ticks: int) -> None:
    studio, samples = Studio(), words()[: 6 * RATE]
    quiet = 8 + ticks / 50
    studio.pass_(quiet)
    studio.speaks(AMINA, samples)
    studio.pass_(7)
    for track, least in (("sound/32", 0.95), ("sound/12", 0.92), ("sound/8", 0.88)):
        sound = heard(studio.programme.tracks[track])
        assert np.abs(sound[: int(quiet * RATE)]).max() < 0.002
        assert understood(samples, sound[int(quiet * RATE) :]) >= least
        assert lag_of(samples, sound[int(quiet * RATE) :]) / RATE < 0.06


def test_who_speaks_hears_the_others_and_not_himself() -> None:
    studio = Studio()
    studio.speaks(AMINA, tone(3, 400))
    studio.speaks(BADR, tone(3, 900), 2)
    studio.pass_(3)
    mix = studio.programme.mix_track(AMINA)
    assert mix is not None and mix.info.private_to == AMINA
    for track, low, high in ((mix, 0, 1), (studio.programme.tracks["sound/32"], 1, 1)):
        spectrum = np.abs(np.fft.rfft(heard(track)[RATE : 2 * RATE])) / RATE * 2
        assert (spectrum[400] > 0.2) == bool(low)
        assert (spectrum[900] > 0.2) == bool(high)
        if not low:
            assert spectrum[380:420].max() < 0.005


def test_two_who_shout_at_once_do_not_clip() -> None:
    studio = Studio()
    studio.speaks(AMINA, tone(2, 400, peak=0.95))
    studio.speaks(BADR, tone(2, 410, peak=0.95), 2)
    studio.pass_(2)
    assert 0.6 < np.abs(heard(studio.programme.tracks["sound/32"])[RATE // 2 :]).max() < 1.0


def test_all_renditions_share_one_time_line() -> None:
    studio, samples = Studio(), words()[: 8 * RATE]
    studio.pass_(1)
    studio.speaks(AMINA, samples)
    studio.pass_(9.4)
    tracks = studio.programme.tracks
    sounds = {name: heard(tracks[name]) for name in ("sound/32", "sound/12", "sound/8")}
    lags = {name: lag_of(samples, sound, 3 * RATE) for name, sound in sounds.items()}
    assert max(lags.values()) - min(lags.values()) < RATE // 100, "a change of rendition neither loses nor repeats"
    assert [tracks[name].from_independent(10**9)[0].time_ms for name in sounds] == [0, 0, 0]


def test_from_a_chunk_to_the_programme_within_sixty_milliseconds() -> None:
    studio, samples = Studio(), words()[: 5 * RATE]
    studio.speaks(AMINA, samples)
    studio.pass_(5)
    assert lag_of(samples, heard(studio.programme.tracks["sound/32"])) / RATE - 2 * 0.0065 <= 0.060


@pytest.mark.parametrize("stall", [0.06, 0.2, 0.5])
def test_a_machine_that_stands_still_now_and_then_costs_no_word_and_no_delay(stall: float) -> None:
    studio, samples = Studio(), words()[: 12 * RATE]
    studio.speaks(AMINA, samples)
    for _ in range(6):
        studio.pass_(1.4)
        studio.stall(stall)
    studio.pass_(12 - 6 * (1.4 + stall))
    sound = heard(studio.programme.tracks["sound/32"])
    assert understood(samples, sound) >= 0.95
    for at in (0, 4 * RATE, 8 * RATE):
        assert lag_of(samples[at : at + 4 * RATE], sound[at : at + 5 * RATE]) / RATE - 2 * 0.0065 <= 0.060


def test_a_closed_microphone_is_silent_from_the_next_tick() -> None:
    studio = Studio()
    voice = studio.speaks(AMINA, tone(3))
    studio.pass_(1)
    voice.microphone.close()
    before = studio.programme.time_ms
    studio.pass_(1)
    sound = heard(studio.programme.tracks["sound/32"])
    assert loudness(sound[(before - 100) * 48 : before * 48]) > 0.2
    assert loudness(sound[(before + 40) * 48 :]) < 0.002
    voice.microphone.write(encode_chunk(Chunk(99, 0, (b"late",))))


def test_the_mix_exists_while_the_microphone_is_open_and_its_owner_is_told() -> None:
    studio = Studio()
    told: list[PersonId] = []
    studio.programme.on_mix_changed(told.append)
    voice = studio.speaks(AMINA, tone(1))
    programme = studio.programme
    mix = programme.mix_track(AMINA)
    assert mix is not None and told == [AMINA]
    assert programme.sound_for(AMINA, "sound/12") is mix
    assert programme.sound_for(BADR, "sound/12") is programme.tracks["sound/12"]
    assert programme.sound_for(BADR, mix.info.name) is None
    assert programme.sound_for(None, mix.info.name) is None
    assert programme.sound_for(None, "sound/99") is None
    assert programme.track_by_id(mix.info.id) is mix
    voice.microphone.close()
    assert told == [AMINA, AMINA] and programme.mix_track(AMINA) is None and mix.is_closed
    assert programme.sound_for(AMINA, "sound/12") is programme.tracks["sound/12"]


def test_the_mix_of_one_who_does_not_speak_is_the_programme() -> None:
    studio = Studio()
    voice = studio.speaks(AMINA, tone(1))
    assert studio.programme.sound_for(AMINA, f"mix/{AMINA}") is studio.programme.mix_track(AMINA)
    voice.microphone.close()
    assert studio.programme.sound_for(AMINA, f"mix/{AMINA}") is studio.programme.tracks["sound/32"]
    assert studio.programme.sound_for(BADR, f"mix/{AMINA}") is None


def test_a_microphone_closes_whatever_becomes_of_who_is_told(caplog: pytest.LogCaptureFixture) -> None:
    studio = Studio()
    told: list[PersonId] = []
    studio.programme.on_mix_changed(lambda _: told.remove(BADR))
    studio.programme.on_mix_changed(told.append)
    voice = studio.speaks(AMINA, tone(1))
    voice.microphone.close()
    assert told == [AMINA, AMINA] and not studio.programme.levels
    assert "a listener failed" in caplog.text


def test_a_second_microphone_replaces_the_first() -> None:
    studio = Studio()
    first = studio.speaks(AMINA, tone(1))
    second = studio.speaks(AMINA, tone(1), 2)
    assert not first.microphone.is_open and second.microphone.is_open
    assert len(studio.programme.levels) == 1


def test_the_status_says_who_publishes_and_how_loud() -> None:
    studio = Studio()
    studio.speaks(AMINA, tone(1))
    studio.pass_(0.5)
    status = studio.programme.status()
    assert status["publishing"] == [
        {"person": AMINA, "sound": True, "picture": False, "level": pytest.approx(-9, abs=1)}
    ]
    names = {track["name"] for track in status["tracks"]}
    assert names == {"sound/32", "sound/12", "sound/8", "picture/low", "picture/high", "picture/still", "mix/amina"}
    assert status["time"] == 500 and status["epoch"] == "e1"


def test_a_recording_is_heard_by_all_and_ends() -> None:
    async def story() -> None:
        studio, samples = Studio(), words()[: 4 * RATE]
        studio.speaks(AMINA, tone(0.1))
        playing = studio.programme.play([b"\xff\xff", *frames_of(samples, frame_ms=60)])
        studio.pass_(5)
        async with asyncio.timeout(1):
            await playing
        mix = studio.programme.mix_track(AMINA)
        assert mix is not None
        for track in (studio.programme.tracks["sound/32"], mix):
            assert understood(samples[RATE:], heard(track)[RATE:]) > 0.93

    asyncio.run(story())


def test_a_recording_can_be_stopped() -> None:
    async def story() -> None:
        studio = Studio()
        playing = studio.programme.play(frames_of(tone(3)))
        studio.pass_(0.5)
        playing.stop()
        await playing
        studio.pass_(1)
        assert loudness(heard(studio.programme.tracks["sound/32"])[int(0.6 * RATE) :]) < 0.002

    asyncio.run(story())


def test_the_radio_plays_what_the_programme_says() -> None:
    studio, samples = Studio(), words()[: 6 * RATE]
    studio.speaks(AMINA, samples)
    studio.pass_(6.5)
    found = studio.programme.radio_opus(12)
    assert found is not None and studio.programme.radio_opus(99) is None
    headers, radio = found
    ogg = headers + b"".join(entry.record for entry in radio.from_independent(10**9))
    mp3 = b"".join(entry.record for entry in studio.programme.radio_mp3.from_independent(10**9))
    for data, kind in ((ogg, "ogg"), (mp3, "mp3")):
        assert understood(samples, played(data, kind)) > 0.9


def test_after_a_long_sleep_media_time_goes_on_with_a_gap() -> None:
    async def story() -> None:
        seconds = [0.0]
        programme = Programme("e", lambda: seconds[0])
        running = asyncio.get_running_loop().create_task(programme.run())
        seconds[0] = 1.0
        await until(lambda: programme.time_ms == 1_000, pause=0)
        seconds[0] = 31.0
        await until(lambda: programme.time_ms == 31_000, pause=0)
        running.cancel()
        assert programme.time_ms == 31_000
        assert programme.tracks["sound/32"].newest_time_ms == 31_000
        made_up = len(programme.tracks["sound/32"].from_independent(10**9)) - 1_000 // TICK_MS
        assert made_up <= CATCH_UP_MS // TICK_MS, "what was slept through is not made up"

    asyncio.run(story())


def test_the_mix_runs_on_time() -> None:
    async def story() -> None:
        began = time.monotonic()  # before the programme's own beginning, however long that took
        programme = Programme("e", time.monotonic)
        running = asyncio.get_running_loop().create_task(programme.run())
        await until(lambda: programme.time_ms >= 600)
        running.cancel()
        assert time.monotonic() - began >= 0.6

    asyncio.run(story())


def test_noise_in_place_of_opus_hurts_nobody_else() -> None:
    studio = Studio()
    bad = studio.programme.open_microphone(BADR, 9)
    studio.speaks(AMINA, tone(1))
    with pytest.raises(Exception, match="not-opus"):
        bad.write(encode_chunk(Chunk(0, 0, (b"\xff\xff\xff",))))
    studio.pass_(1)
    assert loudness(heard(studio.programme.tracks["sound/32"])[RATE // 2 :]) > 0.3
