"""Profiles that cannot be right are refused with one sentence and a code."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jemaa.errors import SettingsError
from jemaa.lab import names, nft, packet, profile
from tests.lab.cases import ACTION_VALUES, CASES, HEAD
from tests.lab.traffic import Network

RULE = HEAD + '[[rules]]\nname = "one"\n'

WRONG = [
    ("[proxy]\n", "`proxy` must be a table"),
    ("[proxy]\nport = [443]\n", "no parameter `port`"),
    ("[proxy]\nports = [true]\n", "whole numbers"),
    ("[proxy]\nstrip_upgrade = true\n", "`strip_upgrade` needs `resign = true`"),
    ("[proxy]\nbuffer_responses = true\n", "`buffer_responses` needs `resign = true`"),
    ("[proxy]\nmax_bytes = 1000\nmax_seconds = 9\n", "`max_bytes` needs `resign = true`"),
    ('[proxy]\nallow = ["*.example"]\n', "no host's name"),
    ('[dns]\n"call.example" = "nowhere"\n', "neither an address nor"),
    ('[dns]\n"call.example" = "10.0.0.0/8"\n', "neither an address nor"),
    ('[dns]\n"" = "nxdomain"\n', "no host's name"),
    ("[rules]\nname = 'one'\n", "below a [[rules]]"),
    ("[[rules]]\nname = 'one'\nmatch.udp = {}\nunless = 3\ndo.drop = {}\n", "`unless` must be a table"),
    ("[[rules]]\nname = 'one'\nmatch.udp = {}\ndo.corrupt = { rate = 30 }\n", "a share is at most 1"),
    ("[[rules]]\nname = 'one'\nmatch.udp = {}\ndo.duplicate = { rate = 1.5 }\n", "a share is at most 1"),
    ("[[rules]]\nname = 'one'\nmatch.udp = {}\ndo.answer-dns = { address = 'server' }\n", "one address"),
    ("[[rules]]\nname = 'one'\nmatch.udp = {}\ndo.answer-dns = { address = '10.0.0.0/8' }\n", "one address"),
    ("[[rules]]\nname = 'one'\nmatch.stun-message = { methods = [99999] }\ndo.drop = {}\n", "from 0 to 4095"),
    ("[[rules]]\nname = 'one'\nmatch.stun-message = { types = [0x4000] }\ndo.drop = {}\n", "from 0 to 16383"),
    ("[[rules]]\nname = 'one'\nmatch.quic = { versions = [0x100000000] }\ndo.drop = {}\n", "to 4294967295"),
    ("[proxy]\nports = [70000]\n", "from 1 to 65535"),
    ("[parameters]\nseconds = 'x'\n", "maps names to numbers"),
    ("[parameters]\nseconds = 3\n", "no rule has its parameter `seconds`"),
    ("[[rules]]\nname = 'one'\nmatch.age = { seconds = '{seconds}' }\ndo.drop = {}\n", "declares no such parameter"),
    ("[[rules]]\nname = 'one'\nmatch.stun = { least = 0 }\ndo.drop = {}\n", "from 20"),
    ("[[rules]]\nname = 'one'\nmatch.size = { least = 70000 }\ndo.drop = {}\n", "to 65535"),
    ("[[rules]]\nname = 'one'\nmatch.sni = { names = [''] }\ndo.drop = {}\n", "no host's name"),
]
"""What is behind the head of a profile, and what the sentence says."""


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        (RULE + "match.moon = {}\ndo.drop = {}", "lab-profile-invalid", "no matcher `moon`"),
        (RULE + "match.udp = {}\ndo.sing = {}", "lab-profile-invalid", "no action `sing`"),
        (RULE + "match.udp = {}\ndo.police = { kbit = 0 }", "lab-profile-invalid", "is 0"),
        (RULE + "match.udp = { a = 1 }\ndo.drop = {}", "lab-profile-invalid", "no parameter `a`"),
        (RULE + "match.udp = {}\nmatch.tcp = {}\ndo.drop = {}", "lab-rule-never-matches", "two protocols"),
        (RULE + "match.port = { ports = [] }\ndo.drop = {}", "lab-rule-never-matches", "empty"),
        (RULE + 'match.port = { ports = ["9-8"] }\ndo.drop = {}', "lab-rule-never-matches", "backwards"),
        (RULE + "match.size = { least = 9, most = 8 }\ndo.drop = {}", "lab-rule-never-matches", "above"),
        (RULE + "match.udp = {}\nunless.udp = {}\ndo.drop = {}", "lab-rule-never-matches", "unless"),
        (
            RULE
            + 'match.udp = {}\ndo.drop = {}\n[[rules]]\nname = "two"\nmatch.udp = {}\nmatch.rtp = {}\ndo.drop = {}',
            "lab-rule-never-matches",
            "before it",
        ),
        (RULE + "do.drop = {}", "lab-profile-invalid", "no `match`"),
        (HEAD + "[link.up]\nkbit = 0", "lab-profile-invalid", "is 0"),
        ("this is no toml", "lab-profile-invalid", "no TOML"),
        ('hypothesis = true\ndescription = "sure"\n[[seen]]\nwhere = "x"', "lab-profile-invalid", "hypothesis"),
        ('description = "x"\nincludes = ["moon"]', "lab-profile-invalid", "no such profile"),
        ("descripton = 1", "lab-profile-invalid", "no `descripton`"),
        ("proxy = 3\n" + HEAD, "lab-profile-invalid", "`proxy` must be a table"),
        ("link = 3\n" + HEAD, "lab-profile-invalid", "`link` has"),
        *((HEAD + text, "lab-profile-invalid", word) for text, word in WRONG),
    ],
)
def test_a_wrong_profile_is_one_clear_sentence(text: str, code: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        profile.read("wrong", text)
    assert caught.value.code == code and word in caught.value.text and "\n" not in caught.value.text


@pytest.mark.parametrize("key", ["rules", "seen"])
def test_what_is_no_list_of_tables_is_refused(key: str) -> None:
    for value in ("3", "{}", "[3]"):
        with pytest.raises(SettingsError, match="lab-profile-invalid"):
            profile.read("wrong", f'description = "x"\n{key} = {value}\n')


def test_a_file_that_cannot_be_read_is_one_clear_sentence(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b'description = "\xe9"\n')
    with pytest.raises(SettingsError, match="lab-profile-invalid"):
        profile.load(str(file))


def toml(value: object) -> str:
    """A value of TOML, on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


