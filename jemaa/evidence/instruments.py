"""Evidence room. Instruments, a browser's version or the program, by which a check was made, and which are broken.

A failure that goes with the instrument and not with the network is ours, or its maker's, and nobody's blocking. What a
broken one measured is kept, and counted nowhere. Like is compared with like: of a path of which some checks ask more
(`Entry.deep`) only what the others saw, or the fuller check would be broken wherever a network lets calls be set up and
cuts their sound.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from jemaa.limits import EVIDENCE_K

from .archive import Archive, rows_of
from .ballot import cast
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
        engine.rows(f"CREATE VIEW named AS SELECT * FROM {rows_of(files)} WHERE counted AND instrument <> ''")
        suspects = {str(row[0]) for row in engine.rows(_query(_BY_CHECK))}
        if not suspects:
            return []
        cast(engine, files)
        return [
            Broken(instrument=name, path=PATHS[bit], networks=networks, failing=failing, countries=countries)
            for name, bit, networks, failing, countries in engine.rows(_query(_by_probe(suspects)))
            if name in suspects
        ]


def without(instruments: Collection[str]) -> str:
    """For SQL: that a row was not made by one of these."""
    names = ", ".join(quoted(name) for name in sorted(set(instruments)))
    return f"coalesce(instrument, '') NOT IN ({names})" if names else "true"


_ALIKE = "~coalesce(deep, 0)::USMALLINT"
_WORKED, _FAILED = f"worked & {_ALIKE}", f"tried & ~worked & {_ALIKE}"

_BY_CHECK = f"SELECT cell, instrument, {_WORKED} AS w, {_FAILED} AS f, count(*) AS n FROM named GROUP BY ALL"
"""Alike checks are counted before their paths are looked at: there are a tenth as many."""


def _by_probe(suspects: Collection[str]) -> str:
    names = ", ".join(quoted(name) for name in sorted(suspects))
    return f"""
        SELECT cell, instrument, bit_or({_WORKED}) AS w, bit_or({_FAILED}) AS f, 1 AS n
        FROM come SEMI JOIN (SELECT cell FROM come WHERE instrument IN ({names})) USING (cell)
        WHERE instrument <> '' GROUP BY cell, instrument, probe"""


def _query(votes: str) -> str:
    """Each network counts once: of its cells those in which an instrument and others were there together. Paths stand
    beside each other until few rows are left.
    """
    bits = range(len(PATHS))
    sums = ", ".join(
        f"sum(n) FILTER (w & ~f & {1 << bit} <> 0) AS g{bit}, sum(n) FILTER (f & ~w & {1 << bit} <> 0) AS b{bit}"
        for bit in bits
    )
    totals = ", ".join(f"sum(g{bit}) AS all_g{bit}, sum(b{bit}) AS all_b{bit}" for bit in bits)
    columns = {
        "good": "sum(g{0})",
        "bad": "sum(b{0})",
        "others_good": "sum(all_g{0} - coalesce(g{0}, 0)) FILTER (g{0} > 0 OR b{0} > 0)",
        "others_bad": "sum(all_b{0} - coalesce(b{0}, 0)) FILTER (g{0} > 0 OR b{0} > 0)",
    }
    beside = ", ".join(
        f"unnest([{', '.join(f'coalesce({text.format(bit)}, 0)' for bit in bits)}]) AS {name}"
        for name, text in columns.items()
    )
    return f"""
        WITH votes AS ({votes}), own AS (
            SELECT cell, instrument, {sums} FROM votes GROUP BY cell, instrument
        ), together AS (SELECT cell, {totals} FROM own GROUP BY cell), networks AS (
            SELECT instrument, cell >> 42 & 1023 AS country, cell & 4294967295 AS asn,
                unnest(range({len(PATHS)})) AS bit, {beside}
            FROM own JOIN together USING (cell) GROUP BY instrument, country, asn
        )
        SELECT instrument, bit, count(*)::BIGINT AS networks, count(*) FILTER (bad > good)::BIGINT AS failing,
            count(DISTINCT country)::BIGINT AS countries
        FROM networks
        WHERE good + bad > 0 AND others_good > others_bad AND others_good + others_bad >= {EVIDENCE_K}
        GROUP BY instrument, bit
        HAVING networks >= {FEWEST_NETWORKS} AND countries >= {FEWEST_COUNTRIES}
            AND failing >= {FAILING_SHARE} * networks
        ORDER BY instrument, bit"""
