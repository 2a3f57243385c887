"""Evidence room. Who votes where: each probe once a week in its network, under the access that it named first.

Network and country are those of the sender's address, but how he is connected he says himself, and a forger would say
all of it: one address would be ten probes in ten rows. What a probe measured under another access in that week is kept
and counts nowhere; where a household truly has two behind one address, the second is lost.
"""

from collections.abc import Sequence

from jemaa.limits import EVIDENCE_K

from .archive import rows_of
from .engine import Engine
from .entry import ACCESS_BITS, unpacked

_NO_ACCESS = (1 << 64) - 1 & ~ACCESS_BITS

PLACE = f"cell & {_NO_ACCESS}::UBIGINT"
"""For SQL: a cell without its access, which is a network in a week."""


FAILED = 16
"""By so many bits a path that failed stands higher in a vote than one that worked: one number costs half of two."""


def beside(cell: int) -> str:
    """For SQL: that a row is of the network and week of this cell, whatever its access."""
    return f"{PLACE} = {cell & _NO_ACCESS}"


SIZES = f"""
    SELECT cell, (sum(count(*)) OVER (PARTITION BY {PLACE}))::BIGINT AS network
    FROM votes GROUP BY cell HAVING count(*) >= {EVIDENCE_K}"""
"""For SQL: published cells, of `votes`, and how many probes each one's network has in such cells."""


PATHS_TOLD = f"bit_or(worked::UINTEGER | ((tried & ~worked)::UINTEGER << {FAILED})) AS vote"
"""For SQL: of a probe's checks the paths that worked, as bits, and from `FAILED` on those that failed."""


def cast(engine: Engine, files: Sequence[str], where: str = "true", told: str = PATHS_TOLD) -> None:
    """Make the view `come`, the rows of these files that count, and of them the table `votes`: of each probe in a week
    its `cell`, how many `checks` it made, and what `told` asks of all of them (aggregates, in SQL).

    The files should be of whole weeks: what was named first is sought in them.
    """
    engine.rows(f"CREATE VIEW filed AS SELECT * FROM {rows_of(files)} WHERE counted AND {where}")
    engine.rows(f"CREATE TEMP TABLE votes AS {_votes('filed', told)}")
    # Hardly anybody names two, and to seek what came first among all rows costs as much as all votes.
    engine.rows(f"""
        CREATE TEMP TABLE strays AS SELECT probe, cell FROM filed
        SEMI JOIN (SELECT probe FROM votes WHERE cell <> last) USING (probe) GROUP BY probe, cell
        QUALIFY row_number() OVER (PARTITION BY probe, {PLACE} ORDER BY min(day::VARCHAR || id)) > 1""")
    engine.rows("CREATE VIEW come AS SELECT * FROM filed ANTI JOIN strays USING (probe, cell)")
    of_strays = "probe IN (SELECT probe FROM strays)"
    engine.rows(f"DELETE FROM votes WHERE {of_strays}")
    engine.rows(f"INSERT INTO votes {_votes(f'come WHERE {of_strays}', told)}")


def _votes(source: str, told: str) -> str:
    return f"""
        SELECT min(cell) AS cell, max(cell) AS last, probe, count(*) AS checks, {told}
        FROM {source} GROUP BY {PLACE}, probe"""


def weeks(engine: Engine) -> dict[str, int]:
    """How many published cells each week has; `sizes` is the table of `SIZES`."""
    return {unpacked(week << 52).week: n for week, n in engine.rows(_WEEKS)}


_WEEKS = "SELECT cell >> 52 AS week, count(*) FROM sizes GROUP BY week"
