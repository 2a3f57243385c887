"""Evidence room. The pseudonym of a probe: the same for a week in one network, and nothing beyond.

It is a keyed hash of where a submission came from, of the network and of the week. The key is made by chance each week
and deleted when the week is over, whether or not anything comes then, so that nobody, the operator included, can later
try out addresses until one fits; within the week whoever has the key could. What it costs: people behind one shared
address are one probe, so that a carrier's crowd counts for less than it is; somebody whose address changes is several.
"""

import ipaddress
import secrets
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from jemaa.errors import StoreFailed
from jemaa.facts import scrub

from . import manifest
from .entry import monday

IPV6_PREFIX_BYTES = 7
"""A household has a /56 or less; taking the whole address would make one device a new probe each day."""


class _Key(Struct, frozen=True):
    week: str
    key: bytes


class Pseudonyms:
    """Those of one folder. The key is in it, for this user's eyes only, because a restart makes no new probes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "week.key"
        self._key = _Key("", b"")

    def probe(self, address: str, cc: str, asn: int, day: date) -> int:
        """A number of 64 bits. `StoreFailed` `store-failed` if this week's key cannot be written."""
        week = monday(day)
        if self._key.week != week:
            self._key = self._of_week(week)
        return scrub.pseudonym(household(address), cc=cc, asn=asn, key=self._key.key)

    def forget(self, day: date) -> None:
        """Delete, here and on the disk, what is not the key of this day's week. `StoreFailed` `store-failed`."""
        week = monday(day)
        if self._key.week != week:
            self._key = _Key("", b"")
        try:
            manifest.spare(self._path).unlink(missing_ok=True)  # of a crash, which may have left a key in it
            if self._found().week != week:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            text = f"The key of a week that is over cannot be deleted: {self._path} ({error.strerror})."
            raise StoreFailed("store-failed", text) from error

    def _found(self) -> _Key:
        """What is on the disk; the key of no week where there is none, or something else."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Key)
        except (OSError, msgspec.DecodeError):
            return _Key("", b"")

    def _of_week(self, week: str) -> _Key:
        found = self._found()
        if found.week == week:
            return found
        made = _Key(week, secrets.token_bytes(32))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            manifest.replace(self._path, msgspec.json.encode(made), mode=0o600)
        except OSError as error:
            raise StoreFailed("store-failed", "The server's disk failed; nothing was recorded.") from error
        return made


def household(address: str) -> bytes:
    """What of an address counts as one source: all of IPv4, the /56 of IPv6, which one subscriber has to himself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return b""
    if isinstance(found, ipaddress.IPv6Address):
        return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[:IPV6_PREFIX_BYTES]
    return found.packed
