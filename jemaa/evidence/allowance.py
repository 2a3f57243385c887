"""Evidence room. How many submissions one source may send, and all together: a flood fills neither disk nor tables."""

import hashlib
import secrets
from collections import OrderedDict

from jemaa.bucket import Bucket
from jemaa.limits import MAX_SUBMISSION_SOURCES, SUBMISSIONS_A_SECOND, SUBMISSIONS_AN_HOUR

_HOUR = 3_600
_BURST_SECONDS = 60


class Allowance:
    """In memory only, by a hash under a key that ends with the process."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._sources: OrderedDict[bytes, Bucket] = OrderedDict()
        self._all = Bucket(SUBMISSIONS_A_SECOND, SUBMISSIONS_A_SECOND * _BURST_SECONDS)

    def take(self, source: bytes, now: float) -> bool:
        """Whether one more may come from this source."""
        key = hashlib.blake2b(source, digest_size=12, key=self._salt).digest()
        bucket = self._sources.pop(key, None)
        if bucket is None:
            bucket = Bucket(SUBMISSIONS_AN_HOUR / _HOUR, SUBMISSIONS_AN_HOUR)
            while len(self._sources) >= MAX_SUBMISSION_SOURCES:
                self._sources.popitem(last=False)
        self._sources[key] = bucket
        if not (bucket.has(1, now) and self._all.has(1, now)):
            return False
        return bucket.take(1, now) and self._all.take(1, now)
