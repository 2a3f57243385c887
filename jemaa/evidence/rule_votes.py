"""Evidence room. Rules by probe: for how many each fired in a cell, of how many whose checks could have fired it.

Checks are alike by kind: what they could fire, what they did, and by which rules they were judged. There are few kinds,
and most probes have one, so that kinds are counted in the pass that counts the votes, and rules are looked at only in
what kinds a probe can have: never probe by probe.
"""

from collections.abc import Sequence
from typing import Any

from jemaa.limits import EVIDENCE_K
from jemaa.verdict.judge import ALPHA

from .ballot import PLACE, SIZES, cast
from .engine import Engine

_EVERY = "*"
"""What an entry could have fired of which nobody asked yet: any rule."""

_COULD = f"coalesce(could, '{_EVERY}')"

_KIND = f"hash({_COULD}, fired, ruleset)"
"""A kind goes by its hash: the texts, one beside each probe, would not fit into memory."""

_ALIKE = "hash(hash(kind, {}))"
"""For SQL: so many checks of a kind. Hashed twice: DuckDB lays the hashes of two values over each other, and with those
of another kind laid over them it would be the same whose number is which."""


def rule_votes(engine: Engine, files: Sequence[str], where: str) -> list[tuple[Any, ...]]:
    """Of each cell and each finding that at least k=3 probes of it had: cell, node, verdict, rule, ruleset, probes, how
    many probes its network had (in published cells), how many could have fired the rule, in the cell and in all
    published ones of its network, and how often a probe of those fires it by chance: it had as many chances as checks
    that could. Leaves the table `sizes` of published cells.
    """
    cast(engine, files, where, f"min({_KIND}) AS kind, max({_KIND}) AS last_kind")
    for name, query in _TABLES.items():
        engine.rows(f"CREATE TEMP TABLE {name} AS {query}")
    return engine.rows(_FIRED)


_TABLES = {
    "sizes": SIZES,
    "kinds": f"""
        SELECT {_KIND} AS kind, any_value({_COULD}) AS could, any_value(fired) AS fired, any_value(ruleset) AS ruleset
        FROM come GROUP BY kind""",
    "mixed": f"""
        SELECT cell, probe, {_KIND} AS kind, count(*) AS n
        FROM come SEMI JOIN (SELECT cell, probe FROM votes WHERE kind <> last_kind) USING (cell, probe)
        GROUP BY cell, probe, kind""",
    "mixtures": f"SELECT cell, probe, bit_xor({_ALIKE.format('n')}) AS pattern FROM mixed GROUP BY cell, probe",
    "patterns": f"""
        SELECT cell, pattern, count(*) AS probes FROM (
            SELECT cell, {_ALIKE.format("checks")} AS pattern FROM votes WHERE kind = last_kind
            UNION ALL SELECT cell, pattern FROM mixtures
        ) GROUP BY cell, pattern""",
    "parts": f"""
        SELECT DISTINCT {_ALIKE.format("checks")} AS pattern, kind, checks AS n FROM votes WHERE kind = last_kind
        UNION ALL
        SELECT pattern, kind, n FROM mixed JOIN (
            SELECT pattern, min(probe) AS probe, arg_min(cell, probe) AS cell FROM mixtures GROUP BY pattern
        ) USING (cell, probe)""",
    "told": """
        SELECT pattern, one.node AS node, one.verdict AS verdict, one.rule_id AS rule, max(ruleset) AS ruleset
        FROM (SELECT pattern, ruleset, unnest(fired) AS one FROM parts JOIN kinds USING (kind)) GROUP BY ALL""",
    "counts": f"""
        SELECT cell, node, verdict, rule, max(ruleset) AS ruleset, sum(probes)::BIGINT AS fired
        FROM patterns JOIN told USING (pattern) GROUP BY cell, node, verdict, rule HAVING fired >= {EVIDENCE_K}""",
    "fires": f"""
        SELECT kind, rule FROM kinds, (SELECT DISTINCT rule FROM counts)
        WHERE could = '{_EVERY}' OR list_contains(string_split(could, ' '), rule)""",
    "able": "SELECT pattern, rule, sum(n) AS checks FROM parts JOIN fires USING (kind) GROUP BY pattern, rule",
    "sums": f"""
        SELECT cell, able.rule AS rule, sum(probes)::BIGINT AS n_able,
            sum(probes * (1 - pow({1 - ALPHA}, checks))) / sum(probes) AS rate,
            (sum(sum(probes)) OVER (PARTITION BY {PLACE}, able.rule))::BIGINT AS everywhere
        FROM patterns JOIN sizes USING (cell) JOIN able USING (pattern)
        SEMI JOIN (SELECT DISTINCT {PLACE} AS place, rule FROM counts) needed
            ON needed.rule = able.rule AND needed.place = {PLACE}
        GROUP BY cell, able.rule""",
}
"""What a probe's checks came to is a pattern: how many it made of each kind. `parts` has what each pattern is made of;
of one that has several kinds it is read off one of the probes that have it."""

_FIRED = """
    SELECT cell, node, verdict, rule, ruleset, fired, network, n_able, everywhere, rate
    FROM counts JOIN sizes USING (cell) JOIN sums USING (cell, rule)"""
