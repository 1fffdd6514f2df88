"""ps, pidof, kill and pkill: which processes run, and signals to those that the shell may end."""

from collections.abc import Mapping
from typing import Final

from phonesim.device import Device
from phonesim.processes import SIGNALS
from phonesim.shell.call import Call, Command

# Where a process's arguments say more than its name.
COMMAND_LINES: Final = {"app_process": "app_process / com.wetest.uia2.Main -p 9008"}


def _all(device: Device) -> list[tuple[int, str]]:
    """Pid and name of the system's and the apps' processes, and of the commands that run."""
    standing = [(pid, name) for name, pid in device.processes.items()]
    # A program that is known by its name there is the same process here.
    return standing + [(p.pid, p.name) for p in device.running.running() if p.name not in device.processes]


async def ps(call: Call) -> int:
    found = _all(call.device)
    if call.args[-2:] == ["-o", "ARGS"]:
        return call.print("\n".join(["ARGS", *(COMMAND_LINES.get(name, name) for _pid, name in found)]))
    rows = ["USER            PID   PPID     VSZ    RSS WCHAN            ADDR S NAME                       "]
    for pid, name in found:
        user = "u0_a217" if name.count(".") > 1 else "root" if name in call.device.processes else "shell"
        rows.append(f"{user:<12} {pid:>6} {1:>6} {14923400:>8} {181204:>6} do_epoll_wait       0 S {name}")
    return call.print("\n".join(rows))


async def pidof(call: Call) -> int:
    pids = [str(pid) for pid, name in _all(call.device) if name in call.args]
    return call.print(" ".join(pids)) if pids else 1


async def kill(call: Call) -> int:
    number, words = _signal(call.args, option="-s")
    if number is None:
        return call.error(f"/system/bin/sh: kill: bad signal {call.args[0]}")
    code = 0
    for word in words:
        if not word.isdigit() or not _exists(call.device, int(word)):
            code = call.error(f"/system/bin/sh: kill: {word}: No such process")
        elif not call.device.running.signal(int(word), number):
            code = call.error(f"/system/bin/sh: kill: {word}: Operation not permitted")
    return code


async def pkill(call: Call) -> int:
    """To every process whose name holds the word; 1 if there is none."""
    number, words = _signal(call.args, option="-l")
    if number is None or not words:
        return call.error("pkill: bad -l" if words else "pkill: No pattern")
    code = 1
    for pid, name in _all(call.device):
        if words[-1] in name and pid != call.process.pid:
            allowed = call.device.running.signal(pid, number)
            code = 0 if allowed else call.error(f"pkill: pid {pid}: Operation not permitted")
    return code


def _exists(device: Device, pid: int) -> bool:
    return any(pid == other for other, _name in _all(device))


def _signal(args: list[str], *, option: str) -> tuple[int | None, list[str]]:
    """The signal's number (None for one that does not exist) and the other words; SIGTERM without an option."""
    match args:
        case [word, name, *rest] if word == option:
            pass
        case [word, *rest] if len(word) > 1 and word.startswith("-"):
            name = word[1:]
        case _:
            return SIGNALS["TERM"], args
    if name.isdigit():
        return int(name), rest
    return SIGNALS.get(name.upper().removeprefix("SIG")), rest


COMMANDS: Final[Mapping[str, Command]] = {"ps": ps, "pidof": pidof, "kill": kill, "pkill": pkill, "killall": pkill}
