"""One command of the operator's as a process: started without a shell, its output in lines, ended with its whole tree.

Knows no attempt and no phone; `process_reaper.py` stands between it and us.
"""

import codecs
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

PROCESS_REAPER: Final = Path(__file__).with_name("process_reaper.py")
MAX_LINE_CHARS: Final = 4000
TERM_GRACE_S: Final = 3.0
KILL_GRACE_S: Final = 1.5
_QUIET_S: Final = 1.0
_CHUNK: Final = 65536
_BREAK: Final = re.compile(r"\r\n|\n|\r")

Say = Callable[[str], None]


class RunningCommand:
    """Started when made. `say` hears each line of its output, from its own thread; `woken` that it has ended."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        say: Say,
        woken: Callable[[], None],
    ) -> None:
        reading, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(PROCESS_REAPER), str(reading), *command],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(reading,),
            )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(reading)
        self._say = say
        self._woken = woken
        self._reader = threading.Thread(target=self._read, name="output", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of the process that leads the command's group."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status once it has ended, 128 + n for signal n."""
        return self._process.poll()

    def end(self) -> int:
        """Ask it to end if it runs, then make it: SIGTERM to its group, after a grace SIGKILL to its whole tree."""
        try:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGTERM)
                self._process.wait(TERM_GRACE_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        os.close(self._lifeline)  # at which the process reaper leaves nothing running
        try:
            status = self._process.wait(KILL_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            status = self._process.wait()
        self._reader.join(KILL_GRACE_S)
        return status

    # --- output

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            return
        lines = _Lines(self._say)
        with pipe:
            while True:
                ready, _, _ = select.select([pipe], [], [], _QUIET_S)
                if not ready:
                    lines.flush()  # a question without a line's end is worth seeing
                    continue
                data = os.read(pipe.fileno(), _CHUNK)
                if not data:
                    break
                lines.feed(data)
        lines.flush()
        self._process.wait()
        self._woken()


class _Lines:
    """Bytes in, lines of at most MAX_LINE_CHARS out."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        *whole, self._rest = _BREAK.split(self._rest + self._decoder.decode(data))
        for line in whole:
            self._tell(line)
        while len(self._rest) > MAX_LINE_CHARS:
            self._tell(self._rest[:MAX_LINE_CHARS])
            self._rest = self._rest[MAX_LINE_CHARS:]

    def flush(self) -> None:
        if self._rest:
            self._tell(self._rest)
            self._rest = ""

    def _tell(self, line: str) -> None:
        for start in range(0, len(line), MAX_LINE_CHARS):
            self._say(line[start : start + MAX_LINE_CHARS])


def startable(command: Sequence[str]) -> str:
    """Why the program cannot be started; empty where it can."""
    if shutil.which(command[0]) is None:
        return f"{Path(command[0]).name} is not there, or is not executable"
    return ""
