"""Evidence room. Cells: of each network, access, path and week how many probes there were, and for how many it worked.

One probe has one vote: it worked, it failed, or it did both (half a vote each way). How often a probe measured, and how
it says that it is connected, makes no difference: a flood of one probe is one vote in one cell.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from msgspec import Struct

from jemaa.limits import EVIDENCE_K
from jemaa.verdict.statistics import wilson

from .archive import Archive
from .ballot import FAILED, PLACE, cast
from .engine import Engine
from .entry import PATHS, Key, unpacked
from .instruments import without

FORGED_SHARE = 0.1
"""So many of a network's probes may be forged, and a cell's word must still be the right one: the interval allows for
them."""


class Cell(Struct, frozen=True, kw_only=True, gc=False):
    """`share` of the votes for “worked”; `low` and `high` bound it (95 %, and one vote in ten forged).

    `word`: `worked`, `failed` (of most), `mixed`, or `few` where so few probes cannot say. `forgeable` are its probes
    where they are no more than a tenth of the network's, who could all have named this access; else none.
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
    forgeable: int = 0


def cells(
    archive: Archive, days: Sequence[str] | None = None, *, left_out: Collection[str] = (), where: str = "true"
) -> list[Cell]:
    """Every cell with at least k=3 probes of these days (whole weeks; default: all), by week and network. What the
    instruments `left_out` measured is in none; `where`, in SQL, chooses networks.
    """
    files = archive.files("rows", days)
    if not files:
        return []
    with Engine() as engine:
        cast(engine, files, f"{without(left_out)} AND {where}")
        rows = engine.rows(_query())
    networks = sorted(((unpacked(row[0]), row[1:]) for row in rows), key=itemgetter(0))
    return [cell for key, (network, *row) in networks for cell in _cells(key, network, row)]


def _query() -> str:
    """Of the votes each pattern with its count, then cells: of each how many probes of its network were published in
    that week, how many tried each path, for how many it worked, and for how many it failed.
    """
    both = [1 << bit | 1 << bit + FAILED for bit in range(len(PATHS))]
    tried = ", ".join(f"coalesce(sum(n) FILTER (vote & {bits} <> 0), 0)" for bits in both)
    worked, failed = (
        ", ".join(f"coalesce(sum(n) FILTER (vote & {bits} = {1 << bit + side}), 0)" for bit, bits in enumerate(both))
        for side in (0, FAILED)
    )
    return f"""
        WITH patterns AS (SELECT cell, vote, count(*) AS n FROM votes GROUP BY cell, vote)
        SELECT cell, (sum(sum(n)) OVER (PARTITION BY {PLACE}))::BIGINT,
            [{tried}]::BIGINT[], [{worked}]::BIGINT[], [{failed}]::BIGINT[]
        FROM patterns GROUP BY cell HAVING sum(n) >= {EVIDENCE_K}"""


def _cells(key: Key, network: int, row: Sequence[Sequence[int]]) -> Iterator[Cell]:
    """One for each path that enough probes tried."""
    for path, probes, worked, failed in zip(PATHS, *row, strict=True):
        if probes >= EVIDENCE_K:
            yield _cell(key, path, network, (probes, worked, failed))


def _cell(key: Key, path: str, network: int, counts: tuple[int, int, int]) -> Cell:
    probes, worked, failed = counts
    both = probes - worked - failed
    votes = worked + both / 2
    doubtful = forgeable(probes, network)
    low, high = bounds(votes, probes, doubtful)
    return Cell(
        key=key, path=path, probes=probes, worked=worked, failed=failed, both=both, share=votes / probes,
        low=low, high=high, word=word_of(probes, low, high, doubtful), forgeable=doubtful,
    )  # fmt: skip


@lru_cache(maxsize=65_536)
def bounds(votes: float, probes: int, doubtful: int = 0) -> tuple[float, float]:
    """Between what and what the share lies: Wilson's interval of probes, either end with a tenth of the votes forged,
    or with those of rows that are `forgeable`.

    As each probe has one vote, this holds what a bootstrap by probe comes to, without chance in it. Remembered, because
    most of a large table's cells are of few probes.
    """
    lies = forged(probes, doubtful)
    return wilson(max(0.0, votes - lies), probes)[0], wilson(min(float(probes), votes + lies), probes)[1]


def forged(probes: int, doubtful: int = 0) -> int:
    """Of so many votes so many may be."""
    return max(1, round(probes * FORGED_SHARE), doubtful)


def forgeable(probes: int, network: int) -> int:
    """Votes of a row that may be forged because all of it may: forgers choose the access that they name, and a tenth of
    the `network`'s probes is as many as these.
    """
    return probes if probes <= forged(network) else 0


def word_of(probes: int, low: float, high: float, doubtful: int = 0) -> str:
    """What may be said of so many probes and this interval; as in `Cell`."""
    if low >= 0.5:
        return "worked"
    if high <= 0.5:
        return "failed"
    return "few" if bounds(probes, probes, doubtful)[0] < 0.5 else "mixed"
