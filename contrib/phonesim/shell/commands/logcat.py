"""`log` writes into the phone's log, `logcat` prints it: options, filters, and the stream of what is added."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from phonesim.device import Device
from phonesim.logs import BUFFERS, PRIORITIES, LogEntry
from phonesim.shell.call import Call, Command
from phonesim.shell.commands.log_format import FORMATS, MODIFIERS, Format

LONG_OPTIONS: Final = {
    "--clear": "-c", "--buffer": "-b", "--format": "-v", "--regex": "-e", "--max-count": "-m", "--buffer-size": "-g",
    "--file": "-f", "--dividers": "-D", "--pid": "--pid",
}  # fmt: skip
VALUED: Final = frozenset({"-b", "-v", "-e", "-m", "-f", "-t", "-T", "-r", "-n", "--pid"})
FLAGS: Final = frozenset({"-c", "-d", "-g", "-s", "-D"})
QUIET_S: Final = 0.5
TIMES: Final = ("%Y-%m-%d %H:%M:%S.%f", "%m-%d %H:%M:%S.%f")


class InvalidOptionError(ValueError):
    """The message is logcat's own."""


@dataclass(kw_only=True)
class Request:
    """What the words of a call ask for. `priorities`: the least grave one that is printed, by tag, `*` the others."""

    flags: set[str] = field(default_factory=set[str])
    values: dict[str, str] = field(default_factory=dict[str, str])
    format: Format = field(default_factory=Format)
    buffers: tuple[str, ...] = BUFFERS
    priorities: dict[str, str] = field(default_factory=lambda: {"*": "V"})

    @property
    def ends(self) -> bool:
        """Whether it prints what there is and ends; else it goes on with what is added."""
        return "-d" in self.flags or "-t" in self.values

    def wants(self, entry: LogEntry) -> bool:
        lowest = self.priorities.get(entry.tag, self.priorities["*"])
        if entry.buffer not in self.buffers or PRIORITIES.index(entry.priority) < PRIORITIES.index(lowest):
            return False
        if lowest == "S" or self.values.get("--pid", str(entry.pid)) != str(entry.pid):
            return False
        return re.search(self.values.get("-e", ""), entry.message) is not None


def parse(args: list[str], *, tags: str = "") -> Request:
    """The request that the words make, with `ANDROID_LOG_TAGS` where they name no filter; raises InvalidOptionError."""
    request, filters, words = Request(), list[str](), list(args)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            filters.append(word)
            continue
        option, value = _option(word, words)
        if option in FLAGS:
            request.flags.add(option)
        elif option == "-v":
            _set_format(request.format, value)
        else:
            request.values[option] = value
    if "-s" in request.flags:
        request.priorities["*"] = "S"
    for spec in filters or tags.split():
        _add_filter(request.priorities, spec)
    if named := request.values.get("-b"):
        request.buffers = _buffers(named)
    _check(request.values)
    return request


def _option(word: str, words: list[str]) -> tuple[str, str]:
    """The option in its short form and its value, which may be the next of the words."""
    name, equals, value = word.partition("=")
    if name.startswith("--"):
        option = LONG_OPTIONS.get(name, "")
    else:
        option, equals, value = word[:2], word[2:], word[2:]
        if option in FLAGS and value:  # several letters in one word
            words.insert(0, f"-{value}")
    if option not in FLAGS | VALUED:
        raise InvalidOptionError(f"logcat: unrecognized option '{word}'")
    if option in VALUED and not equals:
        if not words:
            raise InvalidOptionError(f"logcat: option '{word}' requires an argument")
        value = words.pop(0)
    return option, value


def _set_format(chosen: Format, names: str) -> None:
    for name in names.split(","):
        if name in FORMATS:
            chosen.name = name
        elif name in MODIFIERS:
            chosen.modifiers.add(name)
        else:
            raise InvalidOptionError(f'logcat: Invalid parameter "{name}" to -v')


def _add_filter(priorities: dict[str, str], spec: str) -> None:
    tag, _, priority = spec.partition(":")
    priority = priority.upper() or ("D" if tag == "*" else "V")
    if not tag or priority not in PRIORITIES or len(priority) != 1:
        raise InvalidOptionError(f"logcat: Invalid filter expression '{spec}'")
    priorities[tag] = priority


def _buffers(named: str) -> tuple[str, ...]:
    """Those that this phone has; the others that Android has are empty here."""
    names = named.split(",")
    if unknown := set(names) - {*BUFFERS, "all", "default", "radio", "events", "kernel", "security", "stats"}:
        raise InvalidOptionError(f"logcat: unknown buffer {unknown.pop()}")
    return BUFFERS if {"all", "default"} & set(names) else tuple(name for name in BUFFERS if name in names)


def _check(values: Mapping[str, str]) -> None:
    for option in ("-t", "-T"):
        value = values.get(option, "1")
        if not value.isdigit() and _time(value) is None:
            raise InvalidOptionError(f'logcat: {option} "{value}" not in time format')
    if not values.get("-m", "1").isdigit():
        raise InvalidOptionError(f'logcat: -m "{values["-m"]}" isn\'t a number greater than zero')
    try:
        re.compile(values.get("-e", ""))
    except re.error as error:
        raise InvalidOptionError(f"logcat: -e: {error}") from None


