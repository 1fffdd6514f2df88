"""Whether a client may have an adb command run on the phone that it holds, and why not. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from drover.wire.leases import ADB_COMMANDS, MAX_ADB_ARGS

MAX_ARG_BYTES: Final = 32 * 1024

_SERVER: Final = "it acts on the adb server, which every phone shares"
_ELSEWHERE: Final = "the serial and the adb server are given by the lease"
_HOST: Final = "it reads or writes files of this computer; use POST /material for media"
_BEYOND: Final = "it opens ports that would outlive the lease; use /rpc/jsonrpc"
_PHONE: Final = "it changes how adb reaches the phone"

WHY_NOT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("kill-server", "start-server", "reconnect", "devices", "track-devices", "server"), _SERVER),
    **dict.fromkeys(("connect", "disconnect", "pair", "mdns", "attach", "detach", "nodaemon"), _SERVER),
    **dict.fromkeys(("forward", "reverse", "ppp"), _BEYOND),
    **dict.fromkeys(("root", "unroot", "remount", "tcpip", "usb", "reboot", "sideload", "disable-verity"), _PHONE),
    **dict.fromkeys(("push", "pull", "sync", "install", "install-multiple", "install-multi-package"), _HOST),
    **dict.fromkeys(("bugreport", "backup", "restore", "keygen"), _HOST),
}


def refusal(args: Sequence[str]) -> str | None:
    """Why these arguments are refused, as `args[0]: ...`; None if they may be run."""
    if not args:
        return 'args: expected an adb command as an array, such as ["shell", "getprop"]'
    if len(args) > MAX_ADB_ARGS:
        return f"args: expected at most {MAX_ADB_ARGS} arguments, got {len(args)}"
    for index, arg in enumerate(args):
        if "\0" in arg or len(arg.encode(errors="replace")) > MAX_ARG_BYTES:
            return f"args[{index}]: expected at most {MAX_ARG_BYTES} bytes without NUL"
    word = args[0]
    if word in ADB_COMMANDS:
        return None
    why = _ELSEWHERE if word.startswith("-") else WHY_NOT.get(word, "Drover does not know it")
    return f"args[0]: {word[:60]!r} is refused: {why}; offered are: {', '.join(ADB_COMMANDS)}"
