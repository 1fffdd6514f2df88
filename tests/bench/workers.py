"""A hundred phones: how long until every worker said hello and every phone is idle, and what a worker weighs."""

import json
import statistics
import subprocess
import sys
import time
from datetime import datetime

import psutil

from drover.wire.devices import DeviceState
from tests.bench.measure import Figure, median_seconds
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess, wait_until

PHONES = 100


def run() -> list[Figure]:
    interpreter_s = median_seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
    settings = {
        "DROVER_DAEMON_LOG_LEVEL": "debug",
        "DROVER_DEVICES_ENGINE": "adb",
        "DROVER_LICENSE_PLAN": "Business",
    }
    with AdbServer() as adb, PhoneProcess(adb, PHONES), DroverDaemon(adb_port=adb.port, settings=settings) as daemon:
        begun = time.perf_counter()
        wait_until(lambda: _idle(daemon) == PHONES, timeout_s=120, what=f"{PHONES} idle phones")
        idle_s = time.perf_counter() - begun
        hello_s = _span(daemon.log(), "adb_tracked", "worker_hello")
        weights = _weights_mb(daemon.process.pid)
    per_interpreter = f"{PHONES} bare interpreters, one after another"
    return [
        Figure(name=f"{PHONES} workers said hello, after adb listed them", value=hello_s, unit="s",
               baseline=interpreter_s * PHONES, baseline_name=per_interpreter),
        Figure(name=f"{PHONES} phones idle, after the daemon answered", value=idle_s, unit="s"),
        Figure(name="memory of one worker (PSS), median", value=statistics.median(weights), unit="MB",
               baseline=_interpreter_mb(), baseline_name="a bare interpreter's PSS"),
    ]  # fmt: skip


def _idle(daemon: DroverDaemon) -> int:
    return sum(state is DeviceState.IDLE for state in daemon.states().values())


def _span(log: str, first: str, last: str) -> float:
    """Seconds from the first line with one action to the last line with the other."""
    rows = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    stamps = {
        action: [datetime.fromisoformat(row["timestamp"]) for row in rows if row["action"] == action]
        for action in (first, last)
    }
    if len(stamps[last]) < PHONES:
        raise RuntimeError(f"{len(stamps[last])} of {PHONES} workers said hello")
    return (max(stamps[last]) - min(stamps[first])).total_seconds()


def _weights_mb(daemon_pid: int) -> list[float]:
    workers = [
        process
        for child in psutil.Process(daemon_pid).children()
        for process in child.children()
        if "drover.worker.zygote" in " ".join(child.cmdline())
    ]
    return [process.memory_full_info().pss / 1e6 for process in workers]


def _interpreter_mb() -> float:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        time.sleep(0.5)  # nothing tells that an interpreter is ready; this is a figure, not a test
        return float(psutil.Process(process.pid).memory_full_info().pss / 1e6)
    finally:
        process.kill()
        process.communicate()
