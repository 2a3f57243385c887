"""Probe room. What went wrong, as a word of OONI's df-007, with the mark that somebody on the way left."""

import asyncio
import errno
import ssl

import aiohttp

_BY_ERRNO = {
    errno.ECONNREFUSED: ("connection_refused", None),
    errno.ECONNRESET: ("connection_reset", "rst"),
    errno.EPIPE: ("connection_reset", "rst"),
    errno.ECONNABORTED: ("connection_aborted", None),
    errno.EHOSTUNREACH: ("host_unreachable", "icmp"),
    errno.ENETUNREACH: ("network_unreachable", "icmp"),
    errno.EACCES: ("permission_denied", None),
    errno.EPERM: ("permission_denied", None),
    errno.ETIMEDOUT: ("generic_timeout_error", None),
}
"""Numbers of the system. What this machine's own firewall forbids is no mark of the network's, and over IPv6 nobody can
tell it from an ICMP of that meaning (Linux, net/ipv6/icmp.c `tab_unreach`)."""

_NOT_YET, _NO_MORE, _OTHERS_NAMES = 9, 10, (62, 64)
"""What OpenSSL says of a certificate (x509_vfy.h): its time, which a clock may have wrong; another's name."""

EXPECTED = (OSError, EOFError, ssl.SSLError, TimeoutError, aiohttp.ClientError, ValueError)
"""What a network can do to us: each of these has a word here, and nothing else is caught."""


UNLIKE = "http_unexpected_answer"


class NotOurs(ValueError):
    """An answer came, and not from whom we asked. `word` says how that shows, `artefact` which mark it is."""

    def __init__(self, word: str, artefact: str | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.artefact = artefact


class Declined(ValueError):
    """The server said no, in an answer under its own certificate: nobody on the way can have said it instead."""


class Busy(ValueError):
    """The server said that too many are checking at this moment: it was reached, and what was asked was not tried."""


class Unlike(ValueError):
    """An answer came as no measuring server gives it: an error, or another's page. Whose it is, whoever asked knows."""


def named(error: BaseException) -> tuple[str, str | None]:
    """(failure, artefact) of an error of a socket, of TLS or of HTTP."""
    if isinstance(error, NotOurs):
        return error.word, error.artefact
    if isinstance(error, Declined | Busy):
        return "http_unexpected_status_code", None
    if isinstance(error, Unlike):
        return UNLIKE, None
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return "proxy_refused", None
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return "upgrade_refused", None
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return named(error.certificate_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error)
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return "generic_timeout_error", None
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns_nxdomain_error", None
    if isinstance(error, aiohttp.ClientConnectorError):
        return named(error.os_error) if error.os_error is not error else ("unknown_failure", None)
    if _is_end(error):
        return "eof_error", None
    if isinstance(error, ssl.SSLError):  # its number is OpenSSL's: 1 is any fatal error there, and EPERM of the system
        return "ssl_failed_handshake", None
    if isinstance(error, OSError) and error.errno in _BY_ERRNO:
        return _BY_ERRNO[error.errno]
    if isinstance(error, aiohttp.ClientResponseError):
        return "http_request_failed", None
    return "unknown_failure", None


def _is_end(error: BaseException) -> bool:
    """Whether the other side just ended: asyncio says so without a number where it happens in mid-handshake."""
    is_numberless = isinstance(error, ConnectionError) and error.errno is None
    ends = EOFError | aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError
    return is_numberless or isinstance(error, ends | ssl.SSLEOFError | ssl.SSLZeroReturnError)


def _of_certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str | None]:
    """No mark: a server's own certificate may be wrong in each of these ways. Whether others' are wrong as well, from
    there and at that time, is what `verdict/rules/certificates.py` asks."""
    code = getattr(error, "verify_code", 0)
    if code in (_NOT_YET, _NO_MORE):
        return "ssl_invalid_certificate", None
    return ("ssl_invalid_hostname" if code in _OTHERS_NAMES else "ssl_unknown_authority"), None
