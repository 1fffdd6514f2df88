"""What systemd does with a unit of Type=notify, WatchdogSec= and Restart=always, as far as R7 needs it."""

import os
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until


class Service:
    """Keeps the daemon running: kills it when it misses its watchdog, starts it again when it has ended."""

    def __init__(self, daemon: DroverDaemon, watchdog_s: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dn-")
        self._path = Path(self._folder.name) / "notify"
        self._daemon = daemon
        self._watchdog_s = watchdog_s
        self.restarts = 0
        self.pings = 0
        self._heard = time.monotonic()
        self._ending = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._socket.settimeout(0.1)
        daemon.environment["NOTIFY_SOCKET"] = str(self._path)
        daemon.environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1_000_000))
        self._thread = threading.Thread(target=self._run, name="service", daemon=True)

    def __enter__(self) -> Self:
        self._daemon.start()
        self._heard = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ending.set()
        self._thread.join(60)
        self._socket.close()
        self._folder.cleanup()

    def wait_restarted(self, restarts: int, *, timeout_s: float) -> float:
        """Until it was restarted so often and answers; seconds that it took."""
        begun = time.monotonic()
        wait_until(lambda: self.restarts >= restarts, timeout_s=timeout_s, what="the restart")
        return time.monotonic() - begun

    def _run(self) -> None:
        while not self._ending.is_set():
            self._listen()
            process = self._daemon.process
            if process.poll() is None and time.monotonic() - self._heard > self._watchdog_s:
                os.kill(process.pid, signal.SIGKILL)
                process.wait(10)
            if process.poll() is not None and not self._ending.is_set():
                self._daemon.kill()
                self._daemon.start()
                self._heard = time.monotonic()
                self.restarts += 1

    def _listen(self) -> None:
        try:
            if self._socket.recv(100) in (b"READY=1", b"WATCHDOG=1"):
                self._heard = time.monotonic()
                self.pings += 1
        except TimeoutError:
            return
