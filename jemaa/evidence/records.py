"""Evidence room. The measurements behind rows, and what of each may be shown.

Nothing is shown of a way that fewer than k=3 probes of a row tried, in a file of facts as little as in a table: whoever
also tried such a way is shown with the published ones alone. What his packets met would tell of the others.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from jemaa.facts.record import Controls, Measurement

from .archive import Archive
from .ballot import beside, cast
from .engine import Engine, listed
from .slices import SIZED, slices


class Record(NamedTuple):
    """`facts` is a measurement as JSON, `asn_db` the file in which its network was looked up."""

    cell: int
    facts: str
    asn_db: str


def records(archive: Archive, days: Sequence[str], where: str = "true", *, only: int | None = None) -> Iterator[Record]:
    """All that count of these days (a whole week), cell by cell, or those of one; `where`, in SQL, leaves out more."""
    chosen = "true" if only is None else f"cell = {only}"
    with Engine() as engine:
        cast(engine, archive.files("rows", days), where if only is None else f"{where} AND {beside(only)}")
        facts = f"SELECT {SIZED} FROM read_parquet({listed(archive.files('facts', days))}) WHERE {chosen}"
        for slice_ in list(slices(engine, facts)):
            query = f"""
                SELECT f.cell, f.facts, r.asn_db FROM (SELECT * FROM ({facts}) WHERE {slice_}) f
                JOIN (SELECT id, asn_db FROM come WHERE {chosen} AND {slice_}) r USING (id) ORDER BY f.cell, f.id"""
            for row in engine.stream(query):
                yield Record(*row)


def shown(measurement: Measurement, ways: Collection[str]) -> Measurement | None:
    """What may be shown of it where these ways are published: all, or its published ways alone, or nothing."""
    rungs = [rung for rung in measurement.rungs if rung.name in ways]
    if len(rungs) == len(measurement.rungs):
        return measurement
    plan = msgspec.structs.replace(measurement.plan, order=[], steps=[], left_out=[])
    reduced = msgspec.structs.replace(
        measurement, rungs=rungs, plan=plan, arms=[], series=[], residual=[], controls=Controls()
    )
    return reduced if rungs else None