ODD: tuple[Any, ...] = (3, -1, 0, 1e30, float("nan"), True, "", "x", "9-8", [], [3], [-1], [""], ["x"], {}, {"a": 1})


def spoilt(value: Any) -> Iterator[Any]:
    """This value with each of its parts, however deep, replaced by each odd value."""
    yield from ODD
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        for other in spoilt(part):
            whole = dict(value) if isinstance(value, dict) else list(value)
            whole[key] = other
            yield whole


REST = """
[link.up]
kbit = 9
ms = 1
[dns]
"a.example" = "10.0.0.1"
[proxy]
ports = [443]
[parameters]
kbit = 3
[[rules]]
name = "all"
match.udp = {}
do.police = { kbit = "{kbit}" }
"""
RULES = [
    *(f"{case.match}do.drop = {{}}" for case in CASES),
    *(f"match.udp = {{}}\ndo.{action} = {{ {values} }}" for action, values in ACTION_VALUES.items()),
    'match.udp = {}\nunless.sni = { names = ["a.example"] }\nscope = "host"\nseconds = 9\ndo.drop = {}',
]
TABLES = [tomllib.loads(HEAD + REST), *(tomllib.loads(f'{HEAD}[[rules]]\nname = "one"\n{rule}') for rule in RULES)]


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_no_value_is_a_traceback(table: dict[str, Any]) -> None:
    """A value of any kind anywhere is refused with one sentence, or makes a network that judges packets."""
    for odd in spoilt(table):
        if not isinstance(odd, dict):
            continue
        text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in odd.items())
        try:
            network = Network("odd", text=text)
        except SettingsError as trouble:
            assert "\n" not in trouble.text, trouble.text
            continue
        network.up(names.query("a.example"), 53)
        network.tcp().up(b"x")
        assert nft.expressible(network.engine.profile) in (True, False)


def test_an_unknown_profile_says_where_to_look() -> None:
    with pytest.raises(SettingsError, match="lab-profile-unknown"):
        profile.load("atlantis")


@pytest.mark.parametrize("verb", ["lose", "reorder", "duplicate", "corrupt"])
def test_the_same_seed_is_the_same_chance(verb: str) -> None:
    text = RULE + f"match.udp = {{}}\ndo.{verb} = {{ rate = 0.3 }}"
    runs = []
    for seed in (1, 1, 2):
        network = Network("chance", seed=seed, text=text)
        runs.append([network.up(bytes([n]) * 20) for n in range(200)])
        assert 20 < len(network.decisions) < 110
    assert runs[0] == runs[1]
    if verb in ("lose", "corrupt"):
        assert runs[0] != runs[2]


def test_an_mtu_is_told_by_icmp() -> None:
    network = Network("mtu", text=RULE + "match.udp = {}\ndo.mtu = { bytes = 600 }")
    assert network.up(bytes(500)) and not network.up(bytes(1000))
    assert network.decisions[-1].outcome == "too-big"


