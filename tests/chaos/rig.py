"""Everything real that a chaos run needs: an adb server, simulated phones in their own process, a daemon."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from drover.wire.devices import Device, DeviceState
from drover.wire.tasks import Effect, Task
from tests.chaos.proxy import AdbProxy
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneProcess, wait_until

SETTINGS: Mapping[str, str] = {
    "DROVER_LICENSE_PLAN": "Business",
    "DROVER_DEVICES_HEARTBEAT_S": "1",
    # Load means more than an account may do: without these its tasks would wait for tomorrow.
    "DROVER_PACE_FOLLOW_PER_DAY": "0",
    "DROVER_PACE_UNFOLLOW_PER_DAY": "0",
    "DROVER_PACE_PAUSE_MIN_S": "0",
    "DROVER_PACE_PAUSE_MAX_S": "0",
}
THERE = (DeviceState.IDLE, DeviceState.BUSY)
SABOTAGE = Path(__file__).with_name("sabotage")


@dataclass(frozen=True, kw_only=True)
class Rig:
    """The parts; `serials` are the phones as adb calls them."""

    adb: AdbServer
    phones: PhoneProcess
    daemon: DroverDaemon
    proxy: AdbProxy

    @property
    def serials(self) -> list[str]:
        return [phone.serial for phone in self.phones.phones]

    def device(self, serial: str) -> Device:
        return self.daemon.device(serial)

    def worker(self, serial: str, *, timeout_s: float = 30.0) -> int:
        """The process of the phone's present worker."""
        return wait_until(lambda: self.device(serial).worker_pid, timeout_s=timeout_s, what=f"a worker of {serial}")

    def wait_there(self, *serials: str, timeout_s: float = 60.0) -> float:
        """Until these phones are idle or busy (all, if none are named); seconds that it took."""
        begun, wanted = time.monotonic(), serials or tuple(self.serials)
        wait_until(
            lambda: all(self.daemon.states().get(serial) in THERE for serial in wanted),
            timeout_s=timeout_s,
            what="the phones' return",
        )
        return time.monotonic() - begun

    def restart_daemon(self) -> float:
        """SIGKILL and start; seconds from the start until the control socket answers."""
        self.daemon.kill()
        begun = time.monotonic()
        self.daemon.start()
        return time.monotonic() - begun

    # --- the points of an attempt at which it may be cut off

    def hold_at(self, point: str, serial: str, target: str) -> int:
        """A follow task that stands at this point on this phone, until `let_go`; its id."""
        first = {"before intent": ("am", "before"), "tap to sent": ("click", "after")}
        command, when = first.get(point, ("click", "before"))
        clicks = self._clicks(serial)
        skipped = OWN_PROFILE_TAPS if command == "click" else 0
        self.phones.fault(serial, "hang", command=command, when=when, skip=skipped)
        (task_id,) = self.daemon.follow(serial, target=target)
        if point == "before intent":
            self.daemon.wait_task(task_id, lambda task: task.progress > 0, what="a first step")
        elif point == "tap to sent":
            wait_until(lambda: effects(self.phones, serial, "follow", target), timeout_s=60, what="the tap")
        else:
            self._until_effect(task_id, Effect.INTENT)
            # The tap is aimed once more after the intent: only now is it under way.
            wait_until(lambda: self._clicks(serial) > clicks + skipped, timeout_s=30, what="the tap")
        if point == "sent to confirmed":
            self.phones.fault(serial, "hang", command="dumpWindowHierarchy", when="before")
            self._until_effect(task_id, Effect.SENT)
        return task_id

    def _clicks(self, serial: str) -> int:
        return int(self.phones.state(serial)["commands"].get("rpc click", 0))

    def _until_effect(self, task_id: int, effect: Effect) -> Task:
        return self.daemon.wait_task(task_id, lambda task: task.effect is effect, what=f"effect {effect.value}")

    def let_go(self, serial: str) -> None:
        self.phones.clear_faults(serial)


OWN_PROFILE_TAPS = 1
"""An attempt first looks at the own profile, for which it taps once; the tap that matters comes after it."""

POINTS = ("before intent", "intent to tap", "tap to sent", "sent to confirmed")


@contextlib.contextmanager
def rig(
    count: int,
    settings: Mapping[str, str] | None = None,
    *,
    start: bool = True,
    make_proxy: Callable[[int], AdbProxy] = AdbProxy,
) -> Generator[Rig]:
    """A daemon with `count` phones, all of them idle. The daemon reaches adb through the proxy."""
    with (
        AdbServer() as adb,
        PhoneProcess(adb, count) as phones,
        make_proxy(adb.port) as proxy,
    ):
        daemon = DroverDaemon(adb_port=proxy.port, settings={**SETTINGS, **(settings or {})})
        # SIGUSR1 and SIGUSR2 make a worker exit by itself; see sabotage/sitecustomize.py.
        daemon.environment["PYTHONPATH"] = str(SABOTAGE)
        daemon.environment["DROVER_SABOTAGE"] = str(daemon.folder / "crash")
        made = Rig(adb=adb, phones=phones, daemon=daemon, proxy=proxy)
        if not start:
            yield made
            return
        with daemon:
            made.wait_there(timeout_s=120)
            yield made


def family(daemon: DroverDaemon) -> list[psutil.Process]:
    """The daemon's descendants: zygote, workers, gateway."""
    return psutil.Process(daemon.process.pid).children(recursive=True)


def strays(daemon: DroverDaemon) -> list[int]:
    """Processes of this daemon's boots that are not its descendants any more."""
    mine = f"DROVER_SABOTAGE={daemon.environment['DROVER_SABOTAGE']}".encode()
    owned = {daemon.process.pid, *(process.pid for process in family(daemon))}
    found: list[int] = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if process.pid not in owned and mine in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                found.append(process.pid)
    return found


def zygote(daemon: DroverDaemon) -> int:
    """The pid of the process that forks the workers."""
    children = psutil.Process(daemon.process.pid).children()
    return next(child.pid for child in children if "drover.worker.zygote" in " ".join(child.cmdline()))


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """A signal to one process, which may have ended already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
