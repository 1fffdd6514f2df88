"""R25: nothing holds the writer. While each operation on many rows runs, a stream of small durable writes is measured.

A small write is a phone's note, changed over the control socket: it is answered after two commits, its own and the
audit's, so it waits at least as long as an intent does, which needs one. The operations are in r25_operations.py.
"""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from drover.client import ControlClient
from drover.store import Store, devices
from drover.wire.control import SetDevice
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import RequestError
from tests.bench.filling import fill
from tests.bench.measure import percentile
from tests.chaos.finding import Finding
from tests.chaos.r25_operations import ABSENT, NOTED, Operation, Operations, Phones, Sizes, hold_what_waits, sizes_of
from tests.chaos.service import Service
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

P99_S = 0.2
WATCHDOG_S = 30.0
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
                    client.ask(SetDevice(serial=NOTED, note=f"{number}"), Device)
                except RequestError as error:
                    self.failed.append(f"{during}: {error}")
                self.took.setdefault(during, []).append(time.monotonic() - begun)


def run(rounds: int = 100, *, sizes: Sizes | None = None, p99_s: float = P99_S) -> Finding:
    """All operations on one daemon; then those that need a restored database, and retention, which begins with a start.

    Says how far it is: at full length it takes some minutes.
    """
    sizes = sizes or sizes_of(rounds)
    finding = Finding(promise="R25 the writer is never held")
    stream, spent = Stream(), dict[str, float]()
    with AdbServer() as adb, Phones(adb) as phones:
        daemon = DroverDaemon(adb_port=phones.adb_port, api=True, settings=KEPT)
        with _reported(f"{sizes.tasks} tasks stored"):
            _fill(daemon, sizes)
        operations = Operations(daemon, finding, sizes, phones)
        with daemon:
            alone = {NOTHING: lambda: _nothing(stream)}
            _phase(daemon, finding, stream, {**alone, **operations.at_first()}, spent)
            daemon.stop()
            phones.detach()
            with _reported("restored"):
                hold_what_waits(daemon)
            _phase(daemon, finding, stream, operations.when_restored(), spent)
            daemon.environment["DROVER_RETENTION_HISTORY_DAYS"] = "1"
            _phase(daemon, finding, stream, operations.at_last(), spent)
    finding.check(not stream.failed, f"{len(stream.failed)} small writes failed: {stream.failed[:3]}")
    finding.figure = _judged(finding, stream, spent, p99_s)
    return finding


def _phase(
    daemon: DroverDaemon,
    finding: Finding,
    stream: Stream,
    operations: dict[str, Operation],
    spent: dict[str, float],
) -> None:
    """Start the daemon again, under systemd's watchdog, and run these while small writes go on."""
    daemon.stop()
    with Service(daemon, WATCHDOG_S) as service:
        daemon.api_url()
        with _running(stream, daemon):
            for name, operation in operations.items():
                with _reported(name):
                    spent[name] = _during(stream, name, operation)
        finding.check(service.restarts == 0, f"the watchdog ended the daemon {service.restarts} times")
        finding.check("watchdog_withheld" not in daemon.log(), "the watchdog's ping was withheld")


@contextmanager
def _reported(what: str) -> Generator[None]:
    begun = time.monotonic()
    yield
    print(f"R25: {what} in {time.monotonic() - begun:.1f} s", flush=True)


def _judged(finding: Finding, stream: Stream, spent: dict[str, float], p99_s: float) -> str:
    parts: list[str] = []
    for name, seconds in spent.items():
        took = stream.took.get(name, [])
        finding.trials += len(took)
        p99 = percentile(took, 99) if took else 0.0
        finding.check(p99 <= p99_s, f"{name}: p99 of a small write {p99 * 1000:.0f} ms")
        parts.append(f"{name} {seconds:.1f} s, p99 {p99 * 1000:.0f} ms, worst {max(took, default=0.0) * 1000:.0f} ms")
    return "; ".join(parts)


def _during(stream: Stream, name: str, operation: Operation) -> float:
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


def _fill(daemon: DroverDaemon, sizes: Sizes) -> None:
    daemon.data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(daemon.data_dir / "drover.db") as store:
        store.write_sync(fill, sizes.tasks, old=sizes.batch)
        for serial in (NOTED, ABSENT):
            store.write_sync(devices.put, Device(serial=serial, state=DeviceState.ABSENT))


def _nothing(stream: Stream) -> None:
    wait_until(lambda: len(stream.took.get(NOTHING, [])) >= ALONE, timeout_s=60, what="small writes")
