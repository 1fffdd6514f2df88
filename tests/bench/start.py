"""How long the daemon is away after a SIGKILL, with 10 000 tasks in the queue and 20 phones, and what its start costs.

The baseline is an interpreter that imports the libraries which the supervisor uses, and nothing else.
"""

import os
import socket
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.bench.measure import Figure
from tests.bench.processes import Family, cpu_s
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

PHONES, WAITING = 20, 10_000
LIBRARIES = "click, msgspec, psutil, sqlalchemy.dialects.sqlite, structlog, uvloop, zmq"


@dataclass(frozen=True, kw_only=True)
class Restart:
    """One kill and start: seconds from exec, and CPU seconds until READY."""

    ready_s: float
    api_s: float
    idle_s: float
    daemon_cpu_s: float
    family_cpu_s: float
    libraries_s: float
    libraries_cpu_s: float


def run(rounds: int) -> Generator[list[Figure]]:
    settings = {"DROVER_LICENSE_PLAN": "Business"}
    with (
        AdbServer() as adb,
        PhoneProcess(adb, PHONES) as phones,
        Notified() as notified,
        DroverDaemon(adb_port=adb.port, api=True, settings=settings) as daemon,
    ):
        daemon.environment["NOTIFY_SOCKET"] = notified.path
        serials = [phone.serial for phone in phones.phones]
        daemon.wait_idle(*serials, timeout_s=120)
        daemon.fill(WAITING)
        for _ in range(rounds):
            yield _figures(_restart(daemon, notified, serials))


def _restart(daemon: DroverDaemon, notified: "Notified", serials: list[str]) -> Restart:
    daemon.kill()
    libraries_s, libraries_cpu_s = _libraries()
    begun = time.monotonic()
    daemon.launch()
    notified.wait(b"READY=1")
    ready_s = time.monotonic() - begun
    family = Family.of(daemon)
    daemon_cpu_s, family_cpu_s = cpu_s(family.daemon), cpu_s(*family.everyone)
    daemon.api_url()
    api_s = time.monotonic() - begun
    daemon.wait_idle(*serials, timeout_s=120)
    return Restart(
        ready_s=ready_s,
        api_s=api_s,
        idle_s=time.monotonic() - begun,
        daemon_cpu_s=daemon_cpu_s,
        family_cpu_s=family_cpu_s,
        libraries_s=libraries_s,
        libraries_cpu_s=libraries_cpu_s,
    )


def _libraries() -> tuple[float, float]:
    """Seconds and CPU seconds of an interpreter that imports them."""
    begun = time.monotonic()
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", f"import {LIBRARIES}"], os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"cannot import {LIBRARIES}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def _figures(restart: Restart) -> list[Figure]:
    where, libraries = f"with {WAITING} tasks and {PHONES} phones", "an interpreter that imports the same libraries"
    return [
        Figure(name=f"killed daemon started again, READY, {where}", value=restart.ready_s, unit="s",
               baseline=restart.libraries_s, baseline_name=libraries),
        Figure(name="CPU of the daemon itself until READY", value=restart.daemon_cpu_s, unit="s",
               baseline=restart.libraries_cpu_s, baseline_name=libraries),
        Figure(name="CPU of all its processes until READY", value=restart.family_cpu_s, unit="s"),
        Figure(name="its gateway announced", value=restart.api_s, unit="s"),
        Figure(name=f"its {PHONES} phones idle again", value=restart.idle_s, unit="s"),
    ]  # fmt: skip


class Notified:
    """Hears what systemd would."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("")  # a name of the kernel's choice in the abstract space: no file to remove
        self._socket.settimeout(60)

    @property
    def path(self) -> str:
        """As NOTIFY_SOCKET says it."""
        return "@" + bytes(self._socket.getsockname()[1:]).decode()

    def wait(self, message: bytes) -> None:
        """Until it comes; others are passed over."""
        while self._socket.recv(4096) != message:
            continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
