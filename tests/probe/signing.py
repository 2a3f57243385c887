"""Certificates of all kinds for servers of a test: right ones, and each of the ways in which one can be wrong."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = (-1, 30)
EXPIRED, FUTURE = (-400, -35), (300, 390)
"""From and to, in days from today: what a clock sees that is a year ahead, or behind."""


class Signer:
    """An authority of a test's own, in `file`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        made = _certificate(name, name, self._key, self._key, NOW, address=None)
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self._count = 0

    def serves(self, address: str, days: tuple[int, int] = NOW, *, itself: bool = False) -> ssl.SSLContext:
        """A server's side of TLS for this address, valid from and to so many days; `itself`: signed by nobody else."""
        key = ec.generate_private_key(ec.SECP256R1())
        by, signs = ("leaf", key) if itself else (self._name, self._key)
        leaf = _certificate("leaf", by, key, signs, days, address=address)
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._count += 1
        file = self._folder / f"{self._name}-{self._count}.pem"
        file.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + plain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signs: ec.EllipticCurvePrivateKey,
    days: tuple[int, int],
    *,
    address: str | None,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    begins, ends = (now + datetime.timedelta(days=one) for one in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
    )
    if address is not None:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signs, hashes.SHA256())
