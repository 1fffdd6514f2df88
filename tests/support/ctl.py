"""Runs droverctl as a user does, in a pipe or on a terminal, and sees all that it leaves behind."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drover_ctl.main import main

COMMAND = [sys.executable, "-m", "drover_ctl.main"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Ctl:
    """Runs commands in this process, with standard output captured, which is a pipe to it."""

    def __init__(self, socket: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.socket = socket
        self._capture = capture

    def __call__(self, *arguments: str) -> Run:
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--socket", str(self.socket), *arguments])
        out, err = self._capture.readouterr()
        return Run(code=int(str(ended.value.code)), out=out, err=err)


def on_terminal(
    socket: Path, *arguments: str, columns: int = 120, env: Mapping[str, str] | None = None, typed: str = ""
) -> Run:
    """Run in its own process on a pseudo-terminal; `out` is every byte that it sent there.

    `typed` waits for whoever asks.
    """
    ours, theirs = pty.openpty()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")},
        **{"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40", "COLORTERM": ""},
        **(env or {}),
    }
    process = subprocess.Popen(
        [*COMMAND, "--socket", str(socket), *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    try:
        return Run(code=0, out=_read_until_closed(ours), err="") if process.wait(20) == 0 else _failed(process, ours)
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait(10)


def _failed(process: "subprocess.Popen[bytes]", ours: int) -> Run:
    return Run(code=process.returncode, out=_read_until_closed(ours), err="")


def _read_until_closed(ours: int) -> str:
    data = b""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.1)[0]:
            break
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        data += piece
    return data.decode()
