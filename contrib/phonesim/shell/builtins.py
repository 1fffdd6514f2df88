"""What the shell does itself, because it changes the shell: cd, export, exit, read, wait and the like."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Final, Protocol

from phonesim.device import Device
from phonesim.processes import Process
from phonesim.shell.call import Streams


class ExitError(Exception):
    """`exit` was called; carries the code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class State(Protocol):
    """The shell, as what it does itself uses it."""

    device: Device
    cwd: str
    status: int
    jobs: list[Process]

    @property
    def variables(self) -> MutableMapping[str, str]: ...

    def absolute(self, path: str) -> str: ...


async def _exit(shell: State, args: list[str], _streams: Streams) -> int:
    raise ExitError(int(args[0]) & 0xFF if args and args[0].isdigit() else shell.status)


async def _cd(shell: State, args: list[str], streams: Streams) -> int:
    target = shell.absolute(args[0] if args else "/")
    try:
        shell.device.files.list(target)
    except OSError as error:
        streams.err.write(f"/system/bin/sh: cd: {args[0]}: {error.strerror}\n".encode())
        return 2
    shell.cwd = target
    return 0


async def _export(shell: State, args: list[str], _streams: Streams) -> int:
    shell.variables.update({name: value for name, equals, value in (arg.partition("=") for arg in args) if equals})
    return 0


async def _unset(shell: State, args: list[str], _streams: Streams) -> int:
    for name in args:
        shell.variables.pop(name, None)
    return 0


async def _read(shell: State, args: list[str], streams: Streams) -> int:
    """A line of the input into the variables, the rest of it into the last; 1 at the input's end."""
    names = [word for word in args if not word.startswith("-")] or ["REPLY"]
    line = b""
    while b"\n" not in line and (chunk := await streams.stdin.read()):
        line += chunk
    line, newline, rest = line.partition(b"\n")
    if rest:
        streams.stdin.unread(rest)
    words = line.decode(errors="surrogateescape").strip(" \t\r").split(maxsplit=len(names) - 1)
    for name, value in zip(names, words + [""] * len(names), strict=False):
        shell.variables[name] = value
    return 0 if newline else 1


async def _wait(shell: State, args: list[str], _streams: Streams) -> int:
    """Until the jobs have ended, or those named by pid; the last named one's exit code."""
    wanted = [job for job in shell.jobs if not args or str(job.pid) in args]
    if wanted:
        # Not `gather`: what ends the shell does not end its jobs.
        await asyncio.wait([job.task for job in wanted])
    if not args:
        return 0
    return await wanted[-1].ended() if wanted else 127


async def _nothing(_shell: State, _args: list[str], _streams: Streams) -> int:
    return 0


BUILTINS: Final[Mapping[str, Callable[[State, list[str], Streams], Awaitable[int]]]] = {
    "exit": _exit,
    "cd": _cd,
    "export": _export,
    "unset": _unset,
    "read": _read,
    "wait": _wait,
    "set": _nothing,
    "umask": _nothing,
    "trap": _nothing,
    ":": _nothing,
}
