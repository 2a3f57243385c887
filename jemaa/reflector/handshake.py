"""Reflector room. A real DTLS handshake, by OpenSSL, as the other side of a call makes it (RFC 6347, RFC 5764).

Until a cookie has come back from an address, only a HelloVerifyRequest goes there, which is shorter than what it
answers. After it the address is shown to be the asker's own.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from jemaa.limits import CHECK_HANDSHAKE_SECONDS, MAX_CHECK_HANDSHAKES

from .certificate import Certificate
from .ledger import Ledger
from .purse import Purse

try:
    from OpenSSL import SSL

    CAN_SHAKE = True
except ImportError:
    CAN_SHAKE = False

_MTU = 1_200
_Address = tuple[Any, ...]


class Handshakes:
    """Handshakes under way, by address; each lives for seconds. Needs pyOpenSSL (`CAN_SHAKE`)."""

    def __init__(self, ledger: Ledger, certificate: Certificate) -> None:
        self._ledger = ledger
        self._secret = secrets.token_bytes(32)
        self._open: OrderedDict[_Address, tuple[SSL.Connection, float, Purse]] = OrderedDict()
        self._context = SSL.Context(SSL.DTLS_METHOD)
        self._context.use_certificate(certificate.x509)
        self._context.use_privatekey(certificate.key)
        self._context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
        self._context.set_cookie_generate_callback(self._cookie)
        self._context.set_cookie_verify_callback(lambda one, cookie: hmac.compare_digest(self._cookie(one), cookie))
        self._context.set_options((SSL.OP_COOKIE_EXCHANGE or 0) | SSL.OP_NO_QUERY_MTU)

    def feed(self, address: _Address, data: bytes, now: float, purse: Purse) -> Iterator[bytes]:
        """Take a datagram, paid from this purse; what to send back."""
        self._forget(now)
        found = self._open.get(address)
        connection = found[0] if found else self._new(address)
        connection.bio_write(data)
        try:
            if found is None:
                connection.DTLSv1_listen()
                self._open[address] = (connection, now + CHECK_HANDSHAKE_SECONDS, purse)
            connection.do_handshake()
            echo = connection.recv(2_048)
            if self._ledger.see(echo, now):
                connection.send(echo)
        except SSL.Error:
            pass  # it wants more, or it was nothing: either way only what is in the buffer goes out
        yield from _records(connection)

    def _new(self, address: _Address) -> "SSL.Connection":
        connection = SSL.Connection(self._context, None)
        connection.set_app_data(repr(address).encode())
        connection.set_accept_state()
        connection.set_ciphertext_mtu(_MTU)
        return connection

    def _cookie(self, connection: "SSL.Connection") -> bytes:
        return hmac.digest(self._secret, connection.get_app_data(), hashlib.sha256)[:16]

    def _forget(self, now: float) -> None:
        while self._open:
            _, (_, ends, purse) = next(iter(self._open.items()))
            if ends > now and len(self._open) < MAX_CHECK_HANDSHAKES:
                return
            if ends > now:
                purse.leave("handshakes", now)
            self._open.popitem(last=False)


def _records(connection: "SSL.Connection") -> Iterator[bytes]:
    """Datagrams that wait in the connection's buffer: records are put together up to the MTU."""
    try:
        data = connection.bio_read(65_536)
    except SSL.Error:
        return
    datagram, at = b"", 0
    while at + 13 <= len(data):
        end = at + 13 + int.from_bytes(data[at + 11 : at + 13], "big")
        if datagram and len(datagram) + end - at > _MTU:
            yield datagram
            datagram = b""
        datagram += data[at:end]
        at = end
    if datagram:
        yield datagram
