"""People room. A test picture that moves."""

import subprocess
from pathlib import Path


def film(path: Path, sound: Path | None = None) -> Path:
    """Write it to `path` (WebM): as long as `sound`, with it, or 20 s without a word.

    `FileNotFoundError` without FFmpeg, `CalledProcessError` with its words in `stderr` where it fails.
    """
    heard = ["-i", str(sound), "-shortest"] if sound else ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", "20"]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=10"]
    command += [*heard, "-c:a", "libopus", "-c:v", "libvpx", "-deadline", "realtime", "-g", "20", "-b:v", "80k"]
    subprocess.run([*command, str(path)], check=True, capture_output=True, text=True)
    return path
