"""A rule that can never act is refused, and one that can is not; what one condemns is its own."""

import pytest

from jemaa.errors import SettingsError
from jemaa.lab import names, profile
from tests.lab.cases import HEAD
from tests.lab.traffic import DNS, Network, binding, dtls_hello, tls_hello

DROP = "do.drop = {}"


def rules(*bodies: str) -> str:
    """A profile of these rules; what has no `do` drops."""
    text = HEAD
    for number, body in enumerate(bodies):
        does = "" if "do." in body else DROP
        text += f'[[rules]]\nname = "rule{number}"\n{body}\n{does}\n'
    return text


def refusal(*bodies: str) -> str:
    """Why a profile of these rules is refused, in one sentence."""
    with pytest.raises(SettingsError) as caught:
        profile.read("wrong", rules(*bodies))
    assert caught.value.code == "lab-rule-never-matches" and "\n" not in caught.value.text
    return caught.value.text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("match.rtp = {}\nmatch.port = { ports = [443] }", "`rtp` looks at 1024-65535, `port` looks at 443"),
        ('match.dns-name = { names = ["a.example"] }\nmatch.port = { ports = [5353] }', "no far port"),
        ("match.rtp = {}\nmatch.tcp = {}", "two protocols"),
        ("match.icmp = {}\nmatch.port = { ports = [1] }", "two protocols"),
        ("match.dtls-hello = {}\nmatch.http = {}", "two protocols"),
        ('match.to = { places = ["participant"] }', "never the far end"),
        ('match.to = { places = ["100.64.0.2/32", "fd4a:1::2"] }', "never the far end"),
        ('match.sni = { names = ["a.example"] }\ndirection = "down"', "what the participant sends"),
        ('match.http = {}\ndirection = "down"', "what the participant sends"),
        ('match.random-payload = {}\ndirection = "down"', "what the participant sends"),
        ("match.stun-message = { methods = [3], types = [1, 0x101] }", "none of the `types`"),
        ("match.dtls-hello = { ciphers = [0x1A1A, 0xC02B] }", "GREASE"),
        ("match.random-payload = { low = 4, high = 4 }", "not below"),
        ("match.dtls-hello = {}\nunless.udp = {}", "unless"),
        ("match.rtp = { packets = 5 }\nunless.rtp = { packets = 3 }", "unless"),
        ('match.to = { places = ["server"] }\nunless.to = { places = ["198.51.100.0/24", "fd4a:10::/64"] }', "unless"),
    ],
)
def test_a_rule_that_no_packet_can_meet_is_refused(body: str, word: str) -> None:
    assert word in refusal(body)


