"""A command as a script: the app in front where it is wanted, the environment, its output as log, its exit as outcome.

While the command runs, the phone's thread carries out what it asks of its phone through the API.
"""

import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from drover.scripts.context import Context, ScriptFailed
from drover.scripts.identity import become
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.custom import ManagedRun
from drover.wire.tasks import Reason
from drover.wire.worker import Begin
from drover.worker.attempt import AttemptContext
from drover.worker.command import RunningCommand, startable

MAX_OUTPUT_BYTES: Final = 4 * 1024 * 1024
TAIL_LINES: Final = 5
MAX_REMARK_CHARS: Final = 600
STEP_EVERY_S: Final = 1.0
LOOK_S: Final = 0.2
"""How soon a stop or the deadline is seen while nothing else happens."""

USUAL: Final = re.compile(r"PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+")
"""Variables of the daemon's environment that every command gets; others only where its registration names them,
because they may hold what other programs keep secret."""

_ESCAPES: Final = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?)")

Serve = Callable[[float], None]
"""Carries out at most one direct call, waiting for it for at most so many seconds."""


class ManagedScript:
    """Implements Script for a command. `serve` and `wake` reach the phone's thread."""

    reconciles = False

    def __init__(
        self,
        begin: Begin,
        run: ManagedRun,
        attempt: AttemptContext,
        *,
        serve: Serve,
        wake: Callable[[], None],
    ) -> None:
        self.effect = "" if run.spec.retry_safe else f"whatever {begin.script_name} does"
        self._name = begin.script_name
        self._config = begin.script_config
        self._run = run
        self._spec = run.spec
        self._attempt = attempt
        self._output = Output(attempt.log)
        self._serve = serve
        self._wake = wake
        self._command: RunningCommand | None = None

    def prepare(self, ctx: Context) -> bool:
        """Check the program and the folder in which it runs, open the app and make the account current where the
        script's mode says so."""
        if fault := startable(self._spec.command):
            raise ScriptFailed(
                Reason.SCRIPT_ERROR,
                f"The script {self._name} cannot be started: {fault}; see droverctl script list.",
            )
        try:
            self._attempt.files.make_folder()
        except OSError as error:
            why = f"{self._name} was not started: the folder in which it runs cannot be made: {error.strerror}"
            raise ScriptFailed(Reason.INTERRUPTED, f"{why}; check the disk (droverctl doctor), then retry.") from None
        if self._spec.platform != "generic":
            self._open_app(ctx)
        return True

    def _open_app(self, ctx: Context) -> None:
        nav = Navigator(ctx)
        ctx.step(f"opening {nav.app.name} for {self._name}", 5)
        try:
            if ctx.username:
                become(nav, ctx.username)
            else:
                ctx.phone.launch(ctx.package)
        except NotReachedError as unreached:
            nav.fail_unreached(unreached)

    def commit(self, ctx: Context) -> None:
        """Start the command, after its intent is durable: no one else can know what it does from then on."""
        ctx.step(f"starting {self._name}", 10)
        if self._spec.retry_safe:
            self._start(ctx)
        else:
            ctx.commit(f"run {self._name}", lambda: self._start(ctx))

    def _start(self, ctx: Context) -> None:
        self._command = RunningCommand(
            self._spec.command,
            environment=self._environment(ctx),
            folder=self._attempt.files.folder,
            say=self._output.line,
            woken=self._wake,
        )

    def verify(self, ctx: Context) -> None:
        """Wait for the command's end; raises ScriptFailed with its last lines unless it exits with 0."""
        command = self._command
        if command is None:
            raise RuntimeError("verify without commit")
        try:
            while command.status is None:
                self._attempt.check()
                if text := self._output.news():
                    self._attempt.tell(text, 50)
                self._serve(LOOK_S)
        finally:
            status = self.end()
        if status != 0:
            raise ScriptFailed(Reason.SCRIPT_ERROR, self._output.remark(self._name, status))
        self._attempt.vouch()

    def end(self) -> int:
        """See to it that nothing of the command runs on; its exit status."""
        command, self._command = self._command, None
        return 0 if command is None else command.end()

    def _environment(self, ctx: Context) -> dict[str, str]:
        named = self._spec.environment
        inherited = {key: value for key, value in os.environ.items() if USUAL.fullmatch(key) or key in named}
        return {
            **inherited,
            "TIKMATRIX_API_BASE": self._run.api_base,
            "DROVER_API_SOCKET": self._run.api_socket,
            "TIKMATRIX_SESSION_ID": self._run.session,
            "DROVER_API_TOKEN_FILE": self._run.token_file,
            "TIKMATRIX_SERIAL": ctx.phone.serial,
            "TIKMATRIX_PACKAGE": ctx.package,
            "TIKMATRIX_PLATFORM": self._spec.platform,
            "DROVER_TASK_ID": str(ctx.task_id),
            "DROVER_USERNAME": ctx.username or "",
            "DROVER_SCRIPT_CONFIG": msgspec.json.encode(self._config).decode(),
            "PYTHONUNBUFFERED": "1",  # output as it comes, also of scripts that do not think of it
        }


class Output:
    """What a command says: all of it into the log up to a limit, the last lines for the remark. Two threads use it."""

    def __init__(self, log: Callable[[str], None], *, max_bytes: int = MAX_OUTPUT_BYTES) -> None:
        self._log = log
        self._left = max_bytes
        self._max = max_bytes
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._lock = threading.Lock()
        self._news = ""
        self._told_at = float("-inf")

    def line(self, text: str) -> None:
        """One line of output."""
        text = _ESCAPES.sub("", text).rstrip()
        with self._lock:
            if text.strip():
                self._tail.append(text)
                self._news = text
            self._left -= len(text.encode(errors="replace")) + 1
            if self._left >= 0:
                self._log(f"| {text}")
            elif self._max:
                self._log(f"more than {self._max // 1024} KiB of output: the rest is dropped")
                self._max = 0

    def news(self) -> str:
        """The last line if it is new, once a second at most."""
        now = time.monotonic()
        with self._lock:
            if not self._news or now - self._told_at < STEP_EVERY_S:
                return ""
            text, self._news = self._news, ""
            self._told_at = now
        return text[:200]

    def remark(self, name: str, status: int) -> str:
        """What a task's remark says after a failure."""
        how = f"was ended by signal {status - 128}" if status > 128 else f"ended with exit code {status}"
        with self._lock:
            text = " / ".join(line.strip() for line in self._tail)
        text = text if len(text) <= MAX_REMARK_CHARS else f"…{text[-MAX_REMARK_CHARS:]}"
        return f"{name} {how}; look at the task's log. It said {f'last: {text}' if text else 'nothing'}"
