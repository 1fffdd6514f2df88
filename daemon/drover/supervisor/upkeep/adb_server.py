"""Starts adb's server when none answers: detached, so that it outlives us. Never ends a server."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import structlog

from drover.supervisor import clock
from drover.supervisor.settings import Settings

log = structlog.get_logger("drover.adb")

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
START_EVERY_S: Final = 10.0
VERSION_TIMEOUT_S: Final = 5.0
_VERSION = re.compile(r"Android Debug Bridge version [\d.]+\.(\d+)")


class AdbServer:
    """The server at one address. The binary is the one that adbutils ships, so that client and server agree."""

    def __init__(self, settings: Settings, log_file: Path) -> None:
        self._settings = settings
        self._host = settings.config.adb.host
        self._port = settings.config.adb.port
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = float("-inf")

    def ensure(self) -> None:
        """Start a server if we may, unless the one started last still lives or the address is another machine's."""
        if not self._settings.config.adb.start_server:
            return
        if self._host not in LOOPBACK or clock.monotonic_s() - self._started_at < START_EVERY_S:
            return
        if self._process is not None and self._process.poll() is None:
            return  # it lives and may still be opening its port
        self._started_at = clock.monotonic_s()
        try:
            self._start()
        except OSError as error:
            log.error("adb_server_not_started", why=str(error), again_in_s=START_EVERY_S)

    def _start(self) -> None:
        with self._log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [_adb(), "-L", f"tcp:localhost:{self._port}", "server", "nodaemon"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=os.environ,
            )
        log.info("adb_server_started", pid=self._process.pid, port=self._port, log=str(self._log_file))


def own_version() -> str:
    """The protocol version of the adb binary that Drover starts, such as `41`."""

    try:
        answer = subprocess.run(
            [_adb(), "version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(answer.stdout)
    return found[1] if found else ""


def _adb() -> str:
    import adbutils  # only where it is needed: its imports cost every start of the daemon 0.2 s

    return str(adbutils.adb_path())
