"""Debian's Icecast, fed with the same sound, as the measure that the fan-out is held against."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from jemaa.people.wait import wait_until

CONFIG = """<icecast>
  <limits><clients>2000</clients><sources>2</sources><queue-size>524288</queue-size>
    <burst-on-connect>1</burst-on-connect><burst-size>16384</burst-size></limits>
  <authentication><source-password>bench</source-password><admin-user>admin</admin-user>
    <admin-password>bench</admin-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><basedir>/usr/share/icecast2</basedir><logdir>{logs}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
  <security><chroot>0</chroot>{owner}</security>
</icecast>
"""

OWNER = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"
"""Icecast refuses to run as root, but can change to another user by itself."""


class Icecast:
    """A running Icecast with a source at `/floor`: `sound` looped, in Ogg pages of `page_ms`."""

    def __init__(self, sound: Path, *, page_ms: int) -> None:
        program = shutil.which("icecast2") or "/usr/bin/icecast2"
        self.directory = Path(tempfile.mkdtemp(prefix="icecast"))
        self.port = free_port()
        self._settle_owner()
        config = self.directory / "icecast.xml"
        owner = OWNER if os.geteuid() == 0 else ""
        config.write_text(CONFIG.format(port=self.port, logs=self.directory, owner=owner))
        config.chmod(0o644)
        self.server = subprocess.Popen(
            [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: _answers(self.port), "Icecast answers")
        self.source = self._feed(sound, page_ms)
        wait_until(lambda: b"200" in _head(self.port, "/floor"), "Icecast has a source")

    def __enter__(self) -> "Icecast":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (self.source, self.server):
            process.terminate()
            process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _settle_owner(self) -> None:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)

    def _feed(self, sound: Path, page_ms: int) -> subprocess.Popen[bytes]:
        url = f"icecast://source:bench@127.0.0.1:{self.port}/floor"
        source = ["-v", "error", "-re", "-stream_loop", "-1", "-i", str(sound)]
        encode = ["-c:a", "libopus", "-b:a", "32k", "-ac", "1", "-frame_duration", "20"]
        pages = ["-page_duration", str(page_ms * 1000), "-flush_packets", "1"]
        target = ["-content_type", "application/ogg", "-f", "ogg", url]
        return subprocess.Popen(["ffmpeg", *source, *encode, *pages, *target], stdin=subprocess.DEVNULL)


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(1)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _head(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as sock:
        sock.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return sock.recv(20)