def _time(text: str) -> datetime | None:
    """A stamp with or without the year, or seconds since the epoch; None for anything else."""
    if re.fullmatch(r"\d+\.\d+", text):
        return datetime.fromtimestamp(float(text), UTC)
    for layout in TIMES:
        # With this year in front, because a day that leap years alone have needs one.
        stamp, shape = (text, layout) if "%Y" in layout else (f"{datetime.now(UTC).year}-{text}", f"%Y-{layout}")
        try:
            return datetime.strptime(stamp, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def recent(request: Request, entries: list[LogEntry]) -> list[LogEntry]:
    """Of the entries that are wanted those that -t or -T leaves: the last n, or all since a time."""
    wanted = [entry for entry in entries if request.wants(entry)]
    limit = request.values.get("-t", request.values.get("-T"))
    if limit is None:
        return wanted
    if limit.isdigit():
        return wanted[-int(limit) :] if int(limit) else []
    since = _time(limit)
    return [entry for entry in wanted if since is None or entry.at >= since]


async def logcat(call: Call) -> int:
    """The log so far; unless the request ends there, also what is added to it, for ever."""
    try:
        request = parse(call.args, tags=call.variables.get("ANDROID_LOG_TAGS", ""))
    except InvalidOptionError as error:
        return call.error(str(error))
    log = call.device.log
    if "-c" in request.flags:
        log.clear(request.buffers)
        return 0
    if "-g" in request.flags:
        return _print_sizes(call, request)
    printer = _Printer(call=call, request=request)
    entries = log.after(0)
    seen = entries[-1].number if entries else 0
    printer.print(recent(request, entries))
    while not (request.ends or printer.full):
        await call.flush()
        await _grown(call.device, seen)
        entries = log.after(seen)
        seen = entries[-1].number if entries else seen
        printer.print([entry for entry in entries if request.wants(entry)])
    return 0


async def _grown(device: Device, seen: int) -> None:
    """Until there is more. A phone's log is never quiet, and who reads it by the line counts on that to wake up."""
    try:
        await asyncio.wait_for(device.log.grown(seen), QUIET_S)
    except TimeoutError:
        level, charging = device.battery()
        line = f"battery l={level} v=4160 t=28.1 h=2 st={2 if charging else 3} chg={'u' if charging else ''}"
        device.log.add("healthd", line, buffer="system", pid=device.processes["init"])


def _print_sizes(call: Call, request: Request) -> int:
    for name in request.buffers:
        size = sum(len(entry.message) for entry in call.device.log.after(0) if entry.buffer == name)
        line = f"{name}: ring buffer is 256 KiB ({size // 1024} KiB consumed)"
        call.print(f"{line}, max entry is 5120 B, max payload is 4068 B")
    return 0


@dataclass(kw_only=True)
class _Printer:
    """Prints entries to where the call writes, or to the file of `-f`; a line before the first of each buffer."""

    call: Call
    request: Request
    begun: set[str] = field(default_factory=set[str])
    buffer: str = ""
    count: int = 0

    @property
    def full(self) -> bool:
        limit = self.request.values.get("-m")
        return limit is not None and self.count >= int(limit)

    def print(self, entries: list[LogEntry]) -> None:
        text = ""
        for entry in entries:
            if self.full:
                break
            text += self._divider(entry.buffer) + self.request.format.text(entry)
            self.count += 1
        path = self.request.values.get("-f")
        if path is None:
            self.call.print(text, end="")
        else:
            self.call.device.files.append(self.call.path(path), text.encode(errors="surrogateescape"))

    def _divider(self, buffer: str) -> str:
        before, self.buffer = self.buffer, buffer
        if len(self.request.buffers) < 2:
            return ""
        if buffer not in self.begun:
            self.begun.add(buffer)
            return f"--------- beginning of {buffer}\n"
        return f"--------- switch to {buffer}\n" if "-D" in self.request.flags and buffer != before else ""


async def log_(call: Call) -> int:
    """`log [-p PRIORITY] [-t TAG] MESSAGE...`"""
    words, given = list(call.args), {"-t": "log", "-p": "i"}
    while words and words[0][:2] in given:
        option = words.pop(0)
        if not option[2:] and not words:
            return call.error(f"log: Missing argument to {option}")
        given[option[:2]] = option[2:] or words.pop(0)
    priority = given["-p"].upper()
    if priority not in PRIORITIES or len(priority) != 1:
        return call.error(f"log: bad -p '{given['-p']}'")
    if not words:
        return call.error("log: Needs 1 argument")
    call.device.log.add(given["-t"], " ".join(words), priority=priority, pid=call.process.pid)
    return 0


COMMANDS: Final[Mapping[str, Command]] = {"logcat": logcat, "log": log_}
