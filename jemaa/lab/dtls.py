"""Lab room. DTLS handshakes as a filter reads them (RFC 6347, RFC 9147)."""

from .tls import ClientHello, handshake_hello

_VERSIONS = (b"\xfe\xff", b"\xfe\xfd", b"\xfe\xfc")
CLIENT_HELLO, SERVER_HELLO = 1, 2


def handshake_type(datagram: bytes) -> int | None:
    """The type of the handshake message that a datagram begins with; None if it begins with none."""
    if len(datagram) < 14 or datagram[0] != 0x16 or datagram[1:3] not in _VERSIONS:
        return None
    return datagram[13]


def is_dtls(datagram: bytes) -> bool:
    """Any DTLS record by type, version and a length that fits."""
    if len(datagram) < 13 or not 20 <= datagram[0] <= 23 or datagram[1:3] not in _VERSIONS:
        return False
    return 13 + int.from_bytes(datagram[11:13], "big") <= len(datagram)


def client_hello(datagram: bytes) -> ClientHello | None:
    """The ClientHello, if it is whole in this datagram."""
    if handshake_type(datagram) != CLIENT_HELLO or len(datagram) < 25:
        return None
    size, offset = datagram[14:17], int.from_bytes(datagram[19:22], "big")
    if offset or datagram[22:25] != size:
        return None  # a fragment: filters of this kind do not put them together
    return handshake_hello(datagram[13:17] + datagram[25:], dtls=True)
