"""Web room. For the operator: is it well, and how much does it do. This machine only, unless `open_metrics` is set."""

import resource
from collections import Counter

from aiohttp import web

from jemaa.errors import Refused

from .house import HOUSE, House, json_answer
from .security import is_local


async def health(request: web.Request) -> web.Response:
    """`GET /health`: 200 while meetings can be read from the disk, else 503."""
    house = _permitted(request)
    await house.halls.meetings()
    return json_answer({"ok": True})


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`: Prometheus' text format 0.0.4."""
    house = _permitted(request)
    lines: list[str] = []
    listeners: Counter[str] = Counter()
    halls = house.halls.open_halls()
    for hall in halls:
        listeners.update(hall.presence.counts())
    for path, count in listeners.items():
        lines.append(f'jemaa_listeners{{path="{path}"}} {count}')
    lines.append(f"jemaa_sessions_open {len(halls)}")
    for name, count in house.counters.as_dict().items():
        lines.append(f"jemaa_{name}_total {count}")
    used = resource.getrusage(resource.RUSAGE_SELF)
    lines.append(f"process_cpu_seconds_total {used.ru_utime + used.ru_stime:.2f}")
    lines.append(f"process_max_resident_memory_bytes {used.ru_maxrss * 1024}")
    return web.Response(text="\n".join(lines) + "\n", headers={"Content-Type": "text/plain; version=0.0.4"})


def _permitted(request: web.Request) -> House:
    house = request.app[HOUSE]
    if not house.has_open_metrics and not is_local(request):
        raise Refused("not-local", "This is answered to the server's own machine only (setting open_metrics).")
    return house
