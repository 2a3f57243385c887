"""What the lab asks of the kernel, before it asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jemaa.lab.kernel import has_root_mount
from tests.lab.networks import why_not

NOT_HERE = why_not() or ("" if os.geteuid() == 0 else "only root may change the root directory")
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
