"""Evidence room. Cells: of each network, access, path and week how many probes there were, and for how many it worked.

One probe has one vote: it worked, it failed, or it did both (half a vote each way). How often a probe measured makes
no difference, so that a flood of one probe is one vote.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from msgspec import Struct

from jemaa.limits import EVIDENCE_K
from jemaa.verdict.statistics import wilson

from .archive import Archive, rows_of
from .engine import Engine
from .entry import PATHS, Key, unpacked
from .instruments import without

FORGED_SHARE = 0.1
"""So many of the votes may be forged, and a cell's word must still be the right one: the interval allows for them."""


class Cell(Struct, frozen=True, kw_only=True, gc=False):
    """`share` of the votes for “worked”; `low` and `high` bound it (95 %, and one vote in ten forged).

    `word`: `worked`, `failed` (of most), `mixed`, or `few` where so few probes cannot say.
    Nothing in it can lead back to it, so that nobody need look for that among hundreds of thousands.
    """

    key: Key
    path: str
    probes: int
    worked: int
    failed: int
    both: int
    share: float
    low: float
    high: float
    word: str


def cells(archive: Archive, days: Sequence[str] | None = None, *, left_out: Collection[str] = ()) -> list[Cell]:
    """Every cell with at least k=3 probes of these days (default: all), by week and network. What the instruments
    `left_out` measured is in none.
    """
    files = archive.files("rows", days)
    if not files:
        return []
    with Engine() as engine:
        rows = engine.rows(_query(files, without(left_out)))
    networks = sorted(((unpacked(row[0]), row[1:]) for row in rows), key=itemgetter(0))
    return [cell for key, row in networks for cell in _cells(key, row)]


def _query(files: list[str], where: str) -> str:
    """Votes of each probe as two sets of bits, then each pattern of votes with its count, then networks: of each how
    many probes tried each path, for how many it worked, and for how many it failed.
    """
    tried, worked, failed = (
        ", ".join(f"coalesce(sum(n) FILTER ({votes} & {1 << bit} <> 0), 0)" for bit in range(len(PATHS)))
        for votes in ("(w | f)", "w & ~f", "f & ~w")
    )
    return f"""
        WITH votes AS (
            SELECT cell, probe, bit_or(worked) AS w, bit_or(tried & ~worked) AS f
            FROM {rows_of(files)} WHERE counted AND {where} GROUP BY cell, probe
        ), patterns AS (SELECT cell, w, f, count(*) AS n FROM votes GROUP BY cell, w, f)
        SELECT cell, [{tried}]::BIGINT[], [{worked}]::BIGINT[], [{failed}]::BIGINT[]
        FROM patterns GROUP BY cell HAVING sum(n) >= {EVIDENCE_K}"""


def _cells(key: Key, row: Sequence[Sequence[int]]) -> Iterator[Cell]:
    """One for each path that enough probes tried."""
    for path, probes, worked, failed in zip(PATHS, *row, strict=True):
        if probes >= EVIDENCE_K:
            yield _cell(key, path, probes, worked, failed)


def _cell(key: Key, path: str, probes: int, worked: int, failed: int) -> Cell:
    both = probes - worked - failed
    votes = worked + both / 2
    low, high = bounds(votes, probes)
    return Cell(
        key=key, path=path, probes=probes, worked=worked, failed=failed, both=both,
        share=votes / probes, low=low, high=high, word=word_of(probes, low, high),
    )  # fmt: skip


@lru_cache(maxsize=65_536)
def bounds(votes: float, probes: int) -> tuple[float, float]:
    """Between what and what the share lies: Wilson's interval of probes, either end with a tenth of the votes forged.

    As each probe has one vote, this is what a bootstrap by probe comes to, without chance in it. Remembered, because
    most of a large table's cells are of few probes.
    """
    lies = forged(probes)
    return wilson(max(0.0, votes - lies), probes)[0], wilson(min(float(probes), votes + lies), probes)[1]


def forged(probes: int) -> int:
    """Of so many votes so many may be."""
    return max(1, round(probes * FORGED_SHARE))


def word_of(probes: int, low: float, high: float) -> str:
    """What may be said of so many probes and this interval; as in `Cell`."""
    if low >= 0.5:
        return "worked"
    if high <= 0.5:
        return "failed"
    return "few" if bounds(probes, probes)[0] < 0.5 else "mixed"
