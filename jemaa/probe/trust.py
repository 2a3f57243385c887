"""Probe room. Whom a check trusts: the authorities of this machine, and one more that was named."""

import os
import ssl


def context(authority: str = "") -> ssl.SSLContext:
    """A client's side of TLS that verifies. `authority` is a PEM file of one to trust as well; `OSError` where it
    cannot be read. The machine's own are kept, because anchors are places of the wide world."""
    made = ssl.create_default_context()
    if authority:
        made.load_verify_locations(authority)
    return made


def unverified() -> ssl.SSLContext:
    """One that takes any certificate, for whoever compares its fingerprint himself. The machine's authorities are not
    read for it: that takes 20 ms a connection, in which nothing else of a check is on time."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def knows_anybody(made: ssl.SSLContext) -> bool:
    """Whether there is an authority at all by which a certificate could be trusted. What lies in a folder is read only
    when it is looked for, and is in no statistics (OpenSSL, `SSL_CTX_load_verify_locations`)."""
    folder = ssl.get_default_verify_paths().capath
    return made.cert_store_stats()["x509_ca"] > 0 or (folder is not None and any(os.scandir(folder)))
