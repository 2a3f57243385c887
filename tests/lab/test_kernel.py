"""What the lab asks of the kernel, before it asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jemaa.lab.kernel import has_root_mount
from jemaa.lab.places import PARTICIPANT
from tests.lab.networks import why_not

NOT_HERE = why_not() or ("" if os.geteuid() == 0 else "only root may change the root directory, and who it is")
CHROOT = "62 36 0:22 / /proc rw,relatime - proc proc rw\n63 36 0:21 / /sys rw,relatime - sysfs sysfs rw\n"


def test_a_plain_chroot_is_seen() -> None:
    assert not has_root_mount(CHROOT)
    assert has_root_mount("36 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n" + CHROOT)


def test_this_machine_has_a_root() -> None:
    assert has_root_mount(Path("/proc/self/mountinfo").read_text())


@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
def test_a_chroot_whose_root_is_a_mount_point_is_told_in_one_sentence(tmp_path: Path) -> None:
    script = f"""set -e
        mount --make-rprivate /
        mount -t tmpfs none {tmp_path}
        for part in /*; do
            if [ -L "$part" ]; then cp -P "$part" {tmp_path}
            elif [ -d "$part" ]; then mkdir {tmp_path}"$part"; mount --rbind "$part" {tmp_path}"$part"
            fi
        done
        exec chroot {tmp_path} {sys.executable} -m jemaa lab run clean -- true"""
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "lab-no-rights" in done.stderr and done.stderr.count("\n") == 1, done.stderr


LAB = f"{sys.executable} -m jemaa lab run clean --"
FOR_ROOT_ONLY = "mount -t tmpfs none /mnt && touch /mnt/tun && chmod 600 /mnt/tun && mount --bind /mnt/tun /dev/net/tun"


def among_own_mounts(script: str) -> "subprocess.CompletedProcess[str]":
    """Run shell lines whose mounts nobody else sees."""
    script = f"set -e\nmount --make-rprivate /\n{script}"
    command = ["unshare", "--mount", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def as_nobody(command: str) -> str:
    """Shell lines that run a command as a user without any right, who reaches Python and us wherever we are.

    A folder that keeps others out, as root's own does, is one that has only what is needed.
    """
    needed = {Path(sys.base_prefix), Path(sys.prefix), Path.cwd()}
    shut = {one: [up for up in reversed(one.parents) if not up.stat().st_mode & 1][:1] for one in needed}
    held = {one: f"/media/{number}" for number, one in enumerate(one for one in needed if shut[one])}
    lines = ["mount -t tmpfs -o mode=755 none /media"]
    lines += [f"mkdir {hold} && mount --rbind {one} {hold}" for one, hold in held.items()]
    lines += [f"mount -t tmpfs -o mode=755 none {one}" for one in {up for ups in shut.values() for up in ups}]
    lines += [f"mkdir -p {one} && mount --rbind {hold} {one}" for one, hold in held.items()]
    lines += [f"cd {Path.cwd()}", "export HOME=/nonexistent; unset XDG_CONFIG_HOME"]
    return "\n".join([*lines, f"exec setpriv --reuid=65534 --regid=65534 --clear-groups {command}"])


def may_anybody() -> bool:
    """Whether this kernel gives namespaces to anybody, and this machine its TUN device."""
    script = as_nobody("unshare --user --map-root-user --mount --net --pid --fork true")
    return among_own_mounts(script).returncode == 0 and os.stat("/dev/net/tun").st_mode & 0o6 == 0o6


@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
def test_who_is_not_root_has_a_lab_where_the_kernel_lets_him_and_else_a_sentence() -> None:
    done = among_own_mounts(as_nobody(f"{LAB} ip -4 -brief address"))
    if may_anybody():
        assert done.returncode == 0 and f" {PARTICIPANT[0]}/" in done.stdout and not done.stderr, done
    else:
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done
        assert "lab-no-rights" in done.stderr or "lab-no-tun" in done.stderr


@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
def test_who_is_not_root_is_told_that_the_tun_device_is_roots() -> None:
    done = among_own_mounts(f"{FOR_ROOT_ONLY}\n{as_nobody(f'{LAB} true')}")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert "run it as root (lab-no-tun)" in done.stderr or "lab-no-rights" in done.stderr


@pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)
@pytest.mark.parametrize("instead", ["mount --bind /dev/null /dev/net/tun", "mount -t tmpfs none /dev/net"])
def test_without_a_tun_device_the_sentence_says_what_to_do(instead: str) -> None:
    done = among_own_mounts(f"{instead}\n{LAB} true")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert "lab-no-tun" in done.stderr and "load the module" in done.stderr
