"""Unix stream sockets: how long a path may be, which folder is private, who is at the other end, who may listen."""

import errno
import os
import socket
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from drover import file_lock

MAX_PATH_BYTES: Final = 103 if sys.platform == "darwin" else 107
"""sun_path holds one byte more, with the closing NUL: 108 bytes on Linux, 104 on macOS."""

LOCK_SUFFIX: Final = ".lock"
_UCRED: Final = struct.Struct("3i")
_XUCRED: Final = struct.Struct("2I")


class SocketPathError(Exception):
    """No socket can be served at this path; the message names it and what to do."""


class PrivateDirError(Exception):
    """The folder is not this user's alone. The message says what it is, without its name; `fix` what to do."""

    def __init__(self, found: str, fix: str) -> None:
        super().__init__(found)
        self.fix = fix


@dataclass(frozen=True)
class PeerId:
    """Who opened the other end, as the kernel tells it; pid 0 where it does not tell."""

    uid: int
    pid: int

    @property
    def trusted(self) -> bool:
        """Whether that is this process's own user, or root, who may do all anyway."""
        return self.uid in (os.geteuid(), 0)


def peer_of(sock: socket.socket) -> PeerId:
    """The peer of a connected Unix socket, as it was when it connected; raises OSError where it is gone (macOS)."""
    if sys.platform == "linux":
        pid, uid, _ = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
        return PeerId(uid, pid)
    # LOCAL_PEERCRED (1) at level SOL_LOCAL (0) gives struct xucred: version, uid, groups.
    _, uid = _XUCRED.unpack_from(sock.getsockopt(0, 1, 128))
    return PeerId(uid, 0)


def fits(path: Path) -> bool:
    """Whether a socket's address can hold this path."""
    return len(os.fsencode(path)) <= MAX_PATH_BYTES


def ensure_private_dir(directory: Path) -> None:
    """Create the folder with mode 0700; raises PrivateDirError if it is not this user's alone."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = directory.lstat()
    except OSError as error:
        raise PrivateDirError(f"cannot be made: {error.strerror}", "name another") from error
    if not stat.S_ISDIR(info.st_mode):
        raise PrivateDirError("is a link or a file", "remove it, or name a folder")
    if info.st_uid != os.geteuid():
        found = f"belongs to user {info.st_uid}, not to {os.geteuid()}"
        raise PrivateDirError(found, "name a folder of your own")
    if info.st_mode & 0o077:
        raise PrivateDirError(f"is open to other users (mode {info.st_mode & 0o777:o})", f"chmod 700 {directory}")


def check_path(path: Path) -> None:
    """See to it that a socket may lie there; raises SocketPathError. The folder is made where it is missing."""
    if not fits(path):
        raise SocketPathError(
            f"the socket path {path} is longer than {MAX_PATH_BYTES} bytes, which the system does not allow: "
            "name a shorter one"
        )
    try:
        ensure_private_dir(path.parent)
    except PrivateDirError as error:
        raise SocketPathError(f"the socket's folder {path.parent} {error}: {error.fix}") from error
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)  # one look: a gateway that ends may remove it meanwhile
    except FileNotFoundError:
        return
    if not is_socket:
        raise SocketPathError(f"{path} is there already and is no socket: remove it, or name another path")


class Listener:
    """A listening socket at a path, mode 0600 from its creation, and the lock that makes it the path's only one."""

    def __init__(self, path: Path, sock: socket.socket, lock: IO[str]) -> None:
        self.path = path
        self.socket = sock
        self._lock = lock
        self._file = _identity(path)

    @classmethod
    def open(cls, path: Path, *, backlog: int) -> "Listener":
        """Listen there; raises SocketPathError. What a dead process left is removed, with the lock held.

        A file that is no socket is never touched, nor a socket on which another program listens.
        """
        check_path(path)
        try:
            lock = file_lock.take(path.with_name(path.name + LOCK_SUFFIX))
        except file_lock.LockHeldError as error:
            raise SocketPathError(f"the socket {path} is served already ({error.holder}): name another path") from None
        except file_lock.LockError as error:
            raise SocketPathError(f"the socket's lock {error}") from None
        try:
            _clear(path)
            return cls(path, _bound(path, backlog), lock)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Remove the socket, if it is still ours, and give the lock back."""
        self.socket.close()
        if _identity(self.path) == self._file:
            self.path.unlink(missing_ok=True)
        self._lock.close()


def _clear(path: Path) -> None:
    """Remove a socket on which no program listens."""
    if not os.path.lexists(path):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            if error.errno == errno.ENOENT:
                return
            raise SocketPathError(f"the socket {path} cannot be looked at: {error.strerror or error}") from None
    raise SocketPathError(f"another program listens on the socket {path}: end it, or name another path")


def _bound(path: Path, backlog: int) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # the file is made by bind, so a chmod would come too late
    try:
        sock.bind(os.fspath(path))
        sock.listen(backlog)
    except OSError as error:
        sock.close()
        raise SocketPathError(f"the socket {path} cannot be made: {error.strerror}") from None
    finally:
        os.umask(before)
    return sock


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        info = path.lstat()
    except OSError:
        return None
    return info.st_dev, info.st_ino
