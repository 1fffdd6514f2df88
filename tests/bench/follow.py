"""A follow task on a simulated phone without added latency, and where its time goes: adb, the app, the rest.

The worker says when it waits for adb (adb_calls_script.py), the app when a page of it loads; what is covered by neither
is ours. The phone is simulated in this process.
"""

import statistics
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from drover.wire.tasks import Status
from phonesim.apps.navigation import Navigation, Page
from tests.bench.measure import Figure
from tests.bench.processes import Family, cpu_s
from tests.bench.spans import FILE, PAIR, Span, covered_s, within
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm
from tests.support.plugins import install_module

FOLLOWS = 4
SOURCE = Path(__file__).with_name("adb_calls_script.py")
"""Never imported here: it changes what it is imported by."""
ROOT = Path(__file__).parents[2]

Engine = Literal["uiautomator2", "adb"]


def run(rounds: int) -> Generator[list[Figure]]:
    """With the resident automation server."""
    return _run(rounds, "uiautomator2", "a follow")


def run_adb(rounds: int) -> Generator[list[Figure]]:
    """With plain adb."""
    return _run(rounds, "adb", "a follow by plain adb")


@dataclass(frozen=True, kw_only=True)
class _Followed:
    """One follow: seconds in all, waiting for adb, waiting for the app only, of CPU; and calls to the phone."""

    all_s: float
    adb_s: float
    app_s: float
    cpu_s: float
    calls: float


def _run(rounds: int, engine: Engine, what: str) -> Generator[list[Figure]]:
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="calls-") as folder, AdbServer() as adb, PhoneFarm(adb, 1) as phones:
            install_module("adb-calls-script", SOURCE.read_text(), Path(folder))
            settings = {"PYTHONPATH": f"{folder}:{ROOT}", "DROVER_DEVICES_ENGINE": engine}
            with DroverDaemon(adb_port=adb.port, settings=settings) as daemon, _loads() as loads:
                daemon.wait_idle(phones.phones[0].serial)
                calls = Path(folder) / FILE
                follows = [_follow(daemon, phones, calls, loads, number) for number in range(FOLLOWS)]
        yield _figures(what, follows[1:])  # the first is alone in reading what the phone is


@contextmanager
def _loads() -> Generator[list[Span]]:
    """When pages of the app load, on the monotonic clock."""
    spans: list[Span] = []
    enter = Navigation.enter

    def timed(nav: Navigation, page: Page, load_s: float = 0.0) -> None:
        now = time.perf_counter()
        spans.append((now, now + load_s))
        enter(nav, page, load_s)

    with patch.object(Navigation, "enter", timed):
        yield spans


def _follow(daemon: DroverDaemon, phones: PhoneFarm, calls: Path, loads: list[Span], number: int) -> _Followed:
    serial, everyone = phones.phones[0].serial, Family.of(daemon).everyone
    asked, cpu = _calls(phones, serial), cpu_s(*everyone)
    (task_id,) = daemon.follow(serial, target=f"bench_follow{number}")
    task = daemon.wait_ended(task_id)
    if task.status is not Status.COMPLETED or task.start_time is None or task.end_time is None:
        raise RuntimeError(f"task {task_id} did not complete: {task.remark}")
    clocks = time.perf_counter() - time.time()
    window = task.start_time.timestamp() + clocks, task.end_time.timestamp() + clocks
    waits = within(PAIR.iter_unpack(calls.read_bytes()), window)
    adb_s = covered_s(waits)
    return _Followed(
        all_s=window[1] - window[0],
        adb_s=adb_s,
        app_s=covered_s([*waits, *within(loads, window)]) - adb_s,
        cpu_s=cpu_s(*everyone) - cpu,
        calls=_calls(phones, serial) - asked,
    )


def _calls(phones: PhoneFarm, serial: str) -> float:
    return float(phones.state(serial)["calls"]["total"])


def _figures(what: str, follows: list[_Followed]) -> list[Figure]:
    def median(name: str) -> float:
        return statistics.median(float(getattr(one, name)) for one in follows)

    all_s, adb_s, app_s = median("all_s"), median("adb_s"), median("app_s")
    return [
        Figure(name=f"{what} over its own calls and the app's animations", value=all_s, unit="s",
               baseline=adb_s + app_s, baseline_name="its calls and the animations"),
        Figure(name=f"{what}: waiting for adb", value=adb_s, unit="s"),
        Figure(name=f"{what}: waiting for the app alone", value=app_s, unit="s"),
        Figure(name=f"{what}: the rest, which is ours", value=all_s - adb_s - app_s, unit="s"),
        Figure(name=f"{what}: round trips to the phone", value=median("calls"), unit="calls"),
        Figure(name=f"CPU of {what}, all processes", value=sum(one.cpu_s for one in follows) / len(follows) * 1000,
               unit="ms"),
    ]  # fmt: skip
