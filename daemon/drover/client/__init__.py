"""The one client of the control socket, for shim and ctl, and where that socket lies. Prints nothing."""

from drover.client.control import ControlClient
from drover.client.errors import (
    AnswerLostError,
    ControlError,
    DaemonUnreachableError,
    RuntimeDirError,
    UntrustedPeerError,
    VersionMismatchError,
)
from drover.client.events import EventStream
from drover.client.imports import import_timeout_s
from drover.client.paths import ensure_runtime_dir, runtime_dir, socket_path

__all__ = [
    "AnswerLostError",
    "ControlClient",
    "ControlError",
    "DaemonUnreachableError",
    "EventStream",
    "RuntimeDirError",
    "UntrustedPeerError",
    "VersionMismatchError",
    "ensure_runtime_dir",
    "import_timeout_s",
    "runtime_dir",
    "socket_path",
]
