"""The real adb server of adbutils on its own port, with its own key and home. Started and stopped by pid."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import adbutils

DEADLINE_S = 15.0


def bundled_adb() -> Path:
    """The binary that adbutils ships; never one that happens to be on PATH."""
    return Path(adbutils.__file__).parent / "binaries" / "adb"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class AdbServer:
    """`with AdbServer() as server:`; `kill` and `start` again to test what survives that, on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="adb-home-"))
        self.environment = {
            **os.environ,
            "HOME": str(self.home),
            "ADB_VENDOR_KEYS": str(self.home),
            "TMPDIR": str(self.home),
            "ADB_MDNS": "0",
            # Without a USB bus to scan the first request would wait three seconds for the scan.
            "ADB_USB": "0",
            "ADB_EMU": "0",
            "ANDROID_ADB_SERVER_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the adb server is not running"
        return self._process.pid

    def ended(self) -> bool:
        """Whether the process has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Returns when the server answers."""
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [bundled_adb(), "-L", f"tcp:localhost:{self.port}", "nodaemon", "server"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the adb server did not start: {self.log()}") from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def client(self) -> adbutils.AdbClient:
        return adbutils.AdbClient("127.0.0.1", self.port)

    def device(self, serial: str) -> adbutils.AdbDevice:
        return self.client().device(serial=serial)

    def run(
        self, *args: str, serial: str | None = None, data: bytes | None = None, timeout_s: float = 30
    ) -> subprocess.CompletedProcess[bytes]:
        """The command-line adb against this server; never raises for an exit code."""
        words = [str(bundled_adb()), *(["-s", serial] if serial else []), *args]
        return subprocess.run(
            words,
            env=self.environment,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            input=data if data is not None else b"",
        )

    def __enter__(self) -> "AdbServer":
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
