"""Where the daemon's sockets lie. Resolves and checks the runtime directory; never opens a socket."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drover import unix_socket
from drover.client.errors import RuntimeDirError

CONTROL_SOCKET: Final = "control.sock"


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
    if not unix_socket.fits(path):
        raise RuntimeDirError(
            f"the socket path {path} is longer than {unix_socket.MAX_PATH_BYTES} bytes, which the system does not "
            "allow: set DROVER_RUNTIME_DIR to a shorter directory"
        )
    return path


def ensure_runtime_dir(directory: Path) -> Path:
    """Create the directory with mode 0700, or raise RuntimeDirError if it is not ours alone."""
    try:
        unix_socket.ensure_private_dir(directory)
    except unix_socket.PrivateDirError as error:
        raise RuntimeDirError(
            f"the runtime directory {directory} {error}: {error.fix} (DROVER_RUNTIME_DIR names another)"
        ) from error
    return directory
