"""The locks that make the daemon single: one in its runtime directory, one in its data directory.

Sockets live in the first, database and task folders in the second; either may be shared by mistake.
"""

from pathlib import Path
from typing import IO, Final

from drover import file_lock
from drover.client.errors import RuntimeDirError
from drover.client.paths import CONTROL_SOCKET, ensure_runtime_dir, socket_path

WORKER_SOCKET: Final = "workers.sock"
LOCK: Final = "droverd.lock"
DATA_LOCK: Final = "data.lock"


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
        lock = _lock(path / LOCK, f"droverd runs already ({{holder}}) on {path}")
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


class DataDir:
    """A claimed data directory, held until `release`: its database and its workers' rows are this process's alone."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def claim(cls, path: Path) -> "DataDir":
        """Create the directory (0700) where it is missing, and take the lock; raises RuntimeDirError."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RuntimeDirError(f"{path}: cannot be used as data_dir: {error.strerror}") from error
        refusal = (
            f"another droverd ({{holder}}) works on the data of {path}; end that one first, or give this one its "
            "own data_dir ([daemon] data_dir)"
        )
        # By the real path: a link leads to the same file, and so to the same lock.
        return cls(path, _lock(path.resolve() / DATA_LOCK, refusal))

    def release(self) -> None:
        """Give the lock back; its file stays, so that no one can lock one that is gone."""
        self._lock.close()


def _lock(path: Path, refusal: str) -> IO[str]:
    """The locked file; raises AlreadyRunningError with the text of `refusal`, its `{holder}` filled in, and
    RuntimeDirError where there can be no lock.
    """
    try:
        return file_lock.take(path)
    except file_lock.LockHeldError as error:
        raise AlreadyRunningError(refusal.format(holder=error.holder)) from None
    except file_lock.LockError as error:
        raise RuntimeDirError(str(error)) from error
