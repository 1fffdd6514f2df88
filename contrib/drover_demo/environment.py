"""The demo environment: adb server, simulated phones, daemon. Processes are ended by pid, the last one first."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

import adbutils

from drover_demo.rest import fetch_json

START_TIMEOUT_S: Final = 60.0
PROFILE_TIMEOUT_S: Final = 20.0
RUNS_KEPT: Final = 5
LANGUAGES: Final = ("en", "fr", "en")


class DemoError(Exception):
    """A process did not start; the message says which one and where its log is."""


class DemoEnvironment:
    """What runs for the demo. Use as a context manager."""

    def __init__(self, root: Path) -> None:
        self.folder = _new_run_folder(root / ".demo")
        self._runtime = Path(tempfile.mkdtemp(prefix="drover-"))  # short: socket paths must fit 107 bytes
        self._processes: list[tuple[str, subprocess.Popen[str]]] = []
        self.api_url = ""
        self.phones_url = ""
        self.serials: list[str] = []

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def media_dir(self) -> Path:
        """The one folder whose files tasks may name."""
        return self.folder / "media"

    def __enter__(self) -> "DemoEnvironment":
        return self

    def __exit__(self, *_: object) -> None:
        for name, process in reversed(self._processes):
            _end(name, process)
        shutil.rmtree(self._runtime, ignore_errors=True)

    # --- what it starts

    def start_adb(self) -> int:
        """The real adb server on an unused port; returns the port."""
        port = free_port()
        self._spawn("adb", [adbutils.adb_path(), "-L", f"tcp:localhost:{port}", "server", "nodaemon"])
        self._await("adb", lambda: _listens(port))
        self._adb_port = port
        return port

    def start_phones(self, count: int) -> None:
        """Simulated phones, attached to the adb server."""
        languages = [part for language in LANGUAGES[:count] for part in ("--language", language)]
        command = [*_module("phonesim"), "--count", str(count), "--adb", f"127.0.0.1:{self._adb_port}", *languages]
        process = self._spawn("phonesim", command, pipe=True)
        for line in process.stdout or ():
            word, _, rest = line.strip().partition(" ")
            if word == "phone":
                self.serials.append(rest.split()[0])
            elif word == "PHONES":
                self.phones_url = rest
            elif word == "READY":
                return
        raise DemoError(f"phonesim ended before its phones were ready; see {self.folder / 'phonesim.log'}")

    def start_daemon(self) -> None:
        """droverd, which starts a worker for each phone and the gateway."""
        wanted = 50809 if not _listens(50809) else free_port()
        environment = {
            "DROVER_DAEMON_DATA_DIR": str(self.data_dir),
            "DROVER_DAEMON_RUNTIME_DIR": str(self._runtime),
            "DROVER_DAEMON_LOG_FORMAT": "text",
            "DROVER_ADB_PORT": str(self._adb_port),
            "DROVER_ADB_START_SERVER": "false",
            "DROVER_API_PORT": str(wanted),
            "DROVER_DAEMON_DRAIN_TIMEOUT_S": "5",
            "DROVER_MEDIA_ROOTS": json.dumps([str(self.media_dir)]),
            # Simulated accounts need no rest between tasks, and no one wants to watch it.
            "DROVER_PACE_PAUSE_MIN_S": "0",
            "DROVER_PACE_PAUSE_MAX_S": "0",
        }
        self._spawn("droverd", [*_module("drover.main")], environment)
        self.api_url = f"http://127.0.0.1:{wanted}/api/v1/"
        self._await("droverd", lambda: _answers(f"http://127.0.0.1:{wanted}/healthz"))

    def save_profile(self, serial: str) -> Path:
        """Open the active TikTok account's own profile on a phone, by stock adb, and save its screen."""
        state = fetch_json(f"{self.phones_url}phones/{serial}")
        account = next(row["username"] for row in state["accounts"] if row["active"] and row["app"] == "tiktok")
        link = f"https://www.tiktok.com/@{account}"
        intent = ["am", "start", "-W", "-a", "android.intent.action.VIEW", "-d", link, "com.zhiliaoapp.musically"]
        adb = [adbutils.adb_path(), "-P", str(self._adb_port), "-s", serial, "shell"]
        subprocess.run([*adb, *intent], check=True, capture_output=True, timeout=30)
        deadline = time.monotonic() + PROFILE_TIMEOUT_S
        while fetch_json(f"{self.phones_url}phones/{serial}")["screen"] != "tiktok.own_profile":
            if time.monotonic() > deadline:
                raise DemoError(f"phone {serial} did not show the profile of @{account}")
            time.sleep(0.1)
        picture = self.folder / "profile.png"
        with urllib.request.urlopen(f"{self.phones_url}phones/{serial}/screen.png", timeout=30) as response:
            picture.write_bytes(response.read())
        return picture

    @property
    def runtime_dir(self) -> Path:
        return self._runtime

    # --- processes

    def _spawn(
        self, name: str, command: list[str], environment: dict[str, str] | None = None, *, pipe: bool = False
    ) -> subprocess.Popen[str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        # Its own home: the adb key of the demo is not the user's, and no configuration of theirs is read.
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("DROVER_", "ADB_"))}
        own = {
            "HOME": str(home),
            "ADB_VENDOR_KEYS": str(home),
            "ADB_MDNS": "0",
            "ADB_USB": "0",
            "PYTHONUNBUFFERED": "1",
        }
        log = (self.folder / f"{name}.log").open("a", encoding="utf-8")
        with log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else log,
                stderr=log,
                env={**clean, **own, **(environment or {})},
                start_new_session=True,  # Ctrl-C is ours; we end the processes in order
                text=True,
            )
        self._processes.append((name, process))
        return process

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        process = next(process for started, process in self._processes if started == name)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / f"{name}.log"
                tail = "".join(log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[-15:])
                raise DemoError(f"{name} did not start (log: {log}):\n{tail}")
            time.sleep(0.05)


def free_port() -> int:
    """An unused port on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(name: str, process: subprocess.Popen[str]) -> None:
    """SIGTERM, then SIGKILL for one that does not end; only ever the process that we started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            print(f"{name} did not end when asked; ending it by force")
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _new_run_folder(base: Path) -> Path:
    base.mkdir(exist_ok=True)
    for old in sorted(base.iterdir())[: -RUNS_KEPT + 1]:
        shutil.rmtree(old, ignore_errors=True)
    folder = base / time.strftime(f"%Y%m%d-%H%M%S-{os.getpid()}")
    folder.mkdir(mode=0o700)
    return folder
