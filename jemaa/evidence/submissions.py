"""Evidence room. A stranger's measurement to an entry of the record, and a receipt; or a refusal that says why.

The sender's address is asked for its network, hashed into a pseudonym and forgotten: nothing here writes it down.
The disk has one writer, a thread of its own, so that the meeting on the same machine never waits for it.
"""

import asyncio
import datetime
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from jemaa.errors import Refused, StoreFailed
from jemaa.facts import read, scrub
from jemaa.facts.record import Measurement
from jemaa.limits import FOLD_SECONDS, MAX_SUBMISSIONS_WAITING, SUBMISSION_AGE_SECONDS

from .allowance import Allowance
from .entry import Entry, entry_of
from .facts_files import Judge, mend
from .journal import Journal
from .origin import Origin, Origins
from .pseudonym import Pseudonyms, household
from .receipt import Receipt, Receipts

log = logging.getLogger("jemaa.evidence")

T = TypeVar("T")


class Taken(Struct, frozen=True):
    """What the sender is told. `flags` says what speaks against counting it; it is kept all the same."""

    receipt: str
    day: str
    counted: bool
    flags: list[str]


class Submissions:
    """Owns the journal of a folder. `run` keeps house in it; `close` it once. `site` is where its pages are shown.

    `StoreFailed` `store-failed` if the key of a week that is over lies there and cannot be deleted.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: bytes,
        origins: Origins,
        judge: Judge,
        now: Callable[[], float],
        site: Path | None = None,
    ) -> None:
        self._journal = Journal(folder)
        self._site = site
        self._origins = origins
        self._pseudonyms = Pseudonyms(folder)
        self._receipts = Receipts(key)
        self._judge = judge
        self._now = now
        self._allowance = Allowance()
        self._writer = ThreadPoolExecutor(1, "jemaa.evidence")
        self._waiting = 0
        self._pseudonyms.forget(self._day(now()))

    async def submit(self, data: bytes, address: str) -> Taken:
        """Take a measurement that its sender consented to. `ProtocolError` as `facts.read`; `Refused` `too-fast`."""
        now = self._now()
        if not self._allowance.take(household(address), now):
            raise Refused("too-fast", "Very many measurements came from your network; please wait an hour.")
        measurement = read.read(data, now, max_age=SUBMISSION_AGE_SECONDS)
        entry = await self._do(partial(self._keep, measurement, address, now))
        receipt = self._receipts.sign(Receipt(entry.id, entry.day))
        return Taken(receipt, entry.day, entry.counted, entry.flags)

    async def withdraw(self, receipt: str) -> None:
        """Forget a measurement, in the files of facts that are shown too. `Refused`: `receipt-forged`,
        `no-such-measurement`."""
        found = self._receipts.read(receipt)
        if not await self._do(partial(self._take_back, found)):
            raise Refused("no-such-measurement", "This measurement is not here; perhaps it was deleted before.")

    async def fold(self) -> int:
        """Move what has come into the archive; how many."""
        return await self._do(self._journal.fold)

    async def run(self) -> None:
        """Keep house at intervals, until cancelled: fold, forget the key of a week that is over, and go on with taking
        out of the site what a crash left in it."""
        while True:
            for work in (self._forget_key, self._mend):
                await self._tried(work)
            await asyncio.sleep(FOLD_SECONDS)
            await self._tried(self._journal.fold)

    async def close(self) -> None:
        """Let the writer finish."""
        await self._tried(self._forget_key)
        await asyncio.to_thread(self._writer.shutdown)

    async def _tried(self, work: Callable[[], object]) -> None:
        try:
            await self._do(work)
        except StoreFailed as error:  # what came stays in the journal; all of it is tried again
            log.error("in the record something is left undone, and will be tried again: %s", error)

    def _forget_key(self) -> None:
        self._pseudonyms.forget(self._day(self._now()))

    def _take_back(self, receipt: Receipt) -> bool:
        was_there = self._journal.remove(receipt.id, receipt.day)
        self._mend()
        return was_there

    def _mend(self) -> None:
        if self._site:
            with self._journal.archive.held():
                mend(self._journal.archive, self._site / "data", self._judge)

    @staticmethod
    def _day(now: float) -> datetime.date:
        return datetime.datetime.fromtimestamp(now, datetime.UTC).date()

    def _keep(self, measurement: Measurement, address: str, now: float) -> Entry:
        """In the writer's thread: judging a measurement that was made to be slow must not hold up the meeting."""
        entry = self._entry(measurement, address, now)
        self._journal.write([entry])
        return entry

    def _entry(self, measurement: Measurement, address: str, now: float) -> Entry:
        origin = self._origins.find(address)
        flags = flags_of(measurement, origin)
        placed = scrub.clean(placed_at(measurement, origin))
        network = placed.network
        return entry_of(
            placed,
            self._judge(placed),
            identity=secrets.token_hex(16),
            probe=self._pseudonyms.probe(address, network.cc or "ZZ", network.asn or 0, self._day(now)),
            filed_at=int(now),
            flags=flags,
            asn_db=self._origins.label,
        )

    async def _do(self, work: Callable[[], T]) -> T:
        """Run it in the writer's thread, after what waits there. `StoreFailed`: `store-busy`, `store-failed`."""
        if self._waiting >= MAX_SUBMISSIONS_WAITING:
            raise StoreFailed("store-busy", "The disk cannot keep up; please try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, work)
        except OSError as error:
            raise StoreFailed("store-failed", "The server's disk failed; nothing was recorded.") from error
        finally:
            self._waiting -= 1


def flags_of(measurement: Measurement, origin: Origin) -> list[str]:
    """What the sender's address says against the network that the measurement names; it must vouch for all of it."""
    network = measurement.network
    if (network.asn and origin.asn and network.asn != origin.asn) or (
        network.cc and origin.cc and network.cc != origin.cc
    ):
        return ["network-differs"]
    return [] if origin.asn and origin.cc else ["network-unverified"]


def placed_at(measurement: Measurement, origin: Origin) -> Measurement:
    """With the network that its sender did not know filled in; what he said himself stays, and is flagged if wrong."""
    network = measurement.network
    known = msgspec.structs.replace(network, asn=network.asn or origin.asn, cc=network.cc or origin.cc)
    return msgspec.structs.replace(measurement, network=known)
