"""POSTs while a request or retention takes out many rows: how long they wait meanwhile, over HTTP, of a real daemon."""

import http.client
import json
import shutil
import time
from collections.abc import Callable, Generator
from urllib.parse import urlsplit

from tests.bench.load import Load, Loaded, LoadProcess, request
from tests.bench.load import run as run_load
from tests.bench.measure import Figure
from tests.bench.million import filled
from tests.bench.posting import BODY
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

TASKS, DELETED, PRUNED = 300_000, 50_000, 100_000
WRITERS, MOST_S, ALONE_S = 2, 240.0, 1.0
SWEPT_S = 8.0
KEPT = {f"DROVER_RETENTION_{what}_DAYS": "0" for what in ("HISTORY", "ARTIFACTS", "EVENTS")}


def run(rounds: int) -> Generator[list[Figure]]:
    with AdbServer() as adb:
        template = DroverDaemon(adb_port=adb.port)
        filled(template, TASKS, old=PRUNED)
        try:
            for _ in range(rounds):
                yield _round(adb, template)
        finally:
            shutil.rmtree(template.folder)


def _round(adb: AdbServer, template: DroverDaemon) -> list[Figure]:
    daemon = DroverDaemon(adb_port=adb.port, api=True, settings=KEPT)
    shutil.copytree(template.data_dir, daemon.data_dir, dirs_exist_ok=True)
    with daemon:
        alone = run_load(_writes(daemon.api_url(), ALONE_S))
        deleted = _meanwhile(daemon, lambda: _delete(daemon.api_url()))
        daemon.stop()
        daemon.environment["DROVER_RETENTION_HISTORY_DAYS"] = "1"
        daemon.start()
        pruned = _meanwhile(daemon, lambda: _swept(daemon))
    return [*_figures("delete batch of 50,000", deleted, alone), *_figures("prune of 100,000", pruned, alone)]


def _writes(url: str, seconds: float) -> Load:
    data = request("POST", f"{urlsplit(url).path}task", BODY)
    return Load.on(url, data, connections=WRITERS, seconds=seconds)


def _meanwhile(daemon: DroverDaemon, work: Callable[[], None]) -> tuple[float, Loaded]:
    """Seconds that the work took, and the POSTs meanwhile."""
    with LoadProcess(_writes(daemon.api_url(), MOST_S)) as load:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun, load.end()


def _delete(url: str) -> None:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=MOST_S)
    ids = list(range(TASKS - DELETED - 10_000, TASKS - 10_000))
    body = json.dumps({"task_ids": ids})
    connection.request("DELETE", f"{address.path}task/batch", body, {"Content-Type": "application/json"})
    answer = json.load(connection.getresponse())
    connection.close()
    if answer["data"]["deleted_count"] != DELETED:
        raise RuntimeError(f"delete answered {answer}")


def _swept(daemon: DroverDaemon) -> None:
    """Retention begins with the daemon; one step of it is like another, so not every round waits for all."""
    end = time.monotonic() + SWEPT_S
    wait_until(lambda: "retention_swept" in daemon.log() or time.monotonic() > end, timeout_s=MOST_S, what="the sweep")


def _figures(what: str, measured: tuple[float, Loaded], alone: Loaded) -> list[Figure]:
    spent_s, posts = measured
    return [
        Figure(name=f"{what}: longest POST meanwhile", value=posts.longest_ms, unit="ms", baseline=alone.longest_ms,
               baseline_name="with nothing else"),
        Figure(name=f"{what}: POST meanwhile, p99", value=posts.p99_ms, unit="ms", baseline=alone.p99_ms,
               baseline_name="with nothing else"),
        Figure(name=f"{what}: watched for", value=spent_s, unit="s", note=f"at most {SWEPT_S:g} s of a prune"),
    ]  # fmt: skip
