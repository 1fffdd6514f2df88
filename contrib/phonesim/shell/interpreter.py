"""Runs a parsed script on a phone: expansion, redirects, pipelines, jobs. Looks commands up, knows none."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from phonesim.device import Device
from phonesim.processes import Process
from phonesim.shell.builtins import BUILTINS, ExitError
from phonesim.shell.call import Bytes, Call, Command, Sink, Streams
from phonesim.shell.expansion import expanded, joined
from phonesim.shell.grammar import parse
from phonesim.shell.syntax import Command as Node
from phonesim.shell.syntax import (
    Conditional,
    Group,
    Loop,
    Part,
    Pipeline,
    Redirect,
    Script,
    ShellSyntaxError,
    Simple,
    Step,
    Word,
)
from phonesim.shell.wrappers import WRAPPERS

NOT_FOUND = 127
SHELL_PID = "4242"
MAX_ROUNDS = 100_000
_NOTHING = Part(kind="text", value="", quoted=True)
ALL_ARGUMENTS = (_NOTHING, Part(kind="variable", value="@", quoted=True), _NOTHING)
"""`"$@"`, which becomes a word for each argument. Other quoted text around it makes it one word, as `$*`."""
LINKS_NOTHING = frozenset({"echo", "true", "false", "test", "[", "pwd", "kill"})
"""Commands that the phone's shell carries out itself: no program is loaded, so no linker warns."""
NOISE = b"WARNING: linker: /vendor/lib64/libsim.so: unsupported flags DT_FLAGS_1=0x8000001\n"


