"""Web room. What a peer hears when something fails: a status, a stable code and a sentence, nothing internal.

The one place of the room that catches everything. `STATUS` agrees with the table of docs/protocol.md §6 (a test).
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import web

from jemaa.errors import JemaaError, ProtocolError, Refused, StoreFailed

from .access_log import shown
from .pages import failure_page

log = logging.getLogger("jemaa.web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS: Final[dict[str, int]] = {
    "internal": 500,
    "busy": 503,
    "too-fast": 429,
    "token-forged": 401,
    "token-expired": 401,
    "token-elsewhere": 401,
    "token-revoked": 401,
    "not-joined": 401,
    "invitation-needed": 401,
    "not-allowed": 403,
    "removed": 403,
    "foreign-origin": 403,
    "not-local": 403,
    "not-found": 404,
    "no-such-session": 404,
    "no-such-meeting": 404,
    "no-such-track": 404,
    "no-such-publication": 404,
    "no-such-note": 404,
    "no-such-question": 404,
    "no-such-message": 404,
    "no-such-item": 404,
    "no-such-person": 404,
    "no-such-invitation": 404,
    "no-such-run": 404,
    "check-off": 404,
    "check-busy": 503,
    "record-off": 404,
    "record-unbuilt": 404,
    "no-such-measurement": 404,
    "receipt-forged": 401,
    "measurement-too-large": 413,
    "piece-not-yet": 404,
    "method-not-allowed": 405,
    "piece-gone": 410,
    "epoch-gone": 410,
    "snapshot-gone": 410,
    "message-too-large": 413,
    "body-too-large": 413,
    "note-too-long": 413,
    "text-too-long": 413,
    "chunk-too-large": 413,
    "piece-too-large": 413,
    "key-reused": 422,
}
"""What differs from the family's own status."""

_FAMILY: Final = ((StoreFailed, 503), (ProtocolError, 400), (Refused, 409))


def status_of(error: JemaaError) -> int:
    """The HTTP status of a refusal: its own, or that of its family (the store 503, malformed 400, refused 409)."""
    if error.code in STATUS:
        return STATUS[error.code]
    return next((status for family, status in _FAMILY if isinstance(error, family)), 500)


def failure(error: JemaaError) -> web.Response:
    """The answer that tells a program of `error`."""
    body = msgspec.json.encode({"error": {"code": error.code, "text": error.text}})
    return _marked(web.Response(content_type="application/json", body=body), error)


@web.middleware
async def answer_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever a handler raises into an answer."""
    is_page = not request.path.startswith(("/api/", "/check/", "/client/", "/metrics", "/health"))

    def told(error: JemaaError) -> web.Response:
        return _marked(failure_page(request, error), error) if is_page else failure(error)

    try:
        return await handler(request)
    except JemaaError as error:
        if isinstance(error, StoreFailed):
            log.error("the store failed during %s: %s", shown(request.path), error)
        return told(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return told(_of_http(error))
    except ConnectionError:
        raise  # the peer went away: aiohttp knows what to do
    except Exception:
        log.exception("%s %s failed", request.method, shown(request.path))
        return told(Refused("internal", "Something went wrong on the server; its operator can see what."))


def _of_http(error: web.HTTPException) -> JemaaError:
    if error.status == 405:
        return Refused("method-not-allowed", "This address does not take that kind of request.")
    if error.status == 413:
        return Refused("body-too-large", "That is more than this server takes at once.")
    if error.status == 404:
        return Refused("not-found", "There is nothing at this address; please copy the whole link again.")
    return ProtocolError("bad-request", "This request is malformed.")


def _marked(answer: web.Response, error: JemaaError) -> web.Response:
    """With the status of `error`, kept by nobody, and when to ask again."""
    answer.set_status(status_of(error))
    answer.headers["Cache-Control"] = "no-store"
    if answer.status in (429, 503):
        answer.headers["Retry-After"] = "3"
    return answer
