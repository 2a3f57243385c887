"""Evidence room. Facts in slices: as many at a time as can be sorted within the memory that there is.

A measurement has some 20 kB of facts. DuckDB's sort, which uses the disk for what has no room, fails at a gigabyte of
such texts; so facts are sorted slice by slice, each of which follows on the one before it.
"""

from collections.abc import Iterator

from .engine import Engine, quoted

SLICE_BYTES = 500_000_000

SIZED = "*, strlen(facts) AS size"
"""Columns of a query of facts that is to be divided."""


def slices(engine: Engine, source: str) -> Iterator[str]:
    """Conditions, in SQL, that divide the rows of `source` (a query with `cell`, `id` and `size`, the bytes of the
    facts) by cell and id, in that order: of each slice the facts are no larger than `SLICE_BYTES` and one measurement.
    """
    cuts = engine.rows(f"""
        SELECT cell, id FROM (
            SELECT cell, id, size, sum(size) OVER (ORDER BY cell, id) AS upto, sum(size) OVER () AS whole
            FROM ({source})
        ) WHERE (upto - size) // {SLICE_BYTES} < upto // {SLICE_BYTES} AND upto < whole ORDER BY cell, id""")
    after = "true"
    for cell, identity in cuts:
        yield f"{after} AND cell <= {cell} AND (cell < {cell} OR id <= {quoted(identity)})"
        after = f"cell >= {cell} AND (cell > {cell} OR id > {quoted(identity)})"
    yield after