BEHIND = [
    ("match.udp = {}", "match.dtls-hello = {}"),
    ("match.udp = {}", "match.rtp = {}\nmatch.port = { ports = [40000] }"),
    ("match.udp = {}", 'match.dns-name = { names = ["a.example"] }\nscope = "service"'),
    ("match.everything = {}", 'match.sni = { names = ["a.example"] }\nscope = "host"'),
    ("match.port = { ports = [53] }", 'match.dns-name = { names = ["a.example"] }'),
    ('match.port = { ports = ["1-99", "100-199"] }', 'match.port = { ports = ["98-101"] }'),
    ('match.to = { places = ["198.51.100.0/24"] }', 'match.to = { places = ["198.51.100.10"] }\nscope = "host"'),
    ("match.dtls-hello = {}", "match.dtls-hello = { ciphers = [0xC02B] }"),
    ("match.stun = {}", "match.stun = { least = 40 }"),
    ("match.dtls-hello = { groups = [29] }", "match.dtls-hello = { ciphers = [0xC02B], groups = [29] }"),
    ("match.bytes = { count = 9, whole = true }", "match.bytes = { count = 9 }"),
    ("match.app-voice = {}", 'match.app-voice = { apps = ["zoom"] }'),
    ('match.sni = { names = ["a.example", "b.example"] }', 'match.sni = { names = ["B.example"], over = "tcp" }'),
    ("match.http = {}", "match.http = { upgrade = true }"),
    ('match.stun = {}\nscope = "flow"', 'match.stun = {}\nscope = "flow"'),
    ('match.stun = {}\ndirection = "up"', 'match.stun = {}\ndirection = "up"'),
    ("match.udp = {}\nunless.port = { ports = [53] }", "match.rtp = {}"),
    (
        'match.udp = {}\nunless.to = { places = ["dns"] }',
        'match.stun = {}\nmatch.udp = {}\nunless.to = { places = ["dns"] }',
    ),
    ("match.udp = {}\ndo.pass = {}", "match.quic = {}"),
]
BESIDE = [
    ("match.dtls-hello = {}", "match.udp = {}"),
    ("match.udp = {}\ndo.delay = { ms = 9 }", "match.dtls-hello = {}"),
    ('match.udp = {}\ndirection = "up"', "match.dtls-hello = {}"),
    ("match.udp = {}", "match.stun = {}"),
    ("match.udp = {}\nunless.port = { ports = [443] }", "match.rtp = { exempt_below = 100 }"),
    ("match.rtp = { packets = 5 }", "match.rtp = { packets = 3 }"),
    ("match.bytes = { count = 9 }", "match.bytes = { count = 9, whole = true }"),
    ("match.dtls-hello = { ciphers = [0xC02B], groups = [29] }", "match.dtls-hello = { groups = [29] }"),
    ("match.dtls-hello = { groups = [29] }", "match.dtls-server-hello = { groups = [29] }"),
    ("match.dtls-hello = { ciphers = [0xC02B] }", "match.dtls-hello = { ciphers = [0xC02F] }"),
    ('match.sni = { names = ["a.example"] }', 'match.http = { hosts = ["a.example"] }'),
    ("match.stun = {}", 'match.stun = {}\nscope = "flow"'),
    ("match.udp = {}", 'match.stun-message = { methods = [3] }\nmatch.udp = {}\nscope = "host"'),
    ('match.stun = {}\nscope = "flow"\nseconds = 9', 'match.stun = {}\nscope = "flow"\nseconds = 99'),
    ('match.to = { places = ["server"] }', 'match.to = { places = ["server", "second"] }'),
    ("match.port = { ports = [443] }", "match.udp = {}"),
]


@pytest.mark.parametrize(("before", "body"), BEHIND)
def test_a_rule_behind_one_that_takes_all_it_could_act_on_is_refused(before: str, body: str) -> None:
    assert "rule 'rule0' before it takes all of its packets" in refusal(before, body)


@pytest.mark.parametrize(("before", "body"), BESIDE)
def test_a_rule_that_has_something_left_to_act_on_is_fine(before: str, body: str) -> None:
    assert len(profile.read("right", rules(before, body)).rules) == 2


def test_a_flow_stays_condemned_though_a_rule_before_takes_the_packet_that_condemns_it() -> None:
    """Why scopes count in the above: the second rule acts on what the first one leaves."""
    network = Network("scopes", text=rules("match.stun = {}", 'match.stun = {}\nscope = "flow"'))
    assert network.up(b"before") and not network.up(binding()) and not network.up(b"after")


@pytest.mark.parametrize("scope", ["service", "host"])
@pytest.mark.parametrize("order", [1, -1])
def test_two_rules_of_one_scope_keep_their_own_residues(scope: str, order: int) -> None:
    """One for ten seconds and one for a minute: the later offence does not end what the earlier one began."""
    short, long = (
        f'match.stun = {{}}\nscope = "{scope}"\nseconds = 10\ndo.delay = {{ ms = 400 }}',
        f'match.dtls-hello = {{}}\nscope = "{scope}"\nseconds = 60',
    )
    network = Network("residues", text=rules(*(short, long)[::order]))
    network.up(dtls_hello())
    network.now += 1
    network.up(binding())
    for seconds, passes in ((0, False), (20, False), (40, True)):
        network.now += seconds
        assert network.up(b"plain", here=50_100) == passes, "condemned for a minute since the first packet"


def test_names_are_the_same_in_capitals() -> None:
    network = Network("names", text=rules('match.sni = { names = ["CALL.Example."] }'))
    assert not network.tcp().up(tls_hello("call.example"))
    network = Network("names", text=rules('match.dns-name = { names = ["Call.EXAMPLE"] }'))
    assert not network.up(names.query("www.call.example"), 53, far=DNS)
    text = HEAD + '[dns]\n"Call.Example" = "nxdomain"\n[proxy]\nallow = ["Meeting.Example"]\n'
    assert profile.read("names", text).dns == {"call.example": "nxdomain"}
