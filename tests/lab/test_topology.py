"""Labs as they really are: namespaces, real sockets, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jemaa.errors import SettingsError
from jemaa.lab import names
from jemaa.lab.places import DNS, PROXY, SECOND, SERVER, SERVER_SECOND
from jemaa.lab.topology import PROXY_PORT, Lab
from jemaa.people.wait import wait_until
from tests.lab.networks import ask, echo, namespaces, python, says, why_not
from tests.lab.traffic import binding, dtls_hello, inverted, tls_hello

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


def test_everybody_is_reached_over_both_families() -> None:
    with Lab("clean") as lab, echo(lab, "server", *SERVER, *SERVER_SECOND), echo(lab, "second", *SECOND):
        for host in (*SERVER, *SERVER_SECOND, *SECOND):
            assert ask(lab, "udp", host, 40_000, b"x")[0] == "1", host
            assert ask(lab, "tcp", host, 443, b"x")[0] == "1", host


LOOK = """
import socket, sys
try:
    print(socket.gethostbyname(sys.argv[1]))
except socket.gaierror as trouble:
    print(trouble.errno == socket.EAI_NONAME)
"""

ASK_ELSEWHERE = """
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(2)
one.connect((sys.argv[1], 53))
one.send(bytes.fromhex(sys.argv[2]))
print(one.recv(4096).hex())
"""


def test_names_are_told_by_the_operators_resolver_and_injected_for_anybody_elses() -> None:
    with Lab("dns+ip") as lab:
        assert says(lab, "participant", LOOK, "meeting.example") == SERVER[0]
        assert says(lab, "participant", LOOK, "call.example") == "10.10.34.34"
        assert says(lab, "participant", LOOK, "blocked.example") == "True", "there is no such name"
        assert not lab.decisions(), "that was the resolver, and not the middlebox"
        forged = says(lab, "participant", ASK_ELSEWHERE, SECOND[0], names.query("blocked.example").hex())
        assert names.addresses(bytes.fromhex(forged)) == (0, ("10.10.34.34",))
        wait_until(lambda: [one["outcome"] for one in lab.decisions()] == ["answered"], "the middlebox has noted it")


def test_stun_is_hit_and_its_twin_passes() -> None:
    with Lab("stun-cookie") as lab, echo(lab, "server", *SERVER):
        assert ask(lab, "udp", SERVER[0], 3478, binding())[0] == "0"
        assert ask(lab, "udp", SERVER[0], 3478, inverted(binding()))[0] == "1"
        assert ask(lab, "udp", SERVER[1], 40_000, binding())[0] == "0"
        entries = lab.decisions()
        assert entries and all(one["rule"] == "stun-cookie" and one["outcome"] == "dropped" for one in entries)


def test_dtls_is_hit_and_its_twin_passes() -> None:
    with Lab("dtls") as lab, echo(lab, "server", SERVER[0]):
        assert ask(lab, "udp", SERVER[0], 443, dtls_hello())[0] == "0"
        assert ask(lab, "udp", SERVER[0], 443, inverted(dtls_hello()))[0] == "1"


def test_a_listed_name_is_reset_and_the_host_stays_shut() -> None:
    with Lab("sni") as lab, echo(lab, "server", SERVER[0]), echo(lab, "second", SECOND[0]):
        assert ask(lab, "tcp", SERVER[0], 443, tls_hello("meeting.example"))[0] == "1"
        assert ask(lab, "tcp", SECOND[0], 443, tls_hello("call.example")) == ["0", "ConnectionResetError"]
        assert ask(lab, "tcp", SECOND[0], 443, tls_hello("meeting.example"))[0] == "0"


def test_a_connection_freezes_after_sixteen_kilobytes_and_a_new_one_lives() -> None:
    with Lab("kill-after-bytes") as lab, echo(lab, "server", SERVER[0]):
        code = (
            "import socket\n"
            f"one = socket.create_connection(('{SERVER[0]}', 443), 1); one.send(b'SEND100000'); got = 0\n"
            "try:\n  while data := one.recv(65536): got += len(data)\n"
            "except TimeoutError: print(got)\n"
        )
        assert 10_000 <= int(says(lab, "participant", code)) <= 17_000
        assert ask(lab, "tcp", SERVER[0], 443, b"new")[0] == "1"


def test_what_is_turned_away_is_told_so() -> None:
    with Lab("proxy-only") as lab, echo(lab, "server", SERVER[0]):
        assert ask(lab, "tcp", SERVER[0], 443, b"x") == ["0", "OSError"]
        assert ask(lab, "tcp", PROXY[0], PROXY_PORT, b"GET / HTTP/1.1\r\n\r\n")[0] == "1"
        assert lab.environment()["https_proxy"] == f"http://{PROXY[0]}:{PROXY_PORT}"


CONNECT = """
import socket, sys
for target in sys.argv[3:]:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5) as one:
        one.sendall(f"CONNECT {target} HTTP/1.1\\r\\n\\r\\n".encode())
        print(one.recv(100)[9:12].decode())
