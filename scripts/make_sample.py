"""Makes `jemaa/ingest/sample/welcome.webm`: what the demonstration's room says and shows.

    python scripts/make_sample.py

Needs espeak-ng, ffmpeg (libvpx, libopus, drawtext) and the DejaVu fonts, which have Arabic letters.
"""

import subprocess
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "jemaa" / "ingest" / "sample" / "welcome.webm"
FONT = "DejaVu Sans"

PARTS = (
    (
        "en-us+f3",
        "Welcome to Jemaa. A jemaa is the assembly where everyone may come, listen and speak. "
        "This is a public meeting that anyone can attend, on any network. "
        "You hear this room over plain web pages, in small pieces; nothing here looks like a telephone call. "
        "Raise your hand, and the chair can give you the floor. If your line is slow, the sound gets smaller, "
        "and the words still reach you.",
        "Welcome to Jemaa",
        "A public meeting that anyone can attend, on any network",
    ),
    (
        "fr-fr+f3",
        "Bienvenue à Jemaa. La jemaa est l'assemblée où chacun peut venir, écouter et prendre la parole. "
        "Levez la main pour demander la parole, ou posez votre question par écrit. "
        "Il ne faut ni compte, ni application; une simple page suffit, même avec une connexion très lente.",
        "Bienvenue à Jemaa",
        "Une réunion publique ouverte à tous, sur tous les réseaux",
    ),
    (
        "ar",
        "مرحبا بكم في جماعة. الجماعة مجلس مفتوح للجميع، للاستماع والكلام. ارفع يدك لطلب الكلمة، أو اكتب سؤالك.",
        "مرحبا بكم في جماعة",
        "اجتماع عام مفتوح للجميع، على كل شبكة",
    ),
)
PAUSE = 1.2
INK, SAND, RED = "0x1F3A3D", "0xF3EBDD", "0xB5472F"


def run(*command: str) -> str:
    """Run a program; its standard output."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seconds_of(path: Path) -> float:
    return float(run("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)))


def speak(folder: Path) -> tuple[list[Path], list[float]]:
    """A file a part, each followed by a pause; and how long they are."""
    files, lengths = [], []
    for number, (voice, words, _, _) in enumerate(PARTS):
        raw, file = folder / f"raw{number}.wav", folder / f"part{number}.wav"
        run("espeak-ng", "-v", voice, "-s", "150", "-w", str(raw), words)
        shape = f"highpass=f=90,treble=g=-3:f=6000,loudnorm=I=-20:TP=-3,aresample=48000,apad=pad_dur={PAUSE}"
        run("ffmpeg", "-v", "error", "-y", "-i", str(raw), "-af", shape, "-ac", "1", str(file))
        files.append(file)
        lengths.append(seconds_of(file))
    return files, lengths


def picture(folder: Path, lengths: list[float]) -> str:
    """FFmpeg's filters: a square of arches, the words of the part, a clock and a bar that moves."""
    total = sum(lengths)
    filters = [
        f"drawbox=x=0:y=0:w=640:h=54:color={INK}:t=fill",
        f"drawtext=font='{FONT}':text='Jemaa':x=32:y=15:fontsize=26:fontcolor={SAND}",
        f"drawtext=font='{FONT}':text='%{{pts\\:gmtime\\:0\\:%M\\\\\\:%S}}':x=w-tw-32:y=15:fontsize=26:fontcolor={SAND}",
    ]
    for arch in range(7):
        filters.append(f"drawbox=x={56 + arch * 76}:y=222:w=72:h=70:color={RED}@0.16:t=fill")
        filters.append(f"drawbox=x={70 + arch * 76}:y=238:w=44:h=54:color={SAND}:t=fill")
    start = 0.0
    for number, (length, (_, _, title, line)) in enumerate(zip(lengths, PARTS, strict=True)):
        when = f"enable='between(t,{start:.2f},{start + length:.2f})'"
        for kind, text, y, size in (("title", title, 100, 38), ("line", line, 160, 19)):
            file = folder / f"{kind}{number}.txt"
            file.write_text(text)
            look = f"font='{FONT}':x=(w-tw)/2:y={y}:fontsize={size}:fontcolor={INK}:text_shaping=1"
            filters.append(f"drawtext=textfile={file}:{look}:{when}")
        start += length
    filters.append(f"drawbox=x=56:y=318:w=528:h=8:color={INK}@0.2:t=fill")
    margin = f"drawbox=x=0:y=318:w=56:h=8:color={SAND}:t=fill"
    slide = f"overlay=x='56-528+528*t/{total:.3f}':y=318:shortest=1"
    return f"[0:v]{','.join(filters)}[card];[card][2:v]{slide},{margin}[v]"


def main() -> None:
    """Speak, draw, join."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files, lengths = speak(folder)
        total = sum(lengths)
        listing = folder / "parts.txt"
        listing.write_text("".join(f"file '{file}'\n" for file in files))
        # The bar is a strip that slides in from the left, behind a margin.
        strip = folder / "strip.png"
        strip_filter = f"color=c={RED}:s=528x8"
        run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", strip_filter, "-frames:v", "1", str(strip))
        run(
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"color=c={SAND}:s=640x360:r=10:d={total:.3f}"),
            *("-f", "concat", "-safe", "0", "-i", str(listing), "-loop", "1", "-r", "10", "-i", str(strip)),
            *("-filter_complex", picture(folder, lengths), "-map", "[v]", "-map", "1:a", "-t", f"{total:.3f}"),
            *("-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "36", "-g", "100", "-deadline", "good", "-cpu-used", "3"),
            *("-c:a", "libopus", "-b:a", "28k", "-application", "voip", "-frame_duration", "60"),
            *("-metadata", "title=Welcome to Jemaa", "-map_metadata", "-1", "-fflags", "+bitexact", str(TARGET)),
        )
    print(f"{TARGET.name}: {total:.0f} s, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
