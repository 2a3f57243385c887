"""Matrix room. The certificate of a run, and how a browser is told to trust it and the lab's own authority."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from jemaa.lab.authority import Authority
from jemaa.lab.places import SERVER, SERVER_SECOND
from jemaa.lab.topology import Lab

from .failures import MatrixFailed
from .system import HOST

NAMES = (HOST, f"www.{HOST}", f"other.{HOST}", SERVER[0], SERVER_SECOND[0])
PROXYS_AUTHORITY = "/media/authority.pem"
"""Where a lab's processes see the authority of a proxy that signs again (docs/lab.md)."""


@dataclass(frozen=True, slots=True)
class Trust:
    """PEM files: the authority of the run, and the server's certificate (with the authority's behind it) and key."""

    authority: Path
    certificate: Path

    @staticmethod
    def made(folder: Path) -> "Trust":
        """New ones, in this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        authority = Authority(folder)
        return Trust(authority.file, authority.leaf(*NAMES))

    def keys(self, lab: Lab) -> list[str]:
        """Hashes of public keys for Chromium's `--ignore-certificate-errors-spki-list`: the run's authority, and that
        of the lab's proxy."""
        seen = lab.popen("participant", ["cat", PROXYS_AUTHORITY], stdout=-1)
        proxys, _ = seen.communicate(timeout=10)
        return [_key_hash(pem) for pem in (self.authority.read_bytes(), proxys) if pem]


def _key_hash(pem: bytes) -> str:
    """Base64 of the SHA-256 of a certificate's SubjectPublicKeyInfo."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    except ImportError:
        text = "The matrix needs the package cryptography: pip install 'jemaa[lab]'."
        raise MatrixFailed("matrix-tool-missing", text) from None
    key = x509.load_pem_x509_certificate(pem).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
