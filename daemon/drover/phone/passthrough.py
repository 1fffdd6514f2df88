"""The adb commands that whoever holds a phone may run on it, spoken to the adb server by us.

The adb program is not used: where its version is another than the server's, it ends the server, and with it every
phone's connection.
"""

from collections.abc import Callable, Sequence
from typing import Final

from drover.phone.adb import Adb, Output, quote
from drover.phone.engine import CallRefusedError


def run(adb: Adb, args: Sequence[str], *, timeout_s: float) -> str:
    """The command's output as adb would print it; raises CallRefusedError for one that is not offered."""
    do = COMMANDS.get(args[0]) if args else None
    if do is None:
        raise CallRefusedError(f"{adb.serial}: {' '.join(args[:1]) or 'nothing'} is not an adb command offered here")
    return do(adb, list(args[1:]), timeout_s)


def _shell(adb: Adb, words: list[str], timeout_s: float) -> str:
    if not words:
        raise CallRefusedError(f"{adb.serial}: shell needs a command; an interactive shell is not offered")
    # One word is a line of the phone's shell, as for adb itself; of several each arrives as one word.
    line = words[0] if len(words) == 1 else quote(words)
    if "\0" in line:
        raise CallRefusedError(f"{adb.serial}: a command cannot hold a NUL character")
    with adb.connect_shell(timeout_s=timeout_s) as stream:
        return _text(adb.run(stream, line))


def _phones_own(*command: str) -> Callable[[Adb, list[str], float], str]:
    def run_it(adb: Adb, words: list[str], timeout_s: float) -> str:
        return _text(adb.shell([*command, *words], timeout_s=timeout_s))

    return run_it


def _state(adb: Adb, _words: list[str], timeout_s: float) -> str:
    return f"{adb.state(timeout_s=timeout_s)}\n"


def _serialno(adb: Adb, _words: list[str], _timeout_s: float) -> str:
    return f"{adb.serial}\n"


def _text(output: Output) -> str:
    return output.both


COMMANDS: Final[dict[str, Callable[[Adb, list[str], float], str]]] = {
    "shell": _shell,
    "exec-out": _shell,
    "logcat": _phones_own("logcat"),
    "uninstall": _phones_own("pm", "uninstall"),
    "get-state": _state,
    "get-serialno": _serialno,
}
