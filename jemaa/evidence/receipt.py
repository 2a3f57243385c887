"""Evidence room. Receipts: whoever has one may take the measurement back. Signed; nothing is kept of them."""

import hashlib

import msgspec
from itsdangerous import BadData, URLSafeSerializer
from msgspec import Struct

from jemaa.errors import Refused

MAX_RECEIPT_CHARACTERS = 300
"""Ours have about 130; whatever is longer is not looked at."""


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """Which measurement, filed under which day; it does not say whose, because nobody knows."""

    id: str
    day: str


class Receipts:
    """Signs and reads them with one key, under a salt of their own (as `wire/token.py` does for links)."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeSerializer(
            key, salt=b"jemaa.receipt", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def sign(self, receipt: Receipt) -> str:
        """As text, fit for an address."""
        text = self._serializer.dumps(msgspec.to_builtins(receipt))
        return text if isinstance(text, str) else text.decode("ascii")

    def read(self, text: str) -> Receipt:
        """`Refused` `receipt-forged` if it is not one of ours."""
        if len(text) <= MAX_RECEIPT_CHARACTERS:
            try:
                return msgspec.convert(self._serializer.loads(text), Receipt)
            except (BadData, msgspec.ValidationError, ValueError, RecursionError):
                pass
        raise Refused("receipt-forged", "This is no receipt of this server; please copy all of it.")
