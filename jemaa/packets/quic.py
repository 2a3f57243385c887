"""Packets room. QUIC's first packet, its twin that only asks for a version, and short answers to both.

(RFC 9000 §17.2, RFC 9001 §5 and §5.8.) The stamp is the connection id. Needs `cryptography`; `CAN_SEAL` says whether
it is there.
"""

import hashlib
import hmac

from .stamp import STAMP_BYTES

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    CAN_SEAL = True
except ImportError:
    CAN_SEAL = False

V1 = 1
UNKNOWN = 0x1A2A3A4A
"""A version kept for asking which ones there are (RFC 9000 §15)."""

DATAGRAM_BYTES = 1_200
_SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_RETRY_KEY, _RETRY_NONCE = (
    bytes.fromhex("be0c690b9f66575a1d766b54e368c84e"),
    bytes.fromhex("461599d35d632bf2239825bb"),
)


def initial(stamp: bytes, message: bytes) -> bytes:
    """A client's Initial of version 1 that carries a ClientHello, padded to 1,200 bytes."""
    frame = b"\x06\0" + (0x4000 | len(message)).to_bytes(2, "big") + message
    head = b"\xc3" + V1.to_bytes(4, "big") + bytes([STAMP_BYTES]) + stamp + b"\0\0"
    frames = frame.ljust(DATAGRAM_BYTES - len(head) - 2 - 4 - 16, b"\0")
    length = (0x4000 | (4 + len(frames) + 16)).to_bytes(2, "big")
    key, iv, protection = _client_keys(stamp)
    sealed = AESGCM(key).encrypt(iv, frames, head + length + bytes(4))
    mask = Cipher(algorithms.AES(protection), modes.ECB()).encryptor().update(sealed[:16])
    return bytes([head[0] ^ (mask[0] & 0x0F)]) + head[1:] + length + mask[1:5] + sealed


def version_question(stamp: bytes, filling: bytes) -> bytes:
    """The same in form and size with a version that no server has: answered with those it has."""
    head = b"\xc3" + UNKNOWN.to_bytes(4, "big") + bytes([STAMP_BYTES]) + stamp + b"\0\0\x44\x9e"
    return head + filling[: DATAGRAM_BYTES - len(head)].ljust(DATAGRAM_BYTES - len(head), b"\x55")


def is_long(data: bytes) -> bool:
    """A whole first packet of any version, with a connection id of our length."""
    return len(data) >= DATAGRAM_BYTES and data[0] >= 0xC0 and data[5] == STAMP_BYTES


def answer(data: bytes) -> bytes | None:
    """Retry to version 1, the list of versions to any other; both carry the stamp."""
    stamp = data[6 : 6 + STAMP_BYTES]
    if int.from_bytes(data[1:5], "big") != V1:
        return b"\xca" + bytes(4) + b"\0" + bytes([STAMP_BYTES]) + stamp + V1.to_bytes(4, "big")
    if not CAN_SEAL:
        return None
    packet = b"\xf0" + V1.to_bytes(4, "big") + b"\0" + bytes([STAMP_BYTES]) + stamp + b"again"
    pseudo = bytes([STAMP_BYTES]) + stamp + packet
    return packet + AESGCM(_RETRY_KEY).encrypt(_RETRY_NONCE, b"", pseudo)


def _client_keys(connection: bytes) -> tuple[bytes, bytes, bytes]:
    """(key, iv, header protection) of a client's Initial (RFC 9001 §5.2)."""
    secret = _expand(hmac.digest(_SALT, connection, hashlib.sha256), b"client in", 32)
    return _expand(secret, b"quic key", 16), _expand(secret, b"quic iv", 12), _expand(secret, b"quic hp", 16)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context, up to 32 bytes (RFC 8446 §7.1)."""
    info = size.to_bytes(2, "big") + bytes([len(label) + 6]) + b"tls13 " + label + b"\0\x01"
    return hmac.digest(secret, info, hashlib.sha256)[:size]
