"""One follow task on a simulated phone without added latency: seconds, and what it asks of adb and the phone."""

import statistics

from drover.phone.phone import Phone
from drover.wire.tasks import Status
from tests.bench.measure import Figure, median_seconds
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess, StateClient

RUNS = 15


def run() -> list[Figure]:
    figures: list[Figure] = []
    for engine in ("uiautomator2", "adb"):
        with AdbServer() as adb, PhoneProcess(adb, 1) as phones:
            serial = phones.phones[0].serial
            phone = Phone.open(serial, adb_port=adb.port, engine=engine)
            look_s = median_seconds(phone.screen, RUNS)
            phone.close()
            with DroverDaemon(adb_port=adb.port, settings={"DROVER_DEVICES_ENGINE": engine}) as daemon:
                daemon.wait_idle(serial)
                seconds, trips = _follows(daemon, phones, serial)
        what = f"a follow task, engine {engine}"
        baseline = "one look at the screen by the same engine"
        figures += [
            Figure(name=f"{what}, median of {RUNS}", value=seconds, unit="s", baseline=look_s, baseline_name=baseline),
            Figure(name=f"{what}, round trips to the phone", value=trips, unit="calls"),
        ]
    return figures


def _follows(daemon: DroverDaemon, phones: StateClient, serial: str) -> tuple[float, float]:
    seconds: list[float] = []
    trips: list[float] = []
    for number in range(RUNS):
        before = _calls(phones, serial)
        (task_id,) = daemon.follow(serial, target=f"bench_follow{number}")
        task = daemon.wait_ended(task_id)
        if task.status is not Status.COMPLETED or task.start_time is None or task.end_time is None:
            raise RuntimeError(f"task {task_id} did not complete: {task.remark}")
        seconds.append((task.end_time - task.start_time).total_seconds())
        trips.append(_calls(phones, serial) - before)
    return statistics.median(seconds), statistics.median(trips)


def _calls(phones: StateClient, serial: str) -> float:
    calls = phones.state(serial)["calls"]
    return float(calls["total"])
