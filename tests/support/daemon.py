"""A real droverd in its own process, on its own directories and a given adb server. Started and ended by pid."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from drover.client import ControlClient, DaemonUnreachableError
from drover.wire.control import (
    CreateTasks,
    DaemonStatus,
    DeviceList,
    GetDevice,
    GetStatus,
    GetTask,
    ListDevices,
    TasksCreated,
)
from drover.wire.devices import Device, DeviceState
from drover.wire.tasks import Task
from tests.support.canaries import Canaries
from tests.support.phones import wait_until

READY_S = 30.0
RUNNING: set["DroverDaemon"] = set()
"""Those that were started and not yet taken down; after each test they are searched for secrets (tests/conftest.py)."""
UNPACED = {
    **{f"DROVER_PACE_{script}_PER_DAY": "0" for script in ("FOLLOW", "UNFOLLOW", "POST")},
    **{"DROVER_PACE_PAUSE_MIN_S": "0", "DROVER_PACE_PAUSE_MAX_S": "0"},
    **{f"DROVER_TROUBLE_{name}": "off" for name in ("CAPTCHA", "VERIFICATION", "SUSPENDED", "LOGGED_OUT", "TOO_FAST")},
    "DROVER_TROUBLE_FAILURES_IN_A_ROW": "0",
}
"""Many tasks at once: no limits, no pauses, no trouble that pauses, unless a test's own settings say otherwise."""


def _foreign(variable: str) -> bool:
    """What must not reach the daemon. Without its bytecode every process of it would compile all again at its start."""
    return variable.startswith("DROVER_") or variable == "PYTHONDONTWRITEBYTECODE"


