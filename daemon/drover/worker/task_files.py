"""The files that an attempt leaves behind: its log and its evidence. Worth having, never worth failing for.

Each file is tried again whatever happened to the one before, so that what can be kept is kept once there is room.
"""

import contextlib
import os
import threading
from pathlib import Path

import structlog

from drover.wire.worker import TASK_LOG

log = structlog.get_logger("drover.worker")


class TaskFiles:
    """Writes into one task's folder. What the file system refuses is logged once. Any thread may call."""

    def __init__(self, folder: Path, *, task_id: int) -> None:
        self.folder = folder
        self._log = os.fspath(folder / TASK_LOG)
        self.evidence: list[str] = []
        self._task_id = task_id
        self._why = ""
        self._lines_lost = 0
        self._lock = threading.Lock()

    @property
    def missing(self) -> str:
        """A sentence on what could not be kept; empty if everything was."""
        return f"Its log or evidence is incomplete: {self._why}." if self._why else ""

    def append(self, line: str) -> None:
        """Add a line, with its end, to the task's log. A line that does not fit leaves no part of itself."""
        with self._lock:
            gap = f"... {self._lines_lost} lines are missing here: {self._why}\n" if self._lines_lost else ""
            try:
                self._append((gap + line).encode(errors="backslashreplace"))
                self._lines_lost = 0
            except OSError as error:
                self._lines_lost += 1
                self._refused(TASK_LOG, error)

    def write(self, name: str, data: bytes) -> bool:
        """Keep a file as evidence; False if the file system did not take it."""
        path = self.folder / name
        try:
            self.make_folder()
            path.write_bytes(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)  # half of a picture is no evidence
            if name in self.evidence:
                self.evidence.remove(name)
            self._refused(name, error)
            return False
        if name not in self.evidence:
            self.evidence.append(name)
        return True

    def make_folder(self) -> None:
        """Make the folder where it is not there; raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _append(self, data: bytes) -> None:
        try:
            _append(self._log, data)
        except FileNotFoundError:
            self.make_folder()
            _append(self._log, data)

    def _refused(self, name: str, error: OSError) -> None:
        if self._why:
            return
        self._why = error.strerror or str(error)
        log.warning("task_files_incomplete", task=self._task_id, file=name, why=self._why)


def _append(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)
