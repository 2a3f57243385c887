"""People room. A square with sound: one private PulseAudio, a mouth and an ear for each person, one recording of all.

The hardware is one null sink with as many channels as there are mouths and ears, each of them a sink of its own.
One recording of all channels therefore says to the sample how long a voice took from a mouth to an ear.
"""

import collections
import os
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from .hearing import level_db
from .speech import RATE, Samples, Speech
from .wait import wait_until

KEPT_SECONDS = 240
"""How far back the recording reaches: no test looks further, and the whole run would fill the memory."""

ALONE = ("-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "--log-level=error")
AS_RECORDED = ("--device=square.monitor", f"--rate={RATE}", "--format=s16le", "--latency-msec=20")

BOUND = ("setpriv", "--pdeathsig", "KILL")
"""Nobody is left to end a program whose starter was killed (prctl(2), PR_SET_PDEATHSIG)."""

BLOCK = RATE // 50
"""Samples a channel in one block of the recording: 20 ms."""


class Square:
    """PulseAudio with `places` mouths and ears, recording from start to `close`."""

    def __init__(self, directory: Path, *, places: int = 4) -> None:
        self.channels = 2 * places
        self._directory = directory
        self._free = list(range(places))
        self._blocks: collections.deque[Samples] = collections.deque(maxlen=KEPT_SECONDS * 50)
        self._programs: list[subprocess.Popen[bytes]] = []
        self._count = 0
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        self._log = (directory / "pulseaudio.log").open("wb")
        self._daemon = self._start_daemon()
        try:
            wait_until(self._is_ready, f"PulseAudio ready: {directory}/pulseaudio.log", timeout=10)
            self._recorder = self._start_recorder()
            wait_until(lambda: self._count > 0, "the first block of the recording", timeout=10)
        except AssertionError:
            self._daemon.kill()
            self._daemon.wait(10)
            self._log.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """Environment for a process that is to use this sound and no other."""
        here = str(self._directory)
        return {
            "PULSE_SERVER": f"unix:{here}/socket",
            "PULSE_RUNTIME_PATH": f"{here}/run",
            "XDG_RUNTIME_DIR": here,
        }

    def place(self) -> "Place":
        """Take a free place; `Place.leave` gives it back."""
        return Place(self, self._free.pop(0))

    def give_back(self, number: int) -> None:
        """A place is free again."""
        self._free.append(number)

    def now(self) -> int:
        """The sample that was recorded last: a mark to cut the recording by."""
        with self._lock:
            return self._count * BLOCK

    def recorded(self, channel: int, since: int, until: int | None = None) -> Samples:
        """One channel's sound between two marks, between -1 and 1."""
        with self._lock:
            first = self._count - len(self._blocks)
            start = max(since // BLOCK - first, 0)
            end = len(self._blocks) if until is None else max(until // BLOCK - first, 0)
            blocks = [block[:, channel] for block in list(self._blocks)[start:end]]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)

    def keep(self, folder: Path, since: int) -> dict[str, float]:
        """Write what each mouth said and each ear heard from a mark on into `folder`, as WAV files that begin together;
        nothing for those that were silent. The level of each that was written, in dB, by the name of its file."""
        folder.mkdir(parents=True, exist_ok=True)
        levels = {}
        for channel in range(self.channels):
            samples = self.recorded(channel, since)
            if np.any(samples):
                name = f"{'ear' if channel % 2 else 'mouth'}{channel // 2}.wav"
                Speech("", samples).write(folder / name)
                levels[name] = level_db(samples)
        return levels

    def wait_until_recorded(self, mark: int) -> int:
        """Let the recording reach a mark: the one place where elapsed time, of sound, is what is waited for."""
        seconds = (mark - self.now()) / RATE
        wait_until(lambda: self.now() >= mark, "the recording goes on", timeout=seconds + 20)
        return mark

    def run(self, *command: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
        """Start a program that uses this sound; it ends with it."""
        process = subprocess.Popen(
            [*BOUND, *command],
            env=os.environ | self.environment,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        self._programs.append(process)
        return process

    def close(self) -> None:
        """Stop recording and PulseAudio."""
        for process in (*self._programs, self._recorder, self._daemon):
            process.terminate()
            process.wait(10)
        self._thread.join(10)
        assert self._recorder.stdout is not None  # PIPE was asked for
        self._recorder.stdout.close()
        self._log.close()

    def __enter__(self) -> "Square":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_daemon(self) -> subprocess.Popen[bytes]:
        names = ",".join(f"aux{n}" for n in range(self.channels))
        modules = [
            f"module-native-protocol-unix auth-anonymous=1 socket={self._directory}/socket",
            f"module-null-sink sink_name=square rate={RATE} channels={self.channels} channel_map={names}",
        ]
        for place in range(self.channels // 2):
            for kind, channel in (("mouth", 2 * place), ("ear", 2 * place + 1)):
                modules.append(
                    f"module-remap-sink sink_name={kind}{place} master=square channels=1 channel_map=mono"
                    f" master_channel_map=aux{channel} remix=no"
                )
            # Chromium does not offer a sink's monitor as a microphone, so each mouth has a source of its own.
            modules.append(
                f"module-remap-source source_name=microphone{place} master=mouth{place}.monitor channels=1"
                " channel_map=mono master_channel_map=mono remix=no"
            )
        load = [word for module in modules for word in ("-L", module)]
        return subprocess.Popen(
            [*BOUND, "pulseaudio", *ALONE, *load],
            env=os.environ | self.environment | {"HOME": str(self._directory)},
            stderr=self._log,
        )

    def _is_ready(self) -> bool:
        if self._daemon.poll() is not None:
            raise AssertionError(f"PulseAudio ended: see {self._directory}/pulseaudio.log")
        last = f"microphone{self.channels // 2 - 1}"
        answer = subprocess.run(
            ["pactl", "list", "short", "sources"], env=os.environ | self.environment, capture_output=True, text=True
        )
        return last in answer.stdout

    def _start_recorder(self) -> subprocess.Popen[bytes]:
        names = ",".join(f"aux{n}" for n in range(self.channels))
        recorder = subprocess.Popen(
            [*BOUND, "parec", "--raw", *AS_RECORDED, f"--channels={self.channels}", f"--channel-map={names}"],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert recorder.stdout is not None  # PIPE was asked for
        self._thread = threading.Thread(target=self._record, args=(recorder.stdout,), name="recording", daemon=True)
        self._thread.start()
        return recorder

    def _record(self, stream: IO[bytes]) -> None:
        size = BLOCK * self.channels * 2
        while len(raw := stream.read(size)) == size:
            block = np.frombuffer(raw, "<i2").reshape(BLOCK, self.channels).astype(np.float32) / np.float32(32768)
            with self._lock:
                self._blocks.append(block)
                self._count += 1


class Utterance:
    """A speech on its way through a mouth; `mark` is where in the recording it can start at the earliest."""

    def __init__(self, process: subprocess.Popen[bytes], mark: int) -> None:
        self._process = process
        self.mark = mark

    def wait(self, timeout: float = 120) -> None:
        """Until all of it has been said."""
        self._process.wait(timeout)

    def stop(self) -> None:
        """Fall silent in the middle of the word."""
        self._process.terminate()
        self._process.wait(10)


class Place:
    """One person's mouth (what his microphone hears) and ear (what his loudspeaker plays)."""

    def __init__(self, square: Square, number: int) -> None:
        self.square = square
        self.number = number

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the program that this person uses."""
        return self.square.environment | {
            "PULSE_SINK": f"ear{self.number}",
            "PULSE_SOURCE": f"microphone{self.number}",
        }

    def become_default(self) -> None:
        """Make this microphone the one for programs that choose none."""
        done = self.square.run("pactl", "set-default-source", f"microphone{self.number}")
        assert done.wait(10) == 0, f"microphone{self.number} cannot be the default"

    def say(self, speech: Speech) -> Utterance:
        """Begin to say it; returns at once."""
        path = speech.write(self.square._directory / f"say-{self.number}-{abs(hash(speech.samples.tobytes()))}.wav")
        mark = self.square.now()
        process = self.square.run("paplay", f"--device=mouth{self.number}", "--latency-msec=40", str(path))
        return Utterance(process, mark)

    def said(self, since: int, until: int | None = None) -> Samples:
        """What went into the microphone between two marks."""
        return self.square.recorded(2 * self.number, since, until)

    def heard(self, since: int, until: int | None = None) -> Samples:
        """What came out of the loudspeaker between two marks."""
        return self.square.recorded(2 * self.number + 1, since, until)

    def leave(self) -> None:
        """Free the place."""
        self.square.give_back(self.number)
