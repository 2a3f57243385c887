"""Web room. Connections that networks cut: whoever has met that asks for one answer a connection.

Some networks freeze a connection after some kilobytes or seconds, without a word. A page cannot tell its browser to
open a new one; the server can, by closing after its answer.
"""

from aiohttp import web

from .failures import Handler

WISH = "Jemaa-Connection"
ONCE = "once"

IDLE_SECONDS = 8.0
"""How long a connection without a request is kept: what is older may have died on the way without either end knowing,
and whoever asks on it waits for nothing. A handshake taken up again costs little more than a kilobyte."""


@web.middleware
async def close_if_wished(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The answer is the connection's last for whoever asks so (docs/protocol.md §4)."""
    response = await handler(request)
    if request.headers.get(WISH) == ONCE and not response.prepared:
        response.force_close()
    return response
