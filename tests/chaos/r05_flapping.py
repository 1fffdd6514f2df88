"""R5: one phone comes and goes each second. It is taken back at growing intervals; the others notice nothing."""

import json
import re
import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime
from itertools import pairwise

from drover.wire.control import ListTasks, TaskPage
from tests.bench.measure import percentile
from tests.chaos.finding import Finding
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Accepted, Load
from tests.chaos.rig import Rig, rig

LINES_EVERY_S = 10.0
SLOWER = 1.1
_HELD = re.compile(r"takes it back in ([\d.]+) s")
TOLERANCE = 0.2


def run(rounds: int = 60, *, phones: int = 20, per_s: float = 2, timed: bool = True) -> Finding:
    """`rounds` seconds of flapping, after as many of quiet to compare with."""
    finding = Finding(promise="R5 flapping phone", trials=rounds)
    with rig(phones) as it:
        flapping, *others = it.serials
        quiet = _work(it, finding, others, rounds, per_s)
        stop = threading.Event()
        toggling = threading.Thread(target=_toggle, args=(it, flapping, stop), daemon=True)
        begun = datetime.now().astimezone()
        toggling.start()
        noisy = _work(it, finding, others, rounds, per_s)
        stop.set()
        toggling.join(30)
        took = (datetime.now().astimezone() - begun).total_seconds()
        lines = [row for row in _lines(it, flapping) if datetime.fromisoformat(row["timestamp"]) >= begun]
        # From the moment on at which it is known to flap: until then its changes are as good as anybody's.
        lines = lines[next((n for n, row in enumerate(lines) if row["action"] == "device_flaps"), 0) :]
        allowed = took / LINES_EVERY_S + 1
        finding.check(len(lines) <= allowed, f"{len(lines)} log lines of it in {took:.0f} s: {lines[:3]}")
        starts = _admissions(it, flapping)
        _judge_admissions(finding, starts)
        begun_s = time.monotonic()
        it.wait_there(flapping, timeout_s=180)
        finding.check(
            not timed or noisy <= quiet * SLOWER, f"p99 of the others rose from {quiet:.1f} s to {noisy:.1f} s"
        )
        finding.figure = (
            f"taken back after {', '.join(f'{hold:.1f}' for hold in starts)} s; "
            f"{len(lines)} log lines in {took:.0f} s; others' p99 {quiet:.2f} s quiet, {noisy:.2f} s beside it; "
            f"itself back {time.monotonic() - begun_s:.0f} s after its last trouble"
        )
    return finding


def _toggle(it: Rig, serial: str, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        it.phones.fault(serial, "offline")
        stop.wait(1.0)
        it.phones.clear_fault(serial, "offline")


def _work(it: Rig, finding: Finding, serials: list[str], seconds: float, per_s: float) -> float:
    """p99 of how long the tasks of these phones took once they had begun."""
    with Load(it.daemon.runtime_dir, serials, per_s=per_s, seed=int(time.monotonic())) as load:
        threading.Event().wait(seconds)
    until_ended(it, load.accepted, timeout_s=180)
    judge(it, finding, load.accepted)
    return percentile(_durations(it, load.accepted), 99)


def _durations(it: Rig, accepted: list[Accepted]) -> list[float]:
    mine = {task.task_id for task in accepted}
    page = it.daemon.client.ask(ListTasks(page_size=100), TaskPage)
    return [
        (task.end_time - task.start_time).total_seconds()
        for task in page.tasks
        if task.id in mine and task.end_time is not None and task.start_time is not None
    ] or [0.0]


def _lines(it: Rig, serial: str) -> list[dict[str, str]]:
    rows = (json.loads(line) for line in it.daemon.log().splitlines() if line.startswith("{"))
    return [row for row in rows if row.get("device") == serial]


def _admissions(it: Rig, serial: str) -> list[float]:
    """For how long it was held back each time, as its stored events tell."""
    with closing(sqlite3.connect(f"file:{it.daemon.data_dir / 'drover.db'}?mode=ro", uri=True)) as conn:
        bodies = [str(row[0]) for row in conn.execute("SELECT body FROM events ORDER BY id")]
    return [float(found[1]) for body in bodies if serial in body and (found := _HELD.search(body))]


def _judge_admissions(finding: Finding, holds: list[float]) -> None:
    finding.check(len(holds) >= 2, f"it was held back {len(holds)} times only")
    for before, after in pairwise(holds):
        low, high = 2 * (1 - TOLERANCE) / (1 + TOLERANCE), 2 * (1 + TOLERANCE) / (1 - TOLERANCE)
        finding.check(after >= 48 or low <= after / before <= high, f"held back {before:.1f} s, then {after:.1f} s")
