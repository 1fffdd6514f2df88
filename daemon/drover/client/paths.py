"""Where the daemon's sockets lie. Resolves and checks the runtime directory; never opens a socket."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drover.client.errors import RuntimeDirError

CONTROL_SOCKET: Final = "control.sock"

MAX_SOCKET_PATH_BYTES: Final = 107
"""sun_path holds 108 bytes with the closing NUL on Linux."""


def runtime_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The first of $DROVER_RUNTIME_DIR, $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/drover and /tmp/drover-UID."""
    env = os.environ if environ is None else environ
    if own := env.get("DROVER_RUNTIME_DIR"):
        return Path(own)
    # systemd gives several directories joined by colons when a unit names several.
    if given := env.get("RUNTIME_DIRECTORY", "").split(":")[0]:
        return Path(given)
    if session := env.get("XDG_RUNTIME_DIR"):
        return Path(session) / "drover"
    return Path("/tmp") / f"drover-{os.getuid()}"  # noqa: S108  (ensure_runtime_dir refuses one that is not ours)


def socket_path(directory: Path | None = None) -> Path:
    """The control socket in the directory (default: the runtime directory); raises RuntimeDirError if too long."""
    path = (directory or runtime_dir()) / CONTROL_SOCKET
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        raise RuntimeDirError(
            f"the socket path {path} is longer than {MAX_SOCKET_PATH_BYTES} bytes, which the system does not allow: "
            "set DROVER_RUNTIME_DIR to a shorter directory"
        )
    return path


def ensure_runtime_dir(directory: Path) -> Path:
    """Create the directory with mode 0700, or raise RuntimeDirError if it is not ours alone."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = directory.lstat()
    except OSError as error:
        raise RuntimeDirError(f"the runtime directory {directory} cannot be made: {error.strerror}") from error
    if not stat.S_ISDIR(info.st_mode):
        raise RuntimeDirError(f"the runtime directory {directory} is a link or a file: remove it")
    if info.st_uid != os.geteuid():
        raise RuntimeDirError(
            f"the runtime directory {directory} belongs to user {info.st_uid}, not to {os.geteuid()}: "
            "set DROVER_RUNTIME_DIR to a directory of your own"
        )
    if info.st_mode & 0o077:
        raise RuntimeDirError(
            f"the runtime directory {directory} is open to other users (mode {info.st_mode & 0o777:o}): "
            f"chmod 700 {directory}"
        )
    return directory
