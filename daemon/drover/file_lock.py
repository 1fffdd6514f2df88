"""A lock in the shape of a file: one process holds it, and it ends with that process, however that ends."""

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO, Final

_NO_LOCKS: Final = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


class LockError(Exception):
    """The file cannot be opened or locked; the message names it and says why."""


class LockHeldError(LockError):
    """Another process holds the lock; `holder` is its pid, and its host where that is another one."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is locked by {holder}")
        self.holder = holder


def take(path: Path) -> IO[str]:
    """The locked file (mode 0600), with this process's pid and host in it; closing it gives the lock back.

    Raises LockHeldError, and LockError where the file cannot be opened or its file system has no locks. flock follows
    the open file: no child that was started with exec inherits it. The file stays: one that is removed could be locked
    by two.
    """
    try:
        # Opened without truncation: until the lock is ours, the pid in it is the other process's.
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LockError(f"{path}: cannot be opened: {error.strerror}") from error
    lock = os.fdopen(number, "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(lock.read(512))
        lock.close()
        raise LockHeldError(path, holder) from None
    except OSError as error:
        lock.close()
        why = error.strerror
        if error.errno in _NO_LOCKS:
            why = f"its file system has no locks ({error.strerror}); put it on a local disk"
        raise LockError(f"{path}: cannot be locked: {why}") from error
    lock.truncate(0)
    lock.write(f"{os.getpid()} {socket.gethostname()}\n")
    lock.flush()
    return lock


def _holder(text: str) -> str:
    """Who holds a lock, from what it wrote there."""
    pid, _, host = text.strip().partition(" ")
    elsewhere = f" on {host}" if host and host != socket.gethostname() else ""
    return f"pid {pid or '?'}{elsewhere}"