class DroverDaemon:
    """`with DroverDaemon(adb_port=...) as daemon:`; `kill` and `start` again keep the same directories."""

    def __init__(
        self,
        *,
        adb_port: int,
        settings: Mapping[str, str] | None = None,
        api: bool = False,
        config: Path | None = None,
    ) -> None:
        # Short, because socket paths must fit 107 bytes, and pytest's own folders are long.
        self.folder = Path(tempfile.mkdtemp(prefix="dd-"))
        self.runtime_dir = self.folder / "run"
        self.data_dir = Path((settings or {}).get("DROVER_DAEMON_DATA_DIR", self.folder / "data"))
        self._arguments = [] if config is None else ["--config", str(config)]
        self.log_file = self.folder / "droverd.log"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not _foreign(key)},
            "HOME": str(self.folder),
            "DROVER_DAEMON_DATA_DIR": str(self.data_dir),
            "DROVER_DAEMON_RUNTIME_DIR": str(self.runtime_dir),
            "DROVER_DAEMON_LOG_FORMAT": "json",
            "DROVER_ADB_PORT": str(adb_port),
            "DROVER_ADB_START_SERVER": "false",
            "DROVER_API_ENABLED": "true" if api else "false",
            "DROVER_API_PORT": "0",
            **UNPACED,
            **(settings or {}),
        }
        token_file = self.environment.get("DROVER_API_TOKEN_FILE") or self.data_dir / "api-token"
        self._canaries = Canaries(home=self.folder, token_path=Path(token_file), environment=self.environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_begin = 0
        self._client: ControlClient | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shown = self._canaries.in_processes(self.process.pid)
        self.stop()
        if kind is not None and self.log_file.exists():
            print(self.log_file.read_text()[-6000:])
        leaks = [*shown, *self.leaks()]
        RUNNING.discard(self)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert kind is not None or not leaks, f"secrets were found (S27): {leaks}"

    def leaks(self) -> list[str]:
        """Secrets in what the daemon has written since this was last asked."""
        return self._canaries.in_folders(self.log_file, self.data_dir, self.runtime_dir)

    # --- the process

    def start(self) -> None:
        """Returns when the control socket answers."""
        self.launch()
        self.wait_answering()

    def launch(self) -> None:
        """Begin the process; it starts by itself."""
        RUNNING.add(self)
        self._log_begin = self.log_file.stat().st_size if self.log_file.exists() else 0
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "drover.main", *self._arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_answering(self) -> None:
        """Until the control socket of the process that was begun answers."""
        wait_until(self._answers, timeout_s=READY_S, what="droverd's control socket")

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"droverd ended with {self.process.returncode}: {self.log()}"
        try:
            return self.status().pid == self.process.pid
        except DaemonUnreachableError:
            return False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "droverd was not started"
        return self._process

    def log(self) -> str:
        return self.log_file.read_text()

    def wait_logged(self, words: str) -> None:
        """Until a line has these words: a thread of the daemon writes lines some ms after what they tell of."""
        wait_until(lambda: words in self.log(), what=f"a log line with {words!r}")

    def _drains(self) -> bool:
        return b"draining" in self.log_file.read_bytes()[self._log_begin :]

    def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer does."""
        self.process.kill()
        self.process.wait(timeout=10)
        self.forget_client()

    def stop(self, *, timeout_s: float = 20.0) -> int:
        """SIGTERM twice (the second says: do not wait for running tasks); returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            # Of this process: two signals that come together are one.
            wait_until(lambda: self.process.poll() is not None or self._drains(), what="the drain")
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
        self.forget_client()
        return self.process.wait(timeout=timeout_s)

    # --- asking it

    @property
    def client(self) -> ControlClient:
        if self._client is None:
            self._client = ControlClient(self.runtime_dir / "control.sock", client_name="tests", timeout_s=20)
        return self._client

    def forget_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def status(self) -> DaemonStatus:
        return self.client.ask(GetStatus(), DaemonStatus)

    def api_url(self) -> str:
        """The shim's base URL, once it answers."""
        return wait_until(lambda: self.status().api_url, timeout_s=READY_S, what="the gateway")

    def device(self, serial: str) -> Device:
        return self.client.ask(GetDevice(serial=serial), Device)

    def states(self) -> dict[str, DeviceState]:
        return {d.serial: d.state for d in self.client.ask(ListDevices(), DeviceList).devices}

    def wait_idle(self, *serials: str, timeout_s: float = READY_S) -> None:
        """Until every one of these phones is idle."""
        wait_until(
            lambda: all(self.states().get(serial) is DeviceState.IDLE for serial in serials),
            timeout_s=timeout_s,
            what=f"idle phones {serials}",
        )

    def create(self, script: str, config: Mapping[str, Any], *serials: str, **fields: Any) -> list[int]:
        """Create the tasks; their ids."""
        request = CreateTasks(script_name=script, script_config=dict(config), serials=list(serials), **fields)
        return self.client.ask(request, TasksCreated).task_ids

    def follow(self, *serials: str, target: str, script: str = "follow", **fields: Any) -> list[int]:
        """Create tasks about this user; their ids."""
        return self.create(script, {"target_user": target, **fields.pop("config", {})}, *serials, **fields)

    def fill(self, count: int, serial: str = "R58M0ABSENT") -> None:
        """Put so many tasks, a multiple of 500, in the queue of a phone that is not there."""
        for begin in range(0, count, 500):
            targets = [f"queued{number}" for number in range(begin, begin + 500)]
            self.create("follow", {"target_users": targets}, serial)

    def task(self, task_id: int) -> Task:
        return self.client.ask(GetTask(task_id=task_id), Task)

    def wait_task(
        self, task_id: int, holds: Callable[[Task], bool], *, timeout_s: float = 60.0, what: str = ""
    ) -> Task:
        """Until the condition holds of the task; that task."""
        found: list[Task] = []

        def look() -> bool:
            found[:] = [self.task(task_id)]
            return holds(found[0])

        wait_until(look, timeout_s=timeout_s, what=what or f"task {task_id}")
        return found[0]

    def wait_ended(self, task_id: int, *, timeout_s: float = 60.0) -> Task:
        """Until the task has ended; that task."""
        return self.wait_task(
            task_id, lambda task: task.status.ended, timeout_s=timeout_s, what=f"end of task {task_id}"
        )
