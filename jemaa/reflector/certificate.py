"""Reflector room. A certificate of the reflector's own, new at each start: whoever measures knows it by fingerprint.

Needs `cryptography`; `CAN_SIGN` says whether it is there.
"""

import datetime
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    CAN_SIGN = True
except ImportError:
    CAN_SIGN = False


@dataclass(frozen=True, slots=True)
class Certificate:
    """Both as `cryptography` has them, and the SHA-256 of the certificate in hexadecimal."""

    x509: Any
    key: Any
    sha256: str

    def context(self) -> ssl.SSLContext:
        """A server's side of TLS with it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = 0  # nobody comes back to a connection of a check: half a kilobyte each on a thin line
        encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        private = self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        with tempfile.TemporaryDirectory(prefix="jemaa-") as folder:  # the module ssl reads files only
            file = Path(folder) / "both.pem"
            file.touch(mode=0o600)
            file.write_bytes(self.x509.public_bytes(encoding) + private)
            context.load_cert_chain(file)
        return context


def make() -> Certificate:
    """A self-signed one for ten years back and forth: a check's clock may be wrong."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "measuring server")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=3_650))
        .not_valid_after(now + datetime.timedelta(days=3_650))
        .sign(key, hashes.SHA256())
    )
    return Certificate(made, key, made.fingerprint(hashes.SHA256()).hex())
