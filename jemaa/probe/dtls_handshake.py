"""Probe room. A whole DTLS handshake by OpenSSL, and one stamped message there and back under its keys."""

import asyncio
import re
import time

from .book import Tally
from .datagram import random_packet
from .ground import Ground
from .pairs import GAP_SECONDS
from .trouble import NotOurs, named

try:
    from OpenSSL import SSL

    CAN_SHAKE = True
except ImportError:
    CAN_SHAKE = False

_TRIES = 3
_RESEND_SECONDS = 1.0
_TRY_BYTES = 2_500


def stack() -> str:
    """The name and version of the implementation, as `Measurement.stack` has it."""
    if not CAN_SHAKE:
        return "none"
    text = SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode()
    return re.sub(r"[^A-Za-z0-9 ._+-]", "", text)[:48].strip() or "OpenSSL"


async def dtls_handshake(ground: Ground) -> None:
    """`dtls_handshake-openssl-genuine`, each try begun a moment after the one before it; on a thin line one after the
    other, until one came to its end."""
    if not (CAN_SHAKE and ground.udp_ports and ground.offer is not None and ground.offer.handshake):
        return
    tally = ground.udp("dtls_handshake-openssl-genuine", ground.high, "genuine")
    async with asyncio.TaskGroup() as group:
        for _ in range(_TRIES):
            await ground.line.turn(_TRY_BYTES)
            if not ground.line.carries_calls:
                await _try(ground, tally)
                if tally.answers:
                    return
                continue
            group.create_task(_try(ground, tally))
            await asyncio.sleep(GAP_SECONDS)


async def _try(ground: Ground, tally: Tally) -> None:
    raw = tally.stamp()
    number, began = tally.sent - 1, time.monotonic()
    message = random_packet(raw, 100, ground.filling(100))
    seconds = min(10.0, 2.0 + 6 * ground.line.rtt + ground.line.patience)
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes | Exception] = asyncio.Queue(64)
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Inbox(arrived), remote_addr=(ground.udp_host, tally.port)
        )
        try:
            async with asyncio.timeout(seconds):
                await _shake(transport, arrived, message)
            tally.answered(number, rtt=time.monotonic() - began)
        finally:
            transport.close()
    except (OSError, NotOurs) as error:
        tally.failed(*named(error))


class _Inbox(asyncio.DatagramProtocol):
    """Datagrams in a row; beyond 64 they are lost, as on any way."""

    def __init__(self, arrived: "asyncio.Queue[bytes | Exception]") -> None:
        self._arrived = arrived

    def datagram_received(self, data: bytes, address: object) -> None:
        """From the server."""
        if not self._arrived.full():
            self._arrived.put_nowait(data)

    def error_received(self, error: Exception) -> None:
        """An ICMP message."""
        if not self._arrived.full():
            self._arrived.put_nowait(error)


async def _shake(
    transport: asyncio.DatagramTransport, arrived: "asyncio.Queue[bytes | Exception]", message: bytes
) -> None:
    """Until the message has come back. Raises `OSError`, `NotOurs`, `TimeoutError` of whoever calls."""
    connection = _connection()
    is_done = False
    while True:
        try:
            if not is_done:
                connection.do_handshake()
                is_done = True
            connection.send(message)
            _flush(connection, transport)
            if connection.recv(2_048) == message:
                return
            raise NotOurs("answer_not_ours")
        except SSL.WantReadError:
            _flush(connection, transport)
        except SSL.Error:
            raise NotOurs("ssl_failed_handshake") from None
        try:
            got = await asyncio.wait_for(arrived.get(), _RESEND_SECONDS)
        except TimeoutError:
            connection.DTLSv1_handle_timeout()
            continue
        if isinstance(got, Exception):
            raise got
        connection.bio_write(got)


def _connection() -> "SSL.Connection":
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
    context.set_options(SSL.OP_NO_QUERY_MTU)
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    connection.set_ciphertext_mtu(1_200)
    return connection


def _flush(connection: "SSL.Connection", transport: asyncio.DatagramTransport) -> None:
    while True:
        try:
            data = connection.bio_read(2_048)
        except SSL.WantReadError:
            return
        transport.sendto(data)
