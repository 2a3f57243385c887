"""Web room. Measurements that people give to the public record, and their receipts."""

import ipaddress
from typing import Any, Protocol

from aiohttp import web
from msgspec import Struct

from jemaa.errors import Refused
from jemaa.limits import MAX_MEASUREMENT_BYTES

from .house import bytes_of, json_answer


class MeasurementTaken(Struct):
    """The measurement is kept; `receipt` takes it back. `flags` says why it is not counted, where it is not."""

    receipt: str
    day: str
    counted: bool
    flags: list[str]


class Submissions(Protocol):
    """The public record, as far as submitting goes."""

    async def submit(self, data: bytes, address: str) -> Any: ...

    async def withdraw(self, receipt: str) -> None: ...


SUBMISSIONS = web.AppKey("submissions", Submissions)


def record_with(app: web.Application, submissions: Submissions) -> None:
    """Take measurements in this application's name."""
    app[SUBMISSIONS] = submissions


async def submit_measurement(request: web.Request) -> web.Response:
    """`POST /api/check/measurements`: the facts of a check, with its person's consent."""
    submissions = _submissions(request)
    data = await bytes_of(request, MAX_MEASUREMENT_BYTES)
    answer = json_answer(await submissions.submit(data, sender(request)))
    answer.set_status(201)
    return answer


async def withdraw_measurement(request: web.Request) -> web.Response:
    """`DELETE /api/check/measurements/{receipt}`: forget a measurement, also on the disk."""
    await _submissions(request).withdraw(request.match_info["receipt"])
    return web.Response(status=204)


def sender(request: web.Request) -> str:
    """Whose address it is. A proxy is believed only if it is on this machine, and only the last that it added."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    direct = str(peer[0]).partition("%")[0] if isinstance(peer, tuple) else ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if told and (not direct or ipaddress.ip_address(direct).is_loopback):
        try:
            return str(ipaddress.ip_address(told))
        except ValueError:
            return direct
    return direct


def _submissions(request: web.Request) -> Submissions:
    if SUBMISSIONS not in request.app:
        raise Refused("record-off", "This server keeps no public record of measurements.")
    return request.app[SUBMISSIONS]
