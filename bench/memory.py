"""Resident memory that a listener costs."""

from .fanout import COUNT, live_order, wait_for_all
from .listeners import Listeners
from .process import resident_bytes
from .report import Row
from .scene import meeting, spoken_floor

GOAL_KB = 40


def measure() -> list[Row]:
    """Growth of the server's resident memory from 100 to 1,100 listeners: the first hundred warm the allocator up."""
    with meeting(spoken_floor()) as server:
        first = Listeners(live_order(server, 200, 100))
        wait_for_all(first, 100)
        before = resident_bytes(server.pid)
        crowd = Listeners(live_order(server, 200, COUNT))
        wait_for_all(crowd, COUNT)
        grown = (resident_bytes(server.pid) - before) / COUNT / 1000
        crowd.close()
        first.close()
    how = "VmRSS of the server with 1,100 `live` listeners less VmRSS with 100, divided by 1,000; no TLS."
    return [Row("memory a listener", f"{grown:.1f} KB", f"under {GOAL_KB} KB", grown < GOAL_KB, how)]
