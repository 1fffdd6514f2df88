"""R25: nothing holds the writer. While each operation on many rows runs, a stream of small durable writes is measured.

A small write is a phone's note, changed over the control socket: it is answered after two commits, its own and the
audit's, so it waits at least as long as an intent does, which needs one.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from drover.client import ControlClient
from drover.store import Store, devices
from drover.store.batch import driver_of
from drover.wire.control import AccountsImported, GetTaskStats, ImportAccounts, SetDevice
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import RequestError
from drover.wire.tasks import TaskStats
from tests.bench.measure import percentile
from tests.bench.million_tasks import FILL
from tests.chaos.finding import Finding
from tests.chaos.service import Service
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

P99_S = 0.2
WATCHDOG_S = 30.0
SERIAL = "R58M1"
EVERY_S = 0.01
KEPT = {f"DROVER_RETENTION_{what}_DAYS": "0" for what in ("HISTORY", "ARTIFACTS", "EVENTS")}
"""Nothing is taken out, until retention is what is measured."""

NOTHING, ALONE = "nothing else", 50
"""What the small writes take by themselves: the machine's part of every figure."""


@dataclass
class Stream:
    """Small writes, one after another; how long each took, by what went on meanwhile."""

    took: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    failed: list[str] = field(default_factory=list[str])
    during: str = ""

    def run(self, daemon: DroverDaemon, ending: threading.Event) -> None:
        with ControlClient(daemon.runtime_dir / "control.sock", client_name="writes", timeout_s=60) as client:
            number = 0
            while not ending.wait(EVERY_S):
                number, during, begun = number + 1, self.during, time.monotonic()
                try:
                    client.ask(SetDevice(serial=SERIAL, note=f"{number}"), Device)
                except RequestError as error:
                    self.failed.append(f"{during}: {error}")
                self.took.setdefault(during, []).append(time.monotonic() - begun)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many rows each operation has."""

    tasks: int
    batch: int
    posts: int
    each: int
    accounts: int


def sizes_of(rounds: int) -> Sizes:
    """Ten thousand tasks a round; a hundred rounds are what the promise speaks of."""
    tasks = 10_000 * rounds
    return Sizes(tasks=tasks, batch=tasks // 10, posts=16, each=tasks // 100, accounts=tasks // 100)


def run(rounds: int = 100, *, sizes: Sizes | None = None, p99_s: float = P99_S) -> Finding:
    """All operations on one daemon; then retention, which begins with a start."""
    sizes = sizes or sizes_of(rounds)
    finding = Finding(promise="R25 the writer is never held")
    stream, spent = Stream(), dict[str, float]()
    with AdbServer() as adb:
        daemon = DroverDaemon(adb_port=adb.port, api=True, settings=KEPT)
        _fill(daemon, sizes.tasks)
        operations: dict[str, Callable[[], None]] = {
            NOTHING: lambda: _nothing(stream),
            "retry-all": lambda: _retry_all(daemon, finding),
            "parallel posts": lambda: _posts(daemon, finding, sizes),
            "import": lambda: _import(daemon, finding, sizes.accounts),
            "delete batch": lambda: _delete(daemon, finding, sizes),
        }
        with daemon:
            _phase(daemon, finding, stream, operations, spent)
            daemon.environment["DROVER_RETENTION_HISTORY_DAYS"] = "1"
            _phase(daemon, finding, stream, {"retention": lambda: _retention(daemon, finding)}, spent)
    finding.check(not stream.failed, f"{len(stream.failed)} small writes failed: {stream.failed[:3]}")
    finding.figure = _judged(finding, stream, spent, p99_s)
    return finding


def _phase(
    daemon: DroverDaemon,
    finding: Finding,
    stream: Stream,
    operations: dict[str, Callable[[], None]],
    spent: dict[str, float],
) -> None:
    """Start the daemon anew, under systemd's watchdog, and run these while small writes go on."""
    daemon.stop()
    with Service(daemon, WATCHDOG_S) as service:
        daemon.api_url()
        with _running(stream, daemon):
            for name, operation in operations.items():
                spent[name] = _during(stream, name, operation)
        finding.check(service.restarts == 0, f"the watchdog ended the daemon {service.restarts} times")
        finding.check("watchdog_withheld" not in daemon.log(), "the watchdog's ping was withheld")


def _judged(finding: Finding, stream: Stream, spent: dict[str, float], p99_s: float) -> str:
    parts: list[str] = []
    for name, seconds in spent.items():
        took = stream.took.get(name, [])
        finding.trials += len(took)
        p99 = percentile(took, 99) if took else 0.0
        finding.check(p99 <= p99_s, f"{name}: p99 of a small write {p99 * 1000:.0f} ms")
        parts.append(f"{name} {seconds:.1f} s, p99 {p99 * 1000:.0f} ms, worst {max(took, default=0.0) * 1000:.0f} ms")
    return "; ".join(parts)


