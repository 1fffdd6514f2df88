"""The adb server's client protocol with one deadline over each call; the only module that talks to adb.

adbutils' own connection is not used here: it starts a server when none answers, waits without limit for
`host:version`, and counts its time-outs for each byte instead of for the call.
"""

import contextlib
import re
import shlex
import socket
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final

from drover.phone.engine import PhoneError, PhoneLostError, PhoneTimeoutError

MAX_OUTPUT_BYTES: Final = 64 * 1024 * 1024
ANSWER_S: Final = 15.0
"""For the simplest question, however long the whole may last: a phone that takes longer hangs."""

_BROKEN: Final = "its connection to adb was interrupted; which phone answers there must be proven again"

_LOST = re.compile(r"not found|offline|unauthorized|no devices|still (?:authorizing|connecting)|device '.*' is", re.I)
_STDOUT, _STDERR, _EXIT = 1, 2, 3


class ServiceRefusedError(PhoneError):
    """The phone is there and does not offer this service, e.g. nothing listens on the port."""


class OtherPhoneError(PhoneLostError):
    """Another phone answers at this transport now."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How the phone behind a transport is recognised: `accept` is given the standard output of the command line
    `question`, and raises PhoneError unless the right phone gave it."""

    question: str
    accept: Callable[[str], None]


class Deadline:
    """A point in monotonic time by which a call has ended."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def left(self) -> float:
        """Seconds that remain, never negative."""
        return max(self._end - time.monotonic(), 0.0)


@dataclass(frozen=True, kw_only=True)
class Output:
    """What a command left: both streams and the exit code."""

    stdout: bytes
    stderr: bytes
    exit_code: int

    @property
    def text(self) -> str:
        """Standard output as text, the only stream that answers are read from: anything may warn on the other.

        Where a phone has no shell_v2 the two come as one: read lines by their form, or the last one.
        """
        return self.stdout.decode(errors="replace")

    @property
    def both(self) -> str:
        """Both streams as text, for messages and for errors that commands report on either."""
        apart = b"\n" if self.stdout and self.stderr and not self.stdout.endswith(b"\n") else b""
        return (self.stdout + apart + self.stderr).decode(errors="replace")

    @property
    def brief(self) -> str:
        """For a message: the first words, or the exit code when there are none."""
        return self.both.strip()[:200] or f"exit code {self.exit_code}"


class Stream:
    """One connection to the adb server, bound to one phone. Every read and write ends by the deadline."""

    def __init__(
        self, sock: socket.socket, serial: str, deadline: Deadline, unbroken: Callable[[], bool] | None = None
    ) -> None:
        self.sock = sock
        self.serial = serial
        self.deadline = deadline
        self._unbroken = unbroken

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.sock.close()

    def request(self, service: str) -> None:
        """Ask for a service and wait for OKAY; raises PhoneLostError or ServiceRefusedError with adb's words.

        Also PhoneLostError where the connection may lead to another phone by now.
        """
        self._check()
        data = service.encode()
        self.send(b"%04x" % len(data) + data)
        status = self.read(4)
        if status == b"OKAY":
            self._check()  # what was opened lies on the connection that was proven
            return
        message = self.read_block() if status == b"FAIL" else repr(status)
        if _LOST.search(message):
            # Its first line says what; the others advise `adb kill-server`, which would end every phone's connection.
            what = message.partition("\n")[0].rstrip(".")
            raise PhoneLostError(f"{self.serial}: adb says: {what}. Check its cable or network and `adb devices`.")
        raise ServiceRefusedError(f"{self.serial}: adb could not open {service.split(':')[0]}: {message}")

    def _check(self) -> None:
        if self._unbroken is not None and not self._unbroken():
            raise PhoneLostError(f"{self.serial}: {_BROKEN}.")

    def send(self, data: bytes) -> None:
        with self._mapped():
            self.sock.settimeout(self._left())
            self.sock.sendall(data)

    def read_some(self, size: int = 65536) -> bytes:
        """At most `size` bytes, empty at the end of the stream."""
        with self._mapped():
            self.sock.settimeout(self._left())
            return self.sock.recv(size)

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; raises PhoneLostError if the stream ends before."""
        parts = bytearray()
        while len(parts) < size:
            chunk = self.read_some(min(size - len(parts), 1 << 20))
            if not chunk:
                raise PhoneLostError(f"{self.serial}: adb closed the connection in the middle of an answer")
            parts += chunk
        return bytes(parts)

    def read_block(self) -> str:
        """A text with its length in front, as the adb server answers."""
        length = self.read(4)
        try:
            size = int(length, 16)
        except ValueError:
            raise PhoneError(f"{self.serial}: what answers is no adb server: {length!r}") from None
        return self.read(size).decode(errors="replace")

    def read_all(self) -> bytes:
        """Until the stream ends."""
        parts = bytearray()
        while chunk := self.read_some():
            parts += chunk
            if len(parts) > MAX_OUTPUT_BYTES:
                raise PhoneError(f"{self.serial}: an answer is over the cap of {MAX_OUTPUT_BYTES} bytes")
        return bytes(parts)

    def _left(self) -> float:
        left = self.deadline.left()
        if left <= 0:
            raise TimeoutError
        return left

    @contextlib.contextmanager
    def _mapped(self) -> Generator[None]:
        try:
            yield
        except TimeoutError:
            raise PhoneTimeoutError(
                f"{self.serial}: no answer from adb within {self.deadline.timeout_s:.1f} s"
            ) from None
        except OSError as error:
            raise PhoneLostError(f"{self.serial}: the connection to adb broke: {error}") from error