"""


def test_the_operators_proxy_goes_by_its_profile() -> None:
    asked, found = [f"{host}:443" for host in ("meeting.example", "second.example", SERVER[0])], {}
    with Lab("proxy-only") as lab, echo(lab, "server", SERVER[0]), echo(lab, "second", SECOND[0]):
        for name in ("proxy-only", "proxy-only-no-raw-ip", "proxy-only-allowlist"):
            lab.switch(name)
            found[name] = says(lab, "participant", CONNECT, PROXY[0], str(PROXY_PORT), *asked).split()
    assert list(found.values()) == [["200", "200", "200"], ["200", "200", "403"], ["200", "403", "403"]]


def test_a_satellite_is_far_away() -> None:
    with Lab("link-satellite") as lab, echo(lab, "server", SERVER[0]):
        sent, took = ask(lab, "udp", SERVER[0], 40_000, b"x" * 100, wait=3)
        assert sent == "0" or 0.6 <= float(took) < 0.8


def test_a_profile_is_switched_in_mid_connection() -> None:
    with Lab("clean") as lab, echo(lab, "server", SERVER[0]):
        assert ask(lab, "udp", SERVER[0], 3478, binding())[0] == "1"
        lab.switch("udp-off")
        assert ask(lab, "udp", SERVER[0], 3478, binding())[0] == "0"
        lab.switch("clean")
        assert ask(lab, "udp", SERVER[0], 3478, binding())[0] == "1"


def test_two_labs_at_once_do_not_meet() -> None:
    with (
        Lab("clean") as one,
        Lab("udp-off") as other,
        echo(one, "server", SERVER[0]),
        echo(other, "server", SERVER[0]),
    ):
        assert ask(one, "udp", SERVER[0], 3478, b"x")[0] == "1"
        assert ask(other, "udp", SERVER[0], 3478, b"x")[0] == "0"


HOLDER = """
import signal, time
from jemaa.lab.topology import Lab
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are born deaf to Ctrl-C
with Lab("clean") as lab:
    child = lab.popen("participant", ["sleep", "1000"])
    print(*[lab._nodes[name] for name in sorted(lab._nodes)], child.pid, flush=True)
    time.sleep(1000)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_however_it_ends(number: signal.Signals) -> None:
    before = Path("/proc/self/mounts").read_text()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with holder:
        assert holder.stdout is not None
        pids = [int(word) for word in holder.stdout.readline().split()]
        assert len(pids) == 7
        spaces = {os.readlink(f"/proc/{pid}/ns/net") for pid in pids[:-1]}
        assert len(spaces) == 6 and spaces <= namespaces()
        holder.send_signal(number)
        holder.wait()
    wait_until(lambda: not spaces & namespaces(), "no process is in a namespace of that lab")
    assert Path("/proc/self/mounts").read_text() == before
    with Lab("clean"):
        assert not list(Path(tempfile.gettempdir()).glob(f"jemaa-lab-{holder.pid}-*")), "the next lab sweeps its log"


def test_a_wrong_node_or_command_is_one_clear_sentence() -> None:
    with Lab("clean") as lab:
        with pytest.raises(SettingsError, match="lab-node-unknown"):
            lab.popen("moon", ["true"])
        with pytest.raises(SettingsError, match="lab-command-missing"):
            lab.popen("participant", ["no-such-command"])


def test_the_resolver_is_only_the_participants() -> None:
    before = Path("/etc/resolv.conf").read_text()
    with Lab("clean") as lab:
        read = "print(open('/etc/resolv.conf').read())"
        assert DNS[0] in says(lab, "participant", read) and DNS[0] not in says(lab, "server", read)
        assert Path("/etc/resolv.conf").read_text() == before


def test_the_log_is_json_with_seed_and_speed() -> None:
    with Lab("udp-off", seed=7) as lab:
        first = json.loads(lab.log.read_text().splitlines()[0])
    assert first["note"] == "profile" and first["seed"] == 7


def test_a_program_inside_ends_with_the_lab() -> None:
    with Lab("clean") as lab:
        sleeper = python(lab, "server", "print('ready'); import time; time.sleep(1000)")
        assert sleeper.stdout is not None and sleeper.stdout.readline() == "ready\n"
    assert sleeper.wait(10) != 0
    sleeper.communicate()
