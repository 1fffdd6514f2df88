"""Commands that every Unix shell has and that touch no file: echo, test, sleep, id, date."""

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from phonesim.shell.call import Call, Command

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
    left = _print_once(call, text, values)
    # The format is used again for the words that are left, as long as it takes any.
    while left and len(left) < len(values):
        values, left = left, _print_once(call, text, left)
    return 0


def _print_once(call: Call, text: str, values: list[str]) -> list[str]:
    """Fill the format; the values that it did not take."""
    rest = iter(values)
    call.print(re.sub(r"%[sd%]", lambda match: "%" if match[0] == "%%" else next(rest, ""), text), end="")
    return list(rest)


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
}
