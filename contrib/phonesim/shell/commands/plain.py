"""Commands that every Unix shell has and that touch no file: echo, test, sleep, id, date, ps, kill."""

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from phonesim.shell.call import Call, Command

# Where a process's arguments say more than its name.
COMMAND_LINES: Final = {"app_process": "app_process / com.wetest.uia2.Main -p 9008"}
ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}


async def echo(call: Call) -> int:
    words, end = list(call.args), "\n"
    while words and words[0] in ("-n", "-e", "-ne", "-en"):
        option = words.pop(0)
        end = "" if "n" in option else end
    text = re.sub(r"\\[ntr\\]", lambda match: ESCAPES[match[0]], " ".join(words))
    return call.print(text, end=end)


async def printf(call: Call) -> int:
    template, *values = call.args or [""]
    text = re.sub(r"\\[ntr\\]", lambda match: ESCAPES[match[0]], template)
    rest = iter(values)
    text = re.sub(r"%[sd%]", lambda match: "%" if match[0] == "%%" else next(rest, ""), text)
    return call.print(text, end="")


async def true(_call: Call) -> int:
    return 0


async def false(_call: Call) -> int:
    return 1


async def sleep(call: Call) -> int:
    await call.flush()
    try:
        seconds = float(call.args[0].rstrip("s"))
    except (IndexError, ValueError):
        return call.error("sleep: Needs 1 argument")
    await asyncio.sleep(seconds)
    return 0


async def test(call: Call) -> int:
    args = list(call.args)
    if call.name == "[" and (not args or args.pop() != "]"):
        return call.error("/system/bin/sh: [: missing ]", code=2)
    negated = bool(args) and args[0] == "!"
    result = _holds(call, args[1:] if negated else args)
    return int(result == negated)


def _holds(call: Call, args: list[str]) -> bool:
    match args:
        case []:
            return False
        case [value]:
            return bool(value)
        case [option, value] if option in ("-n", "-z"):
            return bool(value) == (option == "-n")
        case [option, path]:
            return _file_holds(call, option, path)
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, operator, right]:
            return _number_holds(left, operator, right)
        case _:
            return False


def _file_holds(call: Call, option: str, path: str) -> bool:
    try:
        node = call.device.files.find(call.path(path), follow=option not in ("-L", "-h"))
    except OSError:
        return False
    return {
        "-f": node.blob is not None,
        "-d": node.is_dir,
        "-s": node.size > 0,
        "-L": node.target is not None,
        "-h": node.target is not None,
    }.get(option, True)


def _number_holds(left: str, operator: str, right: str) -> bool:
    try:
        a, b = int(left), int(right)
    except ValueError:
        return False
    return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}.get(operator, False)


async def identity(call: Call) -> int:
    if "-u" in call.args:
        return call.print("2000")
    groups = "2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),3003(inet),9997(everybody)"
    return call.print(f"uid=2000(shell) gid=2000(shell) groups={groups} context=u:r:shell:s0")


async def whoami(call: Call) -> int:
    return call.print("shell")


async def date(call: Call) -> int:
    now = datetime.now(UTC)
    layout = next((arg[1:] for arg in call.args if arg.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    return call.print(now.strftime(layout.replace("%s", str(int(now.timestamp())))))


async def uptime(call: Call) -> int:
    minutes = int(time.monotonic() - call.device.booted_at) // 60
    now = datetime.now(UTC).strftime("%H:%M:%S")
    return call.print(f" {now} up {minutes} min,  0 users,  load average: 0.52, 0.48, 0.41")


async def which(call: Call) -> int:
    found = [name for name in call.args if name in call.commands]
    for name in found:
        call.print(f"/system/bin/{name}")
    return int(len(found) < len(call.args))


async def ps(call: Call) -> int:
    if call.args[-2:] == ["-o", "ARGS"]:
        return call.print("\n".join(["ARGS", *(COMMAND_LINES.get(name, name) for name in call.device.processes)]))
    rows = ["USER            PID   PPID     VSZ    RSS WCHAN            ADDR S NAME                       "]
    for name, pid in call.device.processes.items():
        user = "u0_a217" if name.count(".") > 1 else "root"
        rows.append(f"{user:<12} {pid:>6} {1:>6} {14923400:>8} {181204:>6} do_epoll_wait       0 S {name}")
    return call.print("\n".join(rows))


async def pidof(call: Call) -> int:
    pids = [str(pid) for name, pid in call.device.processes.items() if name in call.args]
    return call.print(" ".join(pids)) if pids else 1


async def kill(call: Call) -> int:
    code = 0
    for word in call.args:
        if word.startswith("-"):
            continue
        name = next((n for n, pid in call.device.processes.items() if str(pid) == word), None)
        if name is None:
            code = call.error(f"/system/bin/sh: kill: {word}: No such process")
        else:
            code = call.error(f"/system/bin/sh: kill: {word}: Operation not permitted")
    return code


COMMANDS: Final[Mapping[str, Command]] = {
    "echo": echo,
    "printf": printf,
    "true": true,
    "false": false,
    "sleep": sleep,
    "test": test,
    "[": test,
    "id": identity,
    "whoami": whoami,
    "date": date,
    "uptime": uptime,
    "which": which,
    "ps": ps,
    "pidof": pidof,
    "kill": kill,
}
