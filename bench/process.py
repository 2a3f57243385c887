"""What a process costs: seconds of processor time and resident memory."""

import time
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its threads so far, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_bytes(pid: int) -> int:
    """Memory that is really there and belongs to the process (VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)
