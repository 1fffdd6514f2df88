"""From the answer of POST /task to the worker's first step, on one idle simulated phone, as a subscriber hears of it.

The tasks follow somebody who is followed already, so that each does nothing but look. The daemon stays up between the
rounds, so that after the last its worker has had a hundred tasks, and is weighed again.
"""

import http.client
import threading
import time
from collections.abc import Generator
from urllib.parse import urlsplit

from drover.wire.control import CheckLicense
from drover.wire.events import TaskChanged, TaskProgressed
from tests.bench.measure import Figure, median_seconds, tails
from tests.bench.processes import Family, private_mb
from tests.bench.steps import post
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

TASKS = 100
"""In all rounds together; what its worker weighs is said of as many."""


def run(rounds: int) -> Generator[list[Figure]]:
    with AdbServer() as adb, PhoneProcess(adb, 1) as phones, DroverDaemon(adb_port=adb.port, api=True) as daemon:
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        for number in range(rounds):
            name = "POST answered → first step"
            figures = tails(name, _measure(daemon, serial, first=number * 1000, count=max(TASKS // rounds, 1)))
            figures.append(_round_trip(daemon))
            if number == rounds - 1:
                (worker,) = Family.of(daemon).workers
                figures.append(
                    Figure(
                        name=f"memory of a worker after {TASKS} tasks",
                        value=private_mb(worker),
                        unit="MB",
                        note="what it shares with no other process (USS): its PSS among many workers",
                    )
                )
            yield figures


def _round_trip(daemon: DroverDaemon) -> Figure:
    seconds = median_seconds(lambda: daemon.client.call(CheckLicense()), 200)
    return Figure(name="control socket round trip", value=seconds * 1000, unit="ms")


def _measure(daemon: DroverDaemon, serial: str, *, first: int, count: int) -> list[float]:
    first_step: dict[int, float] = {}
    ended: dict[int, threading.Event] = {}
    stop = threading.Event()
    listener = threading.Thread(target=_listen, args=(daemon, first_step, ended, stop))
    listener.start()
    address = urlsplit(daemon.api_url())
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    waits: list[float] = []
    for number in range(first, first + count):
        config = {"target_user": f"followed_bench{number}"}
        body: dict[str, object] = {"serials": [serial], "script_name": "follow", "script_config": config}
        answered, task = post(connection, f"{address.path}task", body)
        ended.setdefault(int(task), threading.Event()).wait(60)
        waits.append(max(first_step[int(task)] - answered, 0.0) * 1000)
    stop.set()
    daemon.follow("R0NEVER", target="wake_the_listener")
    listener.join(10)
    connection.close()
    return waits


def _listen(
    daemon: DroverDaemon, first_step: dict[int, float], ended: dict[int, threading.Event], stop: threading.Event
) -> None:
    with daemon.client.subscribe() as events:
        for event in events:
            match event.body:
                case TaskProgressed(task_id=task_id):
                    first_step.setdefault(task_id, time.perf_counter())
                case TaskChanged(task=task) if task.status.ended:
                    ended.setdefault(task.id, threading.Event()).set()
                case _:
                    pass
            if stop.is_set():
                return
