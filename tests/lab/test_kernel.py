"""What the lab asks of the kernel, before it asks."""

from pathlib import Path

from jemaa.lab.kernel import has_root_mount

CHROOT = "62 36 0:22 / /proc rw,relatime - proc proc rw\n63 36 0:21 / /sys rw,relatime - sysfs sysfs rw\n"


def test_a_plain_chroot_is_seen() -> None:
    assert not has_root_mount(CHROOT)
    assert has_root_mount("36 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n" + CHROOT)


def test_this_machine_has_a_root() -> None:
    assert has_root_mount(Path("/proc/self/mountinfo").read_text())
