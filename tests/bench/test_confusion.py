"""The matrix counts what was named, what was not, and what should not have been."""

from pathlib import Path

import msgspec

from bench.confusion import BEGIN, END, rows, table
from bench.ground_truth_expected import EXPECTED, NEUTRAL
from jemaa.facts.read import write
from jemaa.lab.profile import names
from jemaa.verdict.rules.table import RULES
from tests.verdict.profiles import PROFILES
from tests.verdict.world import World, measured


def test_each_profile_of_the_lab_says_what_to_name() -> None:
    assert set(names()) == EXPECTED.keys() | NEUTRAL
    assert {node for nodes in EXPECTED.values() for node in nodes} <= {rule.node for rule in RULES}


def test_rows_of_right_wrong_and_neutral_checks(tmp_path: Path) -> None:
    cookie, off = PROFILES["stun-cookie"][0], PROFILES["udp-off"][0]
    given = [("stun-cookie", cookie), ("stun-cookie", off), ("clean", World()), ("dns-ip", PROFILES["dns"][0])]
    file = tmp_path / "facts.jsonl"
    file.write_bytes(
        b"".join(write(msgspec.structs.replace(measured(world, 1), profile=name)) + b"\n" for name, world in given)
    )
    found = rows([file])
    assert (found["stun-cookie"].right, found["stun-cookie"].runs) == (1, 2)
    assert found["stun-cookie"].wrong == {"udp.drop blocked": 1}
    assert found["dns+ip"].right == 1 and not found["clean"].wrong
    text = table(found)
    assert "every node named in 2 of 3 checks, 1 other nodes accused" in text and "0 accusations in 1 checks" in text
    assert BEGIN != END
