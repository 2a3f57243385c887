"""The table of rules holds together, and no version of it changes unseen."""

import fnmatch
import re
from pathlib import Path

from jemaa.facts.scrub import NODE_WORDS
from jemaa.verdict import compare, judge
from jemaa.verdict.rules.table import BY_ID, RULES, RULESET, digest

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text()
DIGESTS = {
    "1": "e5355502e3cbade8",
    "2": "d81a454d67cd4603",
    "3": "63b9f5a8fd388207",
    "4": "90499da9ecb2d79f",
    "5": "144947a39ce08967",
    "6": "48282ab8b896a606",
}
CONSTANTS = {
    "1": (0.01, 2.0, 0.05, 4, 4.0, 6.0),
    "2": (0.01, 2.0, 0.05, 4, 4.0, 6.0),
    "3": (0.01, 2.0, 0.05, 4, 4.0, 6.0),
    "4": (0.01, 2.0, 0.05, 4, 4.0, 6.0),
    "5": (0.01, 2.0, 0.05, 4, 4.0, 6.0, 0.7),
    "6": (0.01, 2.0, 0.05, 4, 4.0, 6.0, 0.7),
}
"""Of each version that findings at rest may bear. A new digest is a new version."""


def patterns() -> set[str]:
    """Each pattern in any question of any rule."""
    asked = repr([(rule.when, rule.surely) for rule in RULES])
    named = re.findall(r"(?:of|beside|series|beats)=(\([^)]*\)|'[^']+')", asked)
    return {one for group in named for one in re.findall(r"'([^']+)'", group)}


def test_a_rule_that_changes_is_a_new_version() -> None:
    assert DIGESTS[RULESET] == digest(), "the rules have changed: a new RULESET, and its digest here"


def test_what_rules_are_weighed_with_belongs_to_the_version() -> None:
    weighed = (
        judge.ALPHA,
        compare.NOISE,
        compare.SEPARATE,
        compare.FEWEST_BLOCKS,
        compare.EARLY_SECONDS,
        compare.STALL_SECONDS,
        compare.MOST_OF,
    )
    assert CONSTANTS[RULESET] == weighed


def test_ids_are_unique_and_named_rules_exist() -> None:
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert {*rule.unless, *rule.only_with} <= BY_ID.keys(), rule.id
        earlier = [one.id for one in RULES[: RULES.index(rule)]]
        assert {*rule.unless, *rule.only_with} <= set(earlier), f"{rule.id} is asked before what it needs"


def test_nodes_are_of_known_words() -> None:
    """Or the OONI form of what bears them is refused: with a dot between them they look like a host's name."""
    for rule in RULES:
        assert set(rule.node.split(".")) <= NODE_WORDS, f"{rule.node}: add its words to scrub.NODE_WORDS"


def test_each_rule_is_documented_with_its_node() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| `([a-z0-9_.]+)` \|", PAGE, re.MULTILINE))
    assert rows == {rule.id: rule.node for rule in RULES}


def test_patterns_fit_arms_of_the_page() -> None:
    """Each pattern of a rule fits at least one id of the table of arms."""
    ids = set(re.findall(r"`([a-z][a-zA-Z0-9_*.-]+)`", PAGE)) | EXAMPLES
    for pattern in patterns():
        assert any(fnmatch.fnmatchcase(one, pattern) for one in ids), pattern


EXAMPLES = {
    "udp-443-random", "stun-40000-genuine", "stun-40000-inverted", "stun-app_skype-genuine", "turn-3478-genuine",
    "turn-3478-inverted", "dtls-pion-inverted", "rtp-1-genuine", "rtp-1-inverted", "sip-5060-genuine",
    "sip-5060-inverted", "quic-40000-voip_name", "quic-40000-neutral", "plain_tcp-8443-random", "plain_tcp-80-before",
    "plain_tcp-80-after", "long_answer-long_1-neutral", "long_answer-mega_1-neutral",
    "long_flow-udp_1-random", "long_flow-tls_1-neutral",
    "up-anchor-1", "shape-tls_late-neutral", "shape-tls_early-neutral", "shape-tls_control-neutral",
    "shape-udp_late-random", "shape-udp_early-random", "shape-udp_control-random", "up-end_server-neutral",
    "dns-voip-injected", "dtls_handshake-browser-genuine",
}  # fmt: skip
"""Ids that the page gives in a shortened form."""
