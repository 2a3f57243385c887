"""Evidence room. How many submissions one source may send, and all together: a flood fills neither disk nor tables."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from jemaa.limits import MAX_SUBMISSION_SOURCES, SUBMISSIONS_A_SECOND, SUBMISSIONS_AN_HOUR

_HOUR = 3_600
_BURST_SECONDS = 60


@dataclass(slots=True)
class _Bucket:
    """What may still come; it fills up again with time."""

    most: float
    a_second: float
    left: float
    at: float

    def has(self, now: float) -> bool:
        self.left = min(self.most, self.left + max(0.0, now - self.at) * self.a_second)
        self.at = now
        return self.left >= 1


class Allowance:
    """In memory only, by a hash under a key that ends with the process."""

    def __init__(self, now: float) -> None:
        self._salt = secrets.token_bytes(16)
        self._sources: OrderedDict[bytes, _Bucket] = OrderedDict()
        most = float(SUBMISSIONS_A_SECOND * _BURST_SECONDS)
        self._all = _Bucket(most, SUBMISSIONS_A_SECOND, most, now)

    def take(self, source: bytes, now: float) -> bool:
        """Whether one more may come from this source."""
        key = hashlib.blake2b(source, digest_size=12, key=self._salt).digest()
        bucket = self._sources.pop(key, None)
        if bucket is None:
            bucket = _Bucket(SUBMISSIONS_AN_HOUR, SUBMISSIONS_AN_HOUR / _HOUR, SUBMISSIONS_AN_HOUR, now)
            while len(self._sources) >= MAX_SUBMISSION_SOURCES:
                self._sources.popitem(last=False)
        self._sources[key] = bucket
        if not (bucket.has(now) and self._all.has(now)):
            return False
        bucket.left -= 1
        self._all.left -= 1
        return True
