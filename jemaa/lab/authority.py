"""Lab room. The proxy's own certificate authority: signs for any name on the spot, as companies' proxies do.

Needs the package `cryptography` (`pip install 'jemaa[lab]'`). Keys live in memory and in a folder that goes with
the lab.
"""

import datetime
import ipaddress
import ssl
from pathlib import Path

from .failures import LabFailed

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    CAN_SIGN = True
except ImportError:
    CAN_SIGN = False


class Authority:
    """Makes certificates. `folder` gets `authority.pem`, which whoever is to trust the proxy has to trust."""

    def __init__(self, folder: Path) -> None:
        if not CAN_SIGN:
            raise LabFailed(
                "lab-tool-missing", "re-signing TLS needs the package cryptography: pip install 'jemaa[lab]'"
            )
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Jemaa lab proxy")])
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._leaves = 0
        certificate = self._signed(self._name, self._key.public_key(), [], authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, name: str) -> ssl.SSLContext:
        """A server's side of TLS for this name, made once; HTTP/1.1 is all that it offers."""
        if name not in self._contexts:
            self._contexts[name] = self._make(name)
        return self._contexts[name]

    def leaf(self, *names: str) -> Path:
        """A certificate for these names and addresses with its key, and the authority's behind it, as a PEM file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        certificate = self._signed(subject, key.public_key(), [_alternative(name) for name in names], authority=False)
        self._leaves += 1
        file = self._folder / f"leaf-{self._leaves}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + self.file.read_bytes() + private)
        return file

    def _make(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.leaf(name))
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _signed(
        self,
        subject: "x509.Name",
        key: "ec.EllipticCurvePublicKey",
        alternatives: "list[x509.GeneralName]",
        *,
        authority: bool,
    ) -> "x509.Certificate":
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _alternative(name: str) -> "x509.GeneralName":
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
