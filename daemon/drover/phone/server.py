"""The life of uiautomator2's server on one phone: put there, started, checked, stopped. No threads, no exit hooks."""

import contextlib
import functools
import hashlib
import importlib.util
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drover.phone import rpc
from drover.phone.adb import Adb, Deadline, ServiceRefusedError, Stream
from drover.phone.engine import (
    BEYOND_ENGINES,
    Cure,
    OnCure,
    PhoneError,
    PhoneTimeoutError,
    UiAutomationHeldError,
)
from drover.phone.holders import holder
from drover.phone.sync import push_stream

JAR: Final = "/data/local/tmp/u2.jar"
_COMMAND: Final = f"CLASSPATH={JAR} app_process / com.wetest.uia2.Main -p {rpc.PORT}"
_POLL_S: Final = 0.1
_END_S: Final = 2.0
_ASK_S: Final = 3.0
PING_S: Final = 3.0
_ALIVE_S: Final = 5.0
_MAX_SAID: Final = 4000


class AutomationServer:
    """The server lives as long as the shell that started it; that stream is held here."""

    def __init__(self, adb: Adb, on_cure: OnCure) -> None:
        self._adb = adb
        self._on_cure = on_cure
        self._shell: Stream | None = None
        self._said = b""

    def start(self, deadline: Deadline) -> None:
        """Returns when the server answers; an answering one is used as it is. Holds nothing if it fails."""
        try:
            if not self._answers(deadline):
                self._launch(deadline)
            self._configure(deadline)
        except BaseException:
            self._hang_up()
            raise

    def ensure(self, deadline: Deadline) -> None:
        """Have it answer: as it is, else started again, else put on the phone again. Raises what the last step did."""
        if self._answers(deadline):
            return
        self._adb.shell(["true"], timeout_s=min(_ALIVE_S, deadline.left()))  # a phone that hangs has no use for a cure
        try:
            self.restart(Deadline(deadline.left() / 2), "it did not answer")
        except BEYOND_ENGINES:
            raise  # another copy would fare no better
        except PhoneError as error:
            self.reinstall(deadline, str(error))

    def reinstall(self, deadline: Deadline, why: str) -> None:
        """Take it off the phone and put it there again: a file may be damaged where its name and size are right."""
        self._on_cure(Cure.REINSTALL, why)
        self._adb.shell(["rm", "-f", JAR], timeout_s=deadline.left())
        self.start(deadline)

    def restart(self, deadline: Deadline, why: str) -> None:
        """End a server that answers and cannot work any more, whoever started it, and start it again."""
        self._on_cure(Cure.RESTART, why)
        self.stop()
        # The brackets keep the pattern from fitting the shell that holds it.
        self._adb.shell(["pkill", "-f", "com.wetest.uia2.Mai[n]"], timeout_s=deadline.left())
        self.start(deadline)

    def stop(self) -> None:
        """Closing the shell ends the server; returns when it has ended. One that somebody else started is left."""
        if not self._hang_up():
            return
        # A dying server still answers; whoever comes next must not take it for a living one.
        deadline = Deadline(_END_S)
        with contextlib.suppress(PhoneError):
            while self._answers(deadline):
                time.sleep(_POLL_S)

    def connect(self, deadline: Deadline) -> Stream:
        """A stream for one call, with nothing sent yet; starts the server again if none listens."""
        self._drain()
        try:
            return rpc.connect(self._adb, deadline)
        except ServiceRefusedError:
            self._on_cure(Cure.RESTART, "nothing listened")
            self.start(deadline)
            return rpc.connect(self._adb, deadline)

    def _hang_up(self) -> bool:
        """Close the server's shell; False if there is none."""
        if self._shell is None:
            return False
        self._shell.close()
        self._shell = None
        return True

    def _answers(self, deadline: Deadline) -> bool:
        """A server that takes the connection and says nothing is as dead as one that is not there."""
        try:
            with rpc.connect(self._adb, Deadline(min(PING_S, deadline.left()))) as stream:
                return rpc.ping(stream)
        except (ServiceRefusedError, rpc.ServerBrokenError, PhoneTimeoutError):
            return False

    def _launch(self, deadline: Deadline) -> None:
        self._hang_up()
        self._install(deadline)
        self._shell = self._adb.open(f"shell:{_COMMAND}", deadline)
        self._said = b""
        self._wait(deadline)

    def _install(self, deadline: Deadline) -> None:
        found = jar()
        if found.md5 in self._adb.shell(["toybox", "md5sum", JAR], timeout_s=deadline.left()).text:
            return
        try:
            file = found.path.open("rb")
        except OSError as error:
            raise PhoneError(f"{self._adb.serial}: {found.path} cannot be read: {error.strerror}") from error
        with file:
            push_stream(self._adb, file, JAR, timeout_s=deadline.left())

    def _wait(self, deadline: Deadline) -> None:
        while True:
            alive = self._drain()
            if b"already registered" in self._said:
                name = holder(self._adb, timeout_s=_ASK_S)
                raise UiAutomationHeldError(f"{self._adb.serial}: {name} holds its UI automation; stop it")
            if self._answers(deadline):
                return
            if not alive:
                raise PhoneError(f"{self._adb.serial}: uiautomator2's server ended at once: {self._words()}")
            if deadline.left() <= _POLL_S:
                raise PhoneTimeoutError(f"{self._adb.serial}: uiautomator2's server did not answer: {self._words()}")
            time.sleep(_POLL_S)

    def _configure(self, deadline: Deadline) -> None:
        """Have it never wait for a quiet screen: feeds move all the time."""
        with rpc.connect(self._adb, deadline) as stream:
            settings = rpc.call(stream, "getConfigurator")
        with rpc.connect(self._adb, deadline) as stream:
            rpc.call(stream, "setConfigurator", {**settings, "waitForIdleTimeout": 0})

    def _drain(self) -> bool:
        """Take what the server printed, so that it never blocks on printing; False when its shell has ended."""
        if self._shell is None:
            return False
        with contextlib.suppress(BlockingIOError):
            self._shell.sock.setblocking(False)
            while True:
                try:
                    chunk = self._shell.sock.recv(65536)
                except ConnectionError:
                    return False
                if not chunk:
                    return False
                self._said = (self._said + chunk)[-_MAX_SAID:]
        return True

    def _words(self) -> str:
        return self._said.decode(errors="replace").strip()[-300:] or "it printed nothing"


@dataclass(frozen=True, kw_only=True)
class Jar:
    """The server's program here, and the digest by which the phone's copy is known."""

    path: Path
    md5: str


@functools.cache
def jar() -> Jar:
    """uiautomator2's; raises PhoneError. Read once for all workers, by the zygote: it is 4 MB."""
    # Found without importing the package: its imports would cost each worker 11 MB.
    spec = importlib.util.find_spec("uiautomator2")
    if spec is None or spec.origin is None:
        raise PhoneError("the Python package uiautomator2 is not installed; use the adb engine")
    path = Path(spec.origin).parent / "assets" / "u2.jar"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, functools.partial(hashlib.md5, usedforsecurity=False))
    return Jar(path=path, md5=digest.hexdigest())
