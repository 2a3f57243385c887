"""Evidence room. Instruments, a browser's version or the program, by which a check was made, and which are broken.

A failure that goes with the instrument and not with the network is ours, or its maker's, and nobody's blocking. What a
broken one measured is kept, and counted nowhere.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from jemaa.limits import EVIDENCE_K

from .archive import Archive, rows_of
from .engine import Engine, quoted
from .entry import PATHS

FEWEST_NETWORKS = 5
"""In so many networks others must have fared better, side by side with it."""

FEWEST_COUNTRIES = 2
"""A country can cut one browser's handshake in all its networks (Russia did); a defect knows no border."""

FAILING_SHARE = 0.9
"""In so many of these it has to fail for most."""


class Broken(Struct, frozen=True, kw_only=True):
    """An instrument by which `path` failed in `failing` of `networks` networks in which it worked for most others."""

    instrument: str
    path: str
    networks: int
    failing: int
    countries: int


def broken(archive: Archive, days: Sequence[str] | None = None) -> list[Broken]:
    """Every instrument that fails wherever others work. Sought by checks, which is quick; then by probes, each of which
    has one vote, so that nobody breaks a browser by flooding.
    """
    files = archive.files("rows", days)
    if not files:
        return []
    with Engine() as engine:
        engine.rows(f"CREATE VIEW come AS SELECT * FROM {rows_of(files)} WHERE counted AND instrument <> ''")
        suspects = {str(row[0]) for row in engine.rows(_query(_BY_CHECK))}
        if not suspects:
            return []
        return [
            Broken(instrument=name, path=PATHS[bit], networks=networks, failing=failing, countries=countries)
            for name, bit, networks, failing, countries in engine.rows(_query(_by_probe(suspects)))
            if name in suspects
        ]


def without(instruments: Collection[str]) -> str:
    """For SQL: that a row was not made by one of these."""
    names = ", ".join(quoted(name) for name in sorted(set(instruments)))
    return f"coalesce(instrument, '') NOT IN ({names})" if names else "true"


_BY_CHECK = "SELECT cell, instrument, worked AS w, tried & ~worked AS f FROM come"


def _by_probe(suspects: Collection[str]) -> str:
    names = ", ".join(quoted(name) for name in sorted(suspects))
    return f"""
        SELECT cell, instrument, bit_or(worked) AS w, bit_or(tried & ~worked) AS f
        FROM come SEMI JOIN (SELECT cell FROM come WHERE instrument IN ({names})) USING (cell)
        GROUP BY cell, instrument, probe"""


def _query(votes: str) -> str:
    """Each network counts once: of its cells those in which an instrument and others were there together."""
    good = ", ".join(f"sum((w & ~f) >> {bit} & 1)" for bit in range(len(PATHS)))
    bad = ", ".join(f"sum((f & ~w) >> {bit} & 1)" for bit in range(len(PATHS)))
    return f"""
        WITH votes AS ({votes}), own AS (
            SELECT cell, instrument, unnest(range({len(PATHS)})) AS bit,
                unnest([{good}]) AS good, unnest([{bad}]) AS bad
            FROM votes GROUP BY cell, instrument
        ), sides AS (
            SELECT *, sum(good) OVER all_of_it - good AS others_good, sum(bad) OVER all_of_it - bad AS others_bad
            FROM own WINDOW all_of_it AS (PARTITION BY cell, bit)
        ), networks AS (
            SELECT instrument, bit, cell >> 42 & 1023 AS country, cell & 4294967295 AS asn,
                sum(good) AS good, sum(bad) AS bad, sum(others_good) AS others_good, sum(others_bad) AS others_bad
            FROM sides WHERE good + bad > 0 GROUP BY ALL
        )
        SELECT instrument, bit, count(*)::BIGINT AS networks, count(*) FILTER (bad > good)::BIGINT AS failing,
            count(DISTINCT country)::BIGINT AS countries
        FROM networks WHERE others_good > others_bad AND others_good + others_bad >= {EVIDENCE_K}
        GROUP BY instrument, bit
        HAVING networks >= {FEWEST_NETWORKS} AND countries >= {FEWEST_COUNTRIES}
            AND failing >= {FAILING_SHARE} * networks
        ORDER BY instrument, bit"""
