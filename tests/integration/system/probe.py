#!/usr/bin/python3
"""Tries, one by one, what the fences of drover.service are against; prints what came of each as a line of JSON.

`{"write elsewhere": "EROFS", "write its state": "done", ...}`. Runs as a script of Drover inside the service, and as
the same user outside of it. Standard library only.
"""

import ctypes
import errno
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
PER_LINUX32 = 8
OPEN_FOLDER, OTHERS_HOME, DEVICE = Path("/srv/open"), Path("/home/other"), Path("/dev/fuse")


def _called(result: int) -> None:
    if result == -1:
        raise OSError(ctypes.get_errno(), "")


def _in_child(work: Callable[[], None]) -> None:
    """What would change this process itself."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except OSError as error:
            os._exit(error.errno or 255)
        os._exit(0)
    if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise OSError(code, "")


def _set_uid_bit() -> None:
    path = Path("setuid-try")
    path.touch()
    try:
        path.chmod(0o4700)
    finally:
        path.unlink()


TRIES: dict[str, Callable[[], object]] = {
    # what it must be able to do
    "write its own folder": lambda: Path("written").write_text("x"),
    "write its state": lambda: Path("/var/lib/drover/tried").touch(),
    "hear of USB phones": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15).close(),
    "set scheduling to what it is": lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)),
    # what it must not
    "write elsewhere": lambda: (OPEN_FOLDER / "tried").touch(),
    "read another's home": lambda: list(OTHERS_HOME.iterdir()),
    "see another's process": lambda: Path("/proc/1/status").read_text(),
    "open another device": lambda: os.close(os.open(DEVICE, os.O_RDWR)),
    "set a uid bit": _set_uid_bit,
    "make a namespace": lambda: _in_child(lambda: _called(LIBC.unshare(CLONE_NEWUSER))),
    "change personality": lambda: _in_child(lambda: _called(LIBC.personality(PER_LINUX32))),
    "change priority": lambda: _in_child(lambda: os.setpriority(os.PRIO_PROCESS, 0, 19)),
    "open a socket of another family": lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close(),
}
ALLOWED = list(TRIES)[:4]


def main() -> None:
    found: dict[str, str] = {}
    for name, attempt in TRIES.items():
        try:
            attempt()
        except OSError as error:
            found[name] = errno.errorcode.get(error.errno or 0, str(error))
        else:
            found[name] = "done"
    Path("/tmp/drover-probe").touch()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