@dataclass(kw_only=True)
class Shell:
    """One shell process: its variables, folder and last exit code."""

    device: Device
    commands: Mapping[str, Command]
    variables: dict[str, str] = field(default_factory=lambda: {"HOME": "/", "USER": "shell", "PATH": "/system/bin"})
    cwd: str = "/"
    status: int = 0
    name: str = "/system/bin/sh"
    arguments: list[str] = field(default_factory=list[str])
    """`$0`, and `$1` and those after it."""
    jobs: list[Process] = field(default_factory=list[Process])

    async def run(self, text: str, streams: Streams) -> int:
        """Run a script to its end; its exit code. What was written last is left in the sinks."""
        try:
            return await self._script(parse(text), streams)
        except ShellSyntaxError as error:
            streams.err.write(f"/system/bin/sh: {error}\n".encode())
            return 1
        except ExitError as request:
            return request.code

    def _fork(self, assigned: Mapping[str, str] | None = None) -> "Shell":
        """A shell of its own for what must not change this one."""
        return replace(self, variables=self.variables | dict(assigned or {}))

    async def _script(self, script: Script, streams: Streams) -> int:
        for step in script:
            if step.connector == "&&" and self.status != 0:
                continue
            if step.connector == "||" and self.status == 0:
                continue
            self.status = await self._step(step, streams)
        return self.status

    async def _step(self, step: Step, streams: Streams) -> int:
        if not step.background:
            return await self._pipeline(step.pipeline, streams)
        job = Group(body=(replace(step, connector=";", background=False),), redirects=(), subshell=True)
        child, without_input = self._fork(), replace(streams, stdin=Bytes())
        started = self.device.running.start("sh", lambda _process: child._group(job, without_input), job=True)
        self.jobs.append(started)
        return 0

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        *earlier, last = pipeline.stages
        stdin = streams.stdin
        for stage in earlier:
            between = Sink()
            await self._fork()._command(stage, Streams(stdin=stdin, out=between, err=streams.err))
            stdin = Bytes(data=bytes(between.data))
        code = await (self._fork() if earlier else self)._command(last, replace(streams, stdin=stdin))
        return int(code == 0) if pipeline.negated else code

    async def _command(self, node: Node, streams: Streams) -> int:
        match node:
            case Simple():
                return await self._with_redirects(node.redirects, streams, lambda s: self._simple(node, s))
            case Group():
                shell = self._fork() if node.subshell else self
                return await self._with_redirects(node.redirects, streams, lambda s: shell._group(node, s))
            case Conditional():
                return await self._conditional(node, streams)
            case Loop():
                return await self._loop(node, streams)

    async def _group(self, node: Group, streams: Streams) -> int:
        try:
            return await self._script(node.body, streams)
        except ExitError as request:
            if not node.subshell:
                raise
            return request.code

    async def _conditional(self, node: Conditional, streams: Streams) -> int:
        if await self._script(node.condition, streams) == 0:
            return await self._script(node.then, streams)
        self.status = 0
        return await self._script(node.otherwise, streams) if node.otherwise else 0

    async def _loop(self, node: Loop, streams: Streams) -> int:
        self.status = 0
        if node.condition is None:
            for value in await self._expand_all(node.words):
                self.variables[node.name] = value
                await self._script(node.body, streams)
            return self.status
        for _ in range(MAX_ROUNDS):
            if (await self._script(node.condition, streams) == 0) == node.until:
                break
            await self._script(node.body, streams)
        return 0

    # -- one command

    async def _simple(self, node: Simple, streams: Streams) -> int:
        words = await self._expand_all(node.words)
        assigned = {name: await joined(word, self._value) for name, word in node.assignments}
        if not words:
            self.variables.update(assigned)
            return 0
        return await self.execute(words, streams, assigned)

    async def execute(self, words: list[str], streams: Streams, assigned: Mapping[str, str] | None = None) -> int:
        """Run the command that the words are, with variables of its own; its exit code."""
        name = words[0].rsplit("/", 1)[-1] if words[0].startswith("/") else words[0]
        if name in BUILTINS:
            return await BUILTINS[name](self, words[1:], streams)
        if name in WRAPPERS:
            return await WRAPPERS[name](self._fork(assigned), words[1:], streams)
        command = self.commands.get(name)
        if command is None:
            streams.err.write(f"/system/bin/sh: {words[0]}: inaccessible or not found\n".encode())
            return NOT_FOUND
        await self.device.faults.gate(name)
        self.device.commands[name] += 1
        noise = self.device.faults.get("stderr_noise")
        if noise is not None and noise.params.get("command", name) == name and name not in LINKS_NOTHING:
            streams.err.write(NOISE)
        code = await self.device.running.start(
            name, lambda process: command(self._call(process, words[1:], streams, assigned or {}))
        ).ended()
        await self.device.faults.done(name)
        return code

    def _call(self, process: Process, args: list[str], streams: Streams, assigned: Mapping[str, str]) -> Call:
        return Call(
            device=self.device,
            commands=self.commands,
            process=process,
            name=process.name,
            args=args,
            variables={**self.variables, **assigned},
            cwd=self.cwd,
            stdin=streams.stdin,
            out=streams.out,
            err=streams.err,
        )

    async def _with_redirects(
        self, redirects: tuple[Redirect, ...], streams: Streams, body: Callable[[Streams], Awaitable[int]]
    ) -> int:
        if not redirects:
            return await body(streams)
        files: list[tuple[str, bool, Sink]] = []
        try:
            for redirect in redirects:
                streams = self._redirected(redirect, await joined(redirect.target, self._value), streams, files)
            code = await body(streams)
            for path, append, sink in files:
                _save(self.device, path, bytes(sink.data), append=append)
        except OSError as error:
            shown = error.filename or "?"
            streams.err.write(f"/system/bin/sh: can't create {shown}: {error.strerror}\n".encode())
            return 1
        return code

    def _redirected(
        self, redirect: Redirect, target: str, streams: Streams, files: list[tuple[str, bool, Sink]]
    ) -> Streams:
        if redirect.operator == "<":
            return replace(streams, stdin=Bytes(data=self.device.files.read(self.absolute(target))))
        if redirect.operator == ">&":
            sink = streams.err if target == "2" else streams.out
        else:
            sink = Sink()
            if target != "/dev/null":
                path = self.absolute(target)
                _save(self.device, path, b"", append=redirect.operator == ">>")
                # Appending also for ">", because the file has just been made empty.
                files.append((path, True, sink))
        return replace(streams, err=sink) if redirect.descriptor == 2 else replace(streams, out=sink)

    def absolute(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.cwd.rstrip('/')}/{path}"

    # -- words

    async def _expand_all(self, words: tuple[Word, ...]) -> list[str]:
        found: list[str] = []
        for word in words:
            if word == ALL_ARGUMENTS:
                found += self.arguments
                continue
            found += await expanded(word, self._value, files=self.device.files, cwd=self.cwd)
        return found

    async def _value(self, part: Part) -> str:
        if part.kind == "text":
            return part.value
        if part.kind == "command":
            return await self._output(part.value)
        name, _, default = part.value.partition(":-")
        return self._special(name) or self.variables.get(name) or default

    def _special(self, name: str) -> str:
        """`$?`, `$1` and the like; "" for an argument that was not given, and for any other name."""
        if name.isdigit():
            return self.name if name == "0" else "".join(self.arguments[int(name) - 1 : int(name)])
        match name:
            case "?":
                return str(self.status)
            case "$":
                return SHELL_PID
            case "!":
                return str(self.jobs[-1].pid) if self.jobs else ""
            case "#":
                return str(len(self.arguments))
            case "@" | "*":
                return " ".join(self.arguments)
            case _:
                return ""

    def script(self, path: str) -> str:
        """The text of a file of commands; raises OSError."""
        return self.device.files.read(self.absolute(path)).decode(errors="surrogateescape")

    async def _output(self, text: str) -> str:
        """What a substituted command prints, without the newlines at its end."""
        out = Sink()
        child = self._fork()
        self.status = await child.run(text, Streams(stdin=Bytes(), out=out, err=Sink()))
        return bytes(out.data).decode(errors="surrogateescape").rstrip("\n")


def _save(device: Device, path: str, data: bytes, *, append: bool) -> None:
    if append:
        device.files.append(path, data)
    else:
        device.files.write(path, data)
