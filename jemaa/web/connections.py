"""Web room. Connections that networks cut: whoever has met that asks for one answer a connection.

Some networks freeze a connection after some kilobytes or seconds, without a word. A page cannot tell its browser to
open a new one; the server can, by closing after its answer.
"""

import asyncio
import socket
from contextlib import suppress

from aiohttp import web

from jemaa.limits import KERNEL_BUFFER_BYTES

from .failures import Handler

WISH = "Jemaa-Connection"
ONCE = "once"

IDLE_SECONDS = 8.0
"""How long a connection without a request is kept: what is older may have died on the way without either end knowing,
and whoever asks on it waits for nothing. A handshake taken up again costs little more than a kilobyte."""


def tcp_socket(transport: asyncio.BaseTransport) -> socket.socket | None:
    """The connection's own socket; None if it is none of TCP."""
    found: socket.socket | None = transport.get_extra_info("socket")
    return found if found is not None and found.family in (socket.AF_INET, socket.AF_INET6) else None


def keep_short(transport: asyncio.Transport) -> None:
    """Let little wait in the kernel for this connection, where it can be neither skipped nor counted.

    By default that is megabytes, which over 64 kb/s is minutes of an old picture in front of the newest word.
    """
    if (found := tcp_socket(transport)) is not None:
        with suppress(OSError):  # a kernel without it, or a connection that has just gone
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BUFFER_BYTES)


@web.middleware
async def close_if_wished(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The answer is the connection's last for whoever asks so (docs/protocol.md §4)."""
    response = await handler(request)
    if request.headers.get(WISH) == ONCE and not response.prepared:
        response.force_close()
    return response
