"""Profiles that cannot be right are refused with one sentence and a code."""

import pytest

from jemaa.errors import SettingsError
from jemaa.lab import nft, profile
from tests.lab.traffic import Network

HEAD = 'description = "x"\n[[seen]]\nwhere = "nowhere"\n'
RULE = HEAD + '[[rules]]\nname = "one"\n'


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
    ],
)
def test_a_wrong_profile_is_one_clear_sentence(text: str, code: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        profile.read("wrong", text)
    assert caught.value.code == code and word in caught.value.text and "\n" not in caught.value.text


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


def test_what_the_kernel_cannot_do_says_so() -> None:
    with pytest.raises(SettingsError, match="lab-not-in-kernel"):
        nft.ruleset(profile.load("shape"))
