"""Commands that run another command: exec, sh -c, timeout, env, xargs. They know the shell only as `Runner`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Final, Protocol

from phonesim.shell.call import Bytes, Streams

TIMED_OUT: Final = 124
CANNOT_READ: Final = 127


class Runner(Protocol):
    """The shell, as a wrapper uses it: one of its own, which it may change."""

    name: str
    arguments: list[str]

    @property
    def variables(self) -> MutableMapping[str, str]: ...

    def script(self, path: str) -> str: ...

    async def run(self, text: str, streams: Streams) -> int: ...

    async def execute(self, words: list[str], streams: Streams) -> int: ...


async def _same(shell: Runner, args: list[str], streams: Streams) -> int:
    return await shell.execute(args, streams) if args else 0


async def _command(shell: Runner, args: list[str], streams: Streams) -> int:
    if args[:1] == ["-v"]:
        return await shell.execute(["which", *args[1:]], streams)
    return await _same(shell, args, streams)


async def _sh(shell: Runner, args: list[str], streams: Streams) -> int:
    """`sh -c LINE [NAME ARGUMENT...]`, `sh FILE [ARGUMENT...]`, or what is read from the input."""
    match args:
        case ["-c", line, *rest]:
            text, given = line, rest
        case [path, *_] if not path.startswith("-"):
            given = args
            try:
                text = shell.script(path)
            except OSError as error:
                streams.err.write(f"sh: {path}: {error.strerror}\n".encode())
                return CANNOT_READ
        case _:
            text, given = await _text(streams), []
    shell.name, *shell.arguments = given or ["sh"]
    return await shell.run(text, streams)


async def _text(streams: Streams) -> str:
    parts: list[bytes] = []
    while chunk := await streams.stdin.read():
        parts.append(chunk)
    return b"".join(parts).decode(errors="surrogateescape")


async def _eval(shell: Runner, args: list[str], streams: Streams) -> int:
    return await shell.run(" ".join(args), streams)


async def _env(shell: Runner, args: list[str], streams: Streams) -> int:
    words = list(args)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        shell.variables[name] = value
    if not words:
        streams.out.write("".join(f"{name}={value}\n" for name, value in shell.variables.items()).encode())
        return 0
    return await shell.execute(words, streams)


async def _timeout(shell: Runner, args: list[str], streams: Streams) -> int:
    try:
        seconds = float(args[0].rstrip("s"))
    except (IndexError, ValueError):
        streams.err.write(b"timeout: Needs 2 arguments\n")
        return 1
    try:
        return await asyncio.wait_for(shell.execute(args[1:], streams), seconds)
    except TimeoutError:
        return TIMED_OUT


async def _xargs(shell: Runner, args: list[str], streams: Streams) -> int:
    words = (await _text(streams)).split()
    options = {"-r", "-0", "-n1"}
    command = [word for word in args if word not in options] or ["echo"]
    return await shell.execute([*command, *words], Streams(stdin=Bytes(), out=streams.out, err=streams.err))


WRAPPERS: Final[Mapping[str, Callable[[Runner, list[str], Streams], Awaitable[int]]]] = {
    "exec": _same,
    "nohup": _same,
    "time": _same,
    "nice": _same,
    "command": _command,
    "sh": _sh,
    "eval": _eval,
    "env": _env,
    "timeout": _timeout,
    "xargs": _xargs,
}
