"""The runtime directory and the lock in it: what makes the daemon single and its sockets private."""

import fcntl
import os
from pathlib import Path
from typing import IO, Final

from drover.client.errors import RuntimeDirError
from drover.client.paths import CONTROL_SOCKET, ensure_runtime_dir, socket_path

WORKER_SOCKET: Final = "workers.sock"


class AlreadyRunningError(RuntimeDirError):
    """Another daemon holds the lock."""


class RuntimeDir:
    """A claimed runtime directory, held until `release`."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def claim(cls, path: Path) -> "RuntimeDir":
        """Create the directory (0700), check it, take the lock, and clear what a dead daemon left."""
        socket_path(path)  # refuses a path that is too long; the workers' socket has a name as short
        ensure_runtime_dir(path)
        lock = _lock(path / "droverd.lock")
        # Only now, holding the lock, is a socket file known to be stale: a live ipc path could be stolen.
        for name in (CONTROL_SOCKET, WORKER_SOCKET):
            (path / name).unlink(missing_ok=True)
        return cls(path, lock)

    @property
    def control_socket(self) -> Path:
        return self.path / CONTROL_SOCKET

    @property
    def worker_endpoint(self) -> str:
        return f"ipc://{self.path / WORKER_SOCKET}"

    def release(self) -> None:
        """Remove the sockets, then let go of the lock."""
        for name in (CONTROL_SOCKET, WORKER_SOCKET):
            (self.path / name).unlink(missing_ok=True)
        self._lock.close()


def _lock(path: Path) -> IO[str]:
    # Opened without truncation: until the lock is ours, the pid in it is the other daemon's.
    lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = lock.read(32).strip() or "?"
        lock.close()
        raise AlreadyRunningError(f"droverd runs already (pid {holder}) on {path.parent}") from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock
