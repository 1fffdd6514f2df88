"""What one command of the shell is given: words, where to read and write, the phone. No command is here."""

import asyncio
import posixpath
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from phonesim.device import Device
from phonesim.processes import Process

USAGE: Final = 64


class Stdin(Protocol):
    """Where a command reads; b"" at the end."""

    async def read(self) -> bytes: ...

    def unread(self, data: bytes) -> None:
        """Put back what was read too much: the next who reads gets it."""
        ...

    async def hung_up(self) -> None:
        """Returns when the other end of the connection has gone; never, if there is none."""
        ...


@dataclass(kw_only=True)
class Bytes:
    """A standard input whose contents are known."""

    data: bytes = b""

    async def read(self) -> bytes:
        data, self.data = self.data, b""
        return data

    def unread(self, data: bytes) -> None:
        self.data = data + self.data

    async def hung_up(self) -> None:
        await asyncio.get_running_loop().create_future()


@dataclass(kw_only=True)
class Sink:
    """Where a command writes. Kept until `flush`, which passes it on if there is anybody to take it."""

    deliver: Callable[[bytes], Awaitable[None]] | None = None
    data: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        self.data += data

    async def flush(self) -> None:
        if self.deliver is not None and self.data:
            data = bytes(self.data)
            self.data.clear()
            await self.deliver(data)


@dataclass(frozen=True, kw_only=True)
class Streams:
    """The three standard streams of a command."""

    stdin: Stdin
    out: Sink
    err: Sink


@dataclass(kw_only=True)
class Call:
    """One run of one command; `args` are its words without its name."""

    device: Device
    commands: Mapping[str, "Command"]
    process: Process
    name: str
    args: list[str]
    variables: MutableMapping[str, str]
    cwd: str
    stdin: Stdin
    out: Sink
    err: Sink

    def print(self, text: str = "", *, end: str = "\n") -> int:
        self.out.write((text + end).encode(errors="surrogateescape"))
        return 0

    def error(self, text: str, *, code: int = 1) -> int:
        """A line on stderr; the exit code to return."""
        self.err.write((text + "\n").encode(errors="surrogateescape"))
        return code

    def failed(self, path: str, error: OSError) -> int:
        """How toybox reports that something went wrong with a file."""
        return self.error(f"{self.name}: {path}: {error.strerror}")

    async def dispatch(self, tool: str, commands: Mapping[str, "Subcommand"]) -> int:
        """Run the command that the first word names, with the words after it, as Android's service tools do."""
        name, *args = self.args or [""]
        if name not in commands:
            return self.error(f"Unknown command: {name}\n{tool} commands: {' '.join(commands)}", code=255)
        return await commands[name](self, args)

    def path(self, name: str) -> str:
        """The absolute path that a name means in the folder where the command runs."""
        return posixpath.normpath(posixpath.join(self.cwd, name)) if name else self.cwd

    async def flush(self) -> None:
        """Show what was written so far: before anything that takes long."""
        await self.out.flush()
        if self.err is not self.out:
            await self.err.flush()

    async def read_all(self) -> bytes:
        parts: list[bytes] = []
        while chunk := await self.stdin.read():
            parts.append(chunk)
        return b"".join(parts)

    def flags(self, known: str) -> tuple[set[str], list[str]]:
        """Leading one-letter options (of those in `known`) and the other words."""
        options: set[str] = set()
        rest = list(self.args)
        while rest and len(rest[0]) > 1 and rest[0].startswith("-"):
            word = rest.pop(0)
            if word == "--":
                break
            if not word.startswith("--") and set(word[1:]) <= set(known):
                options |= set(word[1:])
            else:
                options.add(word)
        return options, rest


Command = Callable[[Call], Coroutine[Any, Any, int]]
Subcommand = Callable[[Call, list[str]], Awaitable[int]]
