"""Web room. One line a request: what, how it went, how long; no query, no token, and no address unless asked for."""

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

log = logging.getLogger("jemaa.access")

QUIET = ("/client/", "/pieces/", "/health", "/metrics")
"""Asked for so often that they are counted (`/metrics`) and not logged."""

RECEIPTS = "/api/check/measurements/"


class AccessLog(AbstractAccessLogger):
    """Never logs a query string (radio links of closed meetings carry nothing there, but people paste things)."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """One line."""
        if response.status < 400 and any(part in request.path for part in QUIET):
            return
        self.logger.info(
            "%s %s %d %d B %.3f s", request.method, shown(request.path), response.status, _size(response), time
        )


class AddressedAccessLog(AccessLog):
    """The same with the peer's address, where the operator has asked for it (`log_addresses`)."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Two lines that belong together: the address stands in the first."""
        self.logger.info("from %s:", request.remote)
        super().log(request, response, time)


class NoAddresses(logging.Filter):
    """aiohttp's own lines about malformed requests name the peer and quote what it sent: only their kind is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line, without what it was about."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "malformed"
        record.msg, record.args = f"a request could not be read ({kind})", ()
        record.exc_info = record.exc_text = None
        return True


def shown(path: str) -> str:
    """A path fit for a line of a log: bounded, printable, and no receipt: whoever has that may delete."""
    if path.startswith(RECEIPTS):
        return f"{RECEIPTS}…"
    return "".join(c if c.isprintable() else "?" for c in path[:200])


def _size(response: web.StreamResponse) -> int:
    return int(getattr(response, "body_length", 0))
