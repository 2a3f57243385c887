"""Settings to the public record of measurements: what `jemaa serve` takes in, and where the commands find it."""

import time
from pathlib import Path

from jemaa.config import Config
from jemaa.evidence import origin
from jemaa.evidence.engine import Engine
from jemaa.evidence.submissions import Submissions


def folder(config: Config) -> Path:
    """Where the record is: `evidence_dir`, else a folder of the data folder."""
    named = config.text("evidence_dir")
    return Path(named).expanduser() if named else config.data / "evidence"


def submissions(config: Config, key: bytes) -> Submissions | None:
    """What takes measurements in; None where no record is kept. `SettingsError`: `asn-db-unreadable`,
    `evidence-tool-missing`."""
    if not config.text("evidence_dir"):
        return None
    Engine().close()  # said at the start, and not when the first measurement comes
    return Submissions(
        folder(config), key=key, origins=origin.load(config.text("asn_db")), judge=lambda _: (), now=time.time
    )