def test_a_shaped_flow_is_late_and_a_full_buffer_drops() -> None:
    network = Network("shape", text=RULE + "match.udp = {}\ndo.shape = { kbit = 80, buffer_bytes = 3100 }")
    kept = [network.up(bytes(972)) for _ in range(6)]
    assert kept == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("match.cadence = {}\ndo.drop = {}", "to match `cadence`, as rule 'one' asks"),
        ("match.udp = {}\nunless.turn = {}\ndo.drop = {}", "to match `turn`"),
        ("match.rtp = {}\ndo.drop = {}", "packets in a row"),
        ("match.dtls-hello = { groups = [29] }\ndo.drop = {}", "a DTLS hello"),
        ("match.bytes = { count = 9 }\ndo.drop = {}", "`whole = true`"),
        ("match.udp = {}\ndo.delay = { ms = 9 }", "to `delay`, as rule 'one' asks"),
        ("match.udp = {}\ndo.police = { kbit = 8, burst_bytes = 999 }", "than in a second (1000 bytes)"),
        ("match.udp = {}\ndo.police = { kbit = 0.001 }", "parts of bytes"),
        ('match.udp = {}\nscope = "host"\nseconds = 9\ndo.police = { kbit = 8 }', "another bucket"),
        ("match.udp = {}\ndo.drop = {}\n[link.up]\nkbit = 9", "to be a line"),
    ],
)
def test_what_the_kernel_cannot_do_is_one_clear_sentence(body: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        nft.ruleset(profile.read("beyond", RULE + body))
    assert caught.value.code == "lab-not-in-kernel" and word in caught.value.text and "\n" not in caught.value.text


@pytest.mark.parametrize("reason", sorted(packet.UNREACHABLE_REASONS))
def test_the_kernel_has_every_reason_to_turn_away(reason: str) -> None:
    text = RULE + f'match.udp = {{}}\ndo.icmp = {{ reason = "{reason}" }}'
    assert "reject with icmpx" in nft.ruleset(profile.read("reason", text))


def test_the_kernel_looks_for_ports_where_there_are_ports() -> None:
    """Where a port would be, ICMP has its checksum, and a later fragment what is in the datagram."""
    lines = [line.strip() for line in nft.ruleset(profile.load("port-list-3478")).splitlines()]
    chains = [lines[number - 1] for number, line in enumerate(lines) if "th dport { 3478 }" in line]
    assert chains == ["chain rule0_up_ip4_ports {", "chain rule0_up_ip6_ports {"]
    assert "meta nfproto ipv4 meta l4proto { tcp, udp } goto up_ip4_ports" in lines


def test_a_network_is_had_over_another_line() -> None:
    found, line = profile.load("ru-2026@link-adsl-2016"), profile.load("link-adsl-2016")
    assert found.name == "ru-2026@link-adsl-2016" and line.description in found.description
    assert found.link == line.link
    assert [rule.name for rule in found.rules] == [rule.name for rule in profile.load("ru-2026").rules]


PARAMETERS = """
description = "After {seconds} s or {count} bytes."
parameters = { seconds = 3, count = 20000 }
[[seen]]
where = "nowhere"
[[rules]]
name = "one"
match.age = { seconds = "{seconds}" }
match.bytes = { count = "{count}" }
do.drop = {}
"""


def test_a_parameter_has_the_files_value_or_another(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(PARAMETERS)
    for given, seconds, count in (("", 3, 20_000), (":seconds=240", 240, 20_000), (":count=5,seconds=0.5", 0.5, 5)):
        found = profile.load(f"{file}{given}")
        assert found.rules[0].source["match"] == {"age": {"seconds": seconds}, "bytes": {"count": count}}
        assert found.description == f"After {seconds:g} s or {count:,} bytes."
    assert profile.load("call-age:seconds=240@link-adsl-2016").link == profile.load("link-adsl-2016").link
    assert profile.load("call-age:seconds=240").name == "call-age:seconds=240"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("call-age:second=9", "no parameter `second` in this profile; there are seconds"),
        ("clean:seconds=9", "it has none"),
        ("call-age:seconds=", "no number"),
        ("call-age:seconds=ten", "no number"),
        ("call-age:seconds=0", "is 0"),
        ("call-age:seconds=nan", "must be from"),
        ("call-age:seconds=1e999", "must be from"),
        ("call-age:seconds", "no profile"),
    ],
)
def test_a_parameter_that_cannot_be_is_one_clear_sentence(name: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        profile.load(name)
    assert word in caught.value.text and "\n" not in caught.value.text


@pytest.mark.parametrize("name", ["clean@udp-off", "clean@clean", "clean@corp", "clean@nowhere"])
def test_what_is_no_line_is_none(name: str) -> None:
    with pytest.raises(SettingsError):
        profile.load(name)
