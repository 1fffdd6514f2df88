"""The one client of the control socket, for shim and ctl, and where that socket lies. Prints nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_HOMES: Final = {
    "ControlClient": "control",
    "EventStream": "events",
    "import_timeout_s": "imports",
    "ensure_runtime_dir": "paths",
    "runtime_dir": "paths",
    "socket_path": "paths",
}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: the daemon needs the paths alone, before it imports anything that takes time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
