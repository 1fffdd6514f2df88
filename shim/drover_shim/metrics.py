"""Figures for Prometheus: the daemon's, asked for at each scrape, and the gateway's own. No serial, name or text."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from drover.client import ControlError
from drover.wire.control import DaemonStatus
from drover.wire.holds import FAILURES, PERSON, PauseSubject, Trouble
from drover_shim.streams import Streams

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The gateway's counters; one for each application."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Counter(
            "drover_http_requests",
            "Answers of the HTTP gateway, by route and code.",
            ["route", "code"],
            registry=self._registry,
        )
        self._series: dict[tuple[str, int], Counter] = {}

    def answered(self, route: str, code: int) -> None:
        """Count one answer; `route` is a pattern of the table, so that the number of series is bounded."""
        series = self._series.get((route, code))
        if series is None:
            series = self._series[route, code] = self._requests.labels(route, str(code))
        series.inc()

    def render(self, status: DaemonStatus | ControlError) -> bytes:
        """The text that Prometheus reads."""
        once = CollectorRegistry(auto_describe=False)
        once.register(_Now(status, self._streams))
        return bytes(generate_latest(self._registry)) + bytes(generate_latest(once))


class _Now(Collector):
    """What holds at this moment."""

    def __init__(self, status: DaemonStatus | ControlError, streams: Streams) -> None:
        self._status = status
        self._streams = streams

    def collect(self) -> Iterator[Any]:
        status = self._status
        up = isinstance(status, DaemonStatus)
        yield GaugeMetricFamily("drover_up", "Whether the daemon answers.", value=up)
        yield GaugeMetricFamily("drover_http_event_streams", "Event streams that are open.", value=self._streams.open)
        if isinstance(status, DaemonStatus):
            yield from _of_daemon(status)


def _of_daemon(status: DaemonStatus) -> Iterator[Any]:
    yield InfoMetricFamily("drover_daemon", "The running daemon.", value={"version": status.daemon_version})
    tasks = GaugeMetricFamily("drover_tasks", "Tasks, by status.", labels=["status"])
    for word in ("pending", "running", "completed", "failed"):
        tasks.add_metric([word], getattr(status.tasks, word))
    yield tasks
    restored = "Tasks held since a backup was restored."
    yield GaugeMetricFamily("drover_tasks_restored", restored, value=status.restored)
    devices = GaugeMetricFamily("drover_devices", "Phones, by state.", labels=["state"])
    for state, number in status.devices.items():
        devices.add_metric([state], number)
    yield devices
    yield from _paused(status)
    troubles = CounterMetricFamily("drover_troubles", "What was done about trouble, by name.", labels=["name"])
    for name, count in status.counters.items():
        troubles.add_metric([name], count)
    yield troubles
    yield GaugeMetricFamily("drover_workers", "Worker processes.", value=status.workers)
    yield GaugeMetricFamily("drover_adb_connected", "Whether the adb server answers.", value=status.adb_connected)
    yield GaugeMetricFamily("drover_draining", "Whether the daemon is ending.", value=status.draining)
    started = status.started_at.timestamp()
    yield GaugeMetricFamily("drover_started_timestamp_seconds", "When the daemon started.", value=started)
    yield CounterMetricFamily(
        "drover_messages_dropped", "Malformed or forged messages that were dropped.", value=status.messages_dropped
    )
    done = status.activity
    yield CounterMetricFamily("drover_control_requests", "Requests on the control socket.", value=done.requests)
    yield CounterMetricFamily("drover_store_commits", "Commits of the database.", value=done.commits)
    yield CounterMetricFamily("drover_store_writes", "Writes in those commits.", value=done.writes)
    yield CounterMetricFamily("drover_store_reads", "Reads of the database.", value=done.reads)


def _paused(status: DaemonStatus) -> Iterator[Any]:
    """What is paused, by who paused it, and how many tasks wait for that."""
    names = {
        PauseSubject.ACCOUNT: GaugeMetricFamily(
            "drover_accounts_paused", "Pauses of accounts, by reason.", labels=["reason"]
        ),
        PauseSubject.DEVICE: GaugeMetricFamily(
            "drover_devices_paused", "Pauses of phones, by reason.", labels=["reason"]
        ),
    }
    reasons = {PauseSubject.ACCOUNT: [*Trouble, PERSON], PauseSubject.DEVICE: [FAILURES, PERSON]}
    for subject, family in names.items():
        for reason in reasons[subject]:
            found = [pause for pause in status.pauses if pause.subject is subject and pause.reason == reason]
            family.add_metric([str(reason)], len(found))
        yield family
    yield GaugeMetricFamily(
        "drover_tasks_held", "Pending tasks that wait for a pause or a disabled account.", value=status.held
    )