def _during(stream: Stream, name: str, operation: Callable[[], None]) -> float:
    stream.during, begun = name, time.monotonic()
    try:
        operation()
    finally:
        stream.during = ""
    return time.monotonic() - begun


@contextmanager
def _running(stream: Stream, daemon: DroverDaemon) -> Generator[None]:
    ending = threading.Event()
    thread = threading.Thread(target=stream.run, args=(daemon, ending))
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(60)


def _fill(daemon: DroverDaemon, count: int) -> None:
    daemon.data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(daemon.data_dir / "drover.db") as store:
        store.write_sync(lambda conn: driver_of(conn).execute(FILL.format(rows=count)).rowcount)
        store.write_sync(devices.put, Device(serial=SERIAL, state=DeviceState.ABSENT))


# --- the operations -----------------------------------------------------------------------------------------------


def _ask(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and envelope; the client is patient, as clients of long work are."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=1800)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, f"{address.path}{path}", text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def _nothing(stream: Stream) -> None:
    wait_until(lambda: len(stream.took.get(NOTHING, [])) >= ALONE, timeout_s=60, what="small writes")


def _stats(daemon: DroverDaemon) -> TaskStats:
    return daemon.client.ask(GetTaskStats(), TaskStats)


def _retry_all(daemon: DroverDaemon, finding: Finding) -> None:
    before = _stats(daemon)
    status, answer = _ask(daemon.api_url(), "POST", "task/retry-all")
    after = _stats(daemon)
    finding.check(status == 200, f"retry-all answered {status}: {answer['message']}")
    finding.check(answer["data"] == {"retried_count": before.failed, "skipped": []}, f"retry-all: {answer['data']}")
    finding.check((after.failed, after.pending) == (0, before.pending + before.failed), f"retry-all left {after}")


def _posts(daemon: DroverDaemon, finding: Finding, sizes: Sizes) -> None:
    before, url = _stats(daemon), daemon.api_url()  # its client is for one thread
    serials = [f"R0ABSENT{n}" for n in range(10)]

    def post(number: int) -> tuple[int, Any]:
        targets = [f"r25.{number}.{n}" for n in range(sizes.each // len(serials))]
        return _ask(url, "POST", "task", _task(serials, targets))

    with ThreadPoolExecutor(sizes.posts) as pool:
        answers = list(pool.map(post, range(sizes.posts)))
    ids = [one for status, answer in answers if status == 200 for one in answer["data"]["task_ids"]]
    refused = [answer for status, answer in answers if status != 200]
    finding.check(all(answer["code"] == 50301 for answer in refused), f"posts: {refused[:2]}")
    finding.check(bool(ids), "no post was accepted")
    finding.check(len(ids) == len(set(ids)) == sizes.each * (sizes.posts - len(refused)), f"{len(ids)} ids")
    made = _stats(daemon).total - before.total
    finding.check(made == len(ids), f"{made} tasks were made, {len(ids)} answered")


def _task(serials: Sequence[str], targets: Sequence[str]) -> dict[str, Any]:
    return {"serials": serials, "script_name": "follow", "script_config": {"target_users": targets}}


def _import(daemon: DroverDaemon, finding: Finding, count: int) -> None:
    csv = "username,serial\n" + "".join(f"r25_{n},{SERIAL}\n" for n in range(count))
    done = daemon.client.ask(ImportAccounts(csv=csv), AccountsImported)
    finding.check(done.created == count, f"import: {done}")


def _delete(daemon: DroverDaemon, finding: Finding, sizes: Sizes) -> None:
    before = _stats(daemon)
    missing = [10**9, 10**9 + 1]
    wanted = [*range(sizes.tasks - sizes.batch + 1, sizes.tasks + 1), *missing]
    status, answer = _ask(daemon.api_url(), "DELETE", "task/batch", {"task_ids": wanted})
    finding.check(status == 200, f"delete answered {status}: {answer['message']}")
    true = {"deleted_count": sizes.batch, "not_found": missing}
    finding.check(answer["data"] == true, f"delete: {answer['message']}")
    gone = before.total - _stats(daemon).total
    finding.check(gone == sizes.batch, f"delete: {gone} tasks are gone")


def _retention(daemon: DroverDaemon, finding: Finding) -> None:
    """What ended long ago goes, from the start on."""
    wait_until(lambda: "retention_swept" in daemon.log(), timeout_s=3600, what="the sweep")
    finding.check(_stats(daemon).completed == 0, "retention left old tasks")
