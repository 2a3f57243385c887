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
    errno.EACCES: ("host_unreachable", "icmp"),
    errno.EPERM: ("host_unreachable", "icmp"),
    errno.ETIMEDOUT: ("generic_timeout_error", None),
}

_NOT_YET, _NO_MORE, _OTHERS_NAME = 9, 10, 62
"""What OpenSSL says of a certificate: that of a clock that is off, and of another's name."""

EXPECTED = (OSError, EOFError, ssl.SSLError, TimeoutError, aiohttp.ClientError, ValueError)
"""What a network can do to us: each of these has a word here, and nothing else is caught."""


class NotOurs(ValueError):
    """An answer came, and not from whom we asked. `word` says how that shows, `artefact` which mark it is."""

    def __init__(self, word: str, artefact: str | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.artefact = artefact


class Declined(ValueError):
    """The server said no, in an answer under its own certificate: nobody on the way can have said it instead."""


def named(error: BaseException) -> tuple[str, str | None]:
    """(failure, artefact) of an error of a socket, of TLS or of HTTP."""
    if isinstance(error, NotOurs):
        return error.word, error.artefact
    if isinstance(error, Declined):
        return "http_unexpected_status_code", None
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
    if isinstance(error, OSError) and error.errno in _BY_ERRNO:
        return _BY_ERRNO[error.errno]
    if isinstance(error, ssl.SSLError):
        return "ssl_failed_handshake", None
    if isinstance(error, EOFError | aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return "eof_error", None
    if isinstance(error, aiohttp.ClientResponseError):
        return "http_request_failed", None
    return "unknown_failure", None


def _of_certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str | None]:
    """An unknown authority is a mark of somebody who signs again; a clock that is off is not."""
    code = getattr(error, "verify_code", 0)
    if code in (_NOT_YET, _NO_MORE):
        return "ssl_invalid_certificate", None
    return ("ssl_invalid_hostname" if code == _OTHERS_NAME else "ssl_unknown_authority"), "tls_resigned"
