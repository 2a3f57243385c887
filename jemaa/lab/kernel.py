"""Lab room. The few system calls that Python 3.11 has no name for: namespaces, death signals, mounts, TUN devices.

(namespaces(7), unshare(2), setns(2), prctl(2), mount(2), the kernel's networking/tuntap.rst.)
"""

import ctypes
import errno
import fcntl
import os
import struct
from pathlib import Path

from .failures import LabFailed

NEW_MOUNTS, NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x00020000, 0x10000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def die_with_parent(signal: int) -> None:
    """Let the kernel send this process `signal` when its parent ends, however that happens."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def leave_for(flags: int) -> None:
    """Move this process (for processes: its children) into new namespaces."""
    _checked(_libc.unshare(flags), "unshare")


def enter(handle: int, kind: int) -> None:
    """Join the namespace of an open file under /proc/PID/ns."""
    _checked(_libc.setns(handle, kind), "setns")


def mount(source: str, target: str, kind: str, flags: int = 0) -> None:
    """mount(2)."""
    given = (source.encode(), target.encode(), kind.encode(), flags, None)
    _checked(_libc.mount(*given), f"mount {target}")


def keep_mounts_private() -> None:
    """Whatever is mounted from now on is seen in this mount namespace only."""
    mount("none", "/", "none", _MS_REC | _MS_PRIVATE)


def mount_own_processes() -> None:
    """/proc as this process namespace sees it."""
    mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def put_over(file: Path, target: Path) -> None:
    """Let `target` show the contents of `file`, in this mount namespace."""
    mount(str(file), str(target), "none", _MS_BIND)


def has_root_mount(mountinfo: str) -> bool:
    """Whether this process's root is a mount point: /proc/PID/mountinfo (proc(5)) leaves out what is above a root."""
    return any(line.split()[4] == "/" for line in mountinfo.splitlines())


def comes_back_here() -> bool:
    """Whether who enters this mount namespace (as a lab's commands do) finds this root: not out of a chroot."""
    here = os.stat("/")
    child = os.fork()
    if child == 0:
        try:
            enter(os.open("/proc/self/ns/mnt", os.O_RDONLY), NEW_MOUNTS)
            os._exit(0 if os.path.samestat(os.stat("/"), here) else 1)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def make_room() -> None:
    """Leave for new mount, process and network namespaces; without root by way of a user namespace.

    Raises LabFailed where the kernel allows neither, and where nothing could be mounted.
    """
    if not has_root_mount(Path("/proc/self/mountinfo").read_text()):
        raise _plain_chroot()
    user, group = os.getuid(), os.getgid()
    try:
        if user != 0:
            leave_for(NEW_USERS)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        leave_for(NEW_MOUNTS)
        if not comes_back_here():
            raise _plain_chroot()
        leave_for(NEW_PROCESSES | NEW_NETWORK)
    except OSError as trouble:
        raise LabFailed(
            "lab-no-rights",
            f"this kernel lets neither you make network namespaces nor an unprivileged user ({trouble}); "
            "run it as root, or allow unprivileged user namespaces",
        ) from trouble


def _plain_chroot() -> LabFailed:
    return LabFailed(
        "lab-no-rights",
        "this is a plain chroot, in which nothing can be mounted for the lab alone; "
        "run it in a container, or on the machine itself",
    )


def open_tun(name: str) -> int:
    """A TUN device of this network namespace, made now; it goes when the returned file is closed."""
    try:
        handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    except OSError as trouble:
        if trouble.errno in (errno.EACCES, errno.EPERM):
            why = "this user may not open it; run it as root"
        else:
            why = (
                f"here it is none ({os.strerror(trouble.errno or 0)}); load the module `tun`, in a container pass it in"
            )
        raise LabFailed("lab-no-tun", f"the middlebox needs /dev/net/tun, and {why}") from trouble
    return handle