class Adb:
    """One phone behind one adb server; `calls` counts the services asked for.

    With a `proof` it holds one silent stream to the phone, its lifeline. adb gives a transport that it reconnects the
    number and name that it had before, also where another phone took the address meanwhile; but every stream ends with
    the connection that it was opened on. So while the lifeline lives the phone is the one that was proven to be there,
    and once it has ended that is proven again before anything else is asked.
    """

    def __init__(self, serial: str, *, host: str = "127.0.0.1", port: int = 5037, proof: Proof | None = None) -> None:
        self.serial = serial
        self.host = host
        self.port = port
        self.calls = 0
        self._proof = proof
        self._lifeline: Stream | None = None
        self._shell_v2: bool | None = None

    def connect(self, deadline: Deadline) -> Stream:
        """A stream bound to the phone, before any service was asked for: failing here has done nothing to it."""
        if self._proof is None:
            return self._bound(self._server(deadline))
        if not self._unbroken():
            self._prove(self._proof, deadline)
        return self._bound(self._server(deadline, self._unbroken))

    def close(self) -> None:
        """Let go of the phone."""
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None

    def _bound(self, stream: Stream) -> Stream:
        try:
            stream.request(f"host:transport:{self.serial}")
        except BaseException:
            stream.close()
            raise
        return stream

    def _unbroken(self) -> bool:
        """Whether adb's connection to the phone is still the one that was proven. The phone says nothing on it."""
        if self._lifeline is None:
            return False
        try:
            self._lifeline.sock.setblocking(False)
            self._lifeline.sock.recv(1)
        except BlockingIOError:
            return True
        except OSError:
            pass
        self.close()
        return False

    def _prove(self, proof: Proof, deadline: Deadline) -> None:
        """Open a lifeline, and ask the phone on the same connection who it is."""
        self._learn_features(deadline)
        lifeline = self._bound(self._server(deadline))
        try:
            lifeline.request("sync:")
            self._lifeline = lifeline
            with self._bound(self._server(deadline, self._unbroken)) as stream:
                answer = self.run(stream, proof.question)
            proof.accept(answer.stdout.decode(errors="replace"))
            if not self._unbroken():
                raise PhoneLostError(f"{self.serial}: {_BROKEN}.")
        except BaseException:
            self._lifeline = None
            lifeline.close()
            raise

    def open(self, service: str, deadline: Deadline) -> Stream:
        """A stream to a service on the phone, e.g. `tcp:9008`."""
        self.calls += 1
        stream = self.connect(deadline)
        try:
            stream.request(service)
        except BaseException:
            stream.close()
            raise
        return stream

    def state(self, *, timeout_s: float) -> str:
        """What the adb server says of the phone: device, offline, unauthorized, ...; raises PhoneLostError."""
        return self._ask("get-state", Deadline(timeout_s))

    def shell(self, args: Sequence[str], *, timeout_s: float) -> Output:
        """Run one command; each argument arrives as exactly one word."""
        return self.shell_script([args], timeout_s=timeout_s)

    def shell_script(self, commands: Sequence[Sequence[str]], *, timeout_s: float) -> Output:
        """Run several commands one after the other in one round trip; the exit code is the last one's."""
        with self.connect_shell(timeout_s=timeout_s) as stream:
            return self.run(stream, "; ".join(quote(args) for args in commands))

    def shell_all(self, commands: Sequence[Sequence[str]], *, timeout_s: float) -> list[str]:
        """Run several commands in one round trip; the standard output of each, in order, whatever their exit codes."""
        return self.shell_parts(commands, timeout_s=timeout_s)[0]

    def shell_parts(self, commands: Sequence[Sequence[str]], *, timeout_s: float) -> tuple[list[str], str]:
        """As shell_all, and with it what they wrote to standard error, all together."""
        mark = ["echo", "-- drover --"]
        output = self.shell_script([word for args in commands for word in (args, mark)], timeout_s=timeout_s)
        parts = output.stdout.decode(errors="replace").split(mark[1])
        if len(parts) != len(commands) + 1:
            raise PhoneError(f"{self.serial}: an unexpected answer from its shell: {output.brief!r}")
        return [part.strip("\r\n") for part in parts[:-1]], output.stderr.decode(errors="replace")

    def connect_shell(self, *, timeout_s: float) -> Stream:
        """A stream for `run`, with nothing asked of the phone yet."""
        deadline = Deadline(timeout_s)
        self._learn_features(deadline)
        return self.connect(deadline)

    def run(self, stream: Stream, line: str) -> Output:
        """Run a quoted command line on a stream from `connect_shell`; raises PhoneLostError if it breaks off."""
        self.calls += 1
        if self._shell_v2 is not False:
            stream.request(f"shell,v2,raw:{line}")
            return _read_shell_v2(stream)
        stream.request(f"exec:{line}; echo {_EXIT_MARK.decode()}$?")
        body, found, code = stream.read_all().rpartition(_EXIT_MARK)
        if not found or not code.strip().isdigit():
            raise PhoneLostError(f"{self.serial}: a command ended without its exit code: the phone went away")
        return Output(stdout=body, stderr=b"", exit_code=int(code))

    def _learn_features(self, deadline: Deadline) -> None:
        # Known to the adb server: no round trip to the phone. Android 6 and older have no shell_v2.
        if self._shell_v2 is None:
            self._shell_v2 = "shell_v2" in self._ask("features", deadline).split(",")

    def _ask(self, what: str, deadline: Deadline) -> str:
        with self._server(deadline) as stream:
            stream.request(f"host-serial:{self.serial}:{what}")
            return stream.read_block()

    def _server(self, deadline: Deadline, unbroken: Callable[[], bool] | None = None) -> Stream:
        try:
            sock = socket.create_connection((self.host, self.port), timeout=max(deadline.left(), 0.001))
        except TimeoutError:
            raise PhoneTimeoutError(
                f"{self.serial}: the adb server at {self.host}:{self.port} did not answer"
            ) from None
        except OSError as error:
            raise PhoneLostError(f"{self.serial}: no adb server at {self.host}:{self.port}: {error}") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(sock, self.serial, deadline, unbroken)


_EXIT_MARK: Final = b"drover-exit:"


def last_line(answer: str) -> str:
    """The last line that is not empty, without white space around it: what a command that prints one value says."""
    return next((line.strip() for line in reversed(answer.splitlines()) if line.strip()), "")


def quote(args: Sequence[str]) -> str:
    """The arguments as one line of the phone's shell; raises ValueError for what no argument can hold."""
    if any("\0" in arg for arg in args):
        raise ValueError("an argument holds a NUL character")
    return shlex.join(args)


def _read_shell_v2(stream: Stream) -> Output:
    out, err = bytearray(), bytearray()
    while True:
        header = stream.read(5)
        body = stream.read(int.from_bytes(header[1:], "little"))
        if header[0] == _EXIT:
            return Output(stdout=bytes(out), stderr=bytes(err), exit_code=body[0] if body else 0)
        (out if header[0] == _STDOUT else err).extend(body)
        if len(out) + len(err) > MAX_OUTPUT_BYTES:
            raise PhoneError(f"{stream.serial}: an answer is over the cap of {MAX_OUTPUT_BYTES} bytes")
