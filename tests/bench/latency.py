"""From the answer of POST /task to the worker's first step, on one idle simulated phone.

The tasks follow somebody who is followed already, so that each does nothing but look.
"""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from drover.wire.control import CheckLicense
from drover.wire.events import TaskChanged, TaskProgressed
from tests.bench.measure import Figure, median_seconds, percentile
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

TASKS = 100


def run() -> list[Figure]:
    with AdbServer() as adb, PhoneProcess(adb, 1) as phones, DroverDaemon(adb_port=adb.port, api=True) as daemon:
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        waits = _measure(daemon, serial)
        round_trip = median_seconds(lambda: daemon.client.call(CheckLicense()), 500) * 1000
    name = "control socket round trip"
    return [
        Figure(name=f"POST answered → first step, p50 of {TASKS}", value=percentile(waits, 50), unit="ms",
               baseline=round_trip, baseline_name=name),
        Figure(name=f"POST answered → first step, p99 of {TASKS}", value=percentile(waits, 99), unit="ms",
               baseline=round_trip, baseline_name=name),
    ]  # fmt: skip


def _measure(daemon: DroverDaemon, serial: str) -> list[float]:
    """Milliseconds of each task; a first step that overtakes the answer counts as zero."""
    first_step: dict[int, float] = {}
    ended: dict[int, threading.Event] = {}
    stop = threading.Event()
    listener = threading.Thread(target=_listen, args=(daemon, first_step, ended, stop))
    listener.start()
    address = urlsplit(daemon.api_url())
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    waits: list[float] = []
    for number in range(TASKS):
        config = {"target_user": f"followed_bench{number}"}
        body = json.dumps({"serials": [serial], "script_name": "follow", "script_config": config})
        connection.request("POST", f"{address.path}task", body, {"Content-Type": "application/json"})
        answer = json.load(connection.getresponse())
        answered = time.perf_counter()
        (task_id,) = answer["data"]["task_ids"]
        ended.setdefault(task_id, threading.Event()).wait(60)
        waits.append(max(first_step[task_id] - answered, 0.0) * 1000)
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
