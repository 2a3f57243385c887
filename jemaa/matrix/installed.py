"""Matrix room. Where other systems were put by `scripts/matrix_systems.sh`, at the operator's own word."""

import os
from pathlib import Path

from platformdirs import user_data_path


def folder() -> Path:
    """`MATRIX_SYSTEMS`, or a folder of this user."""
    return Path(os.environ.get("MATRIX_SYSTEMS") or user_data_path("jemaa") / "matrix-systems")
