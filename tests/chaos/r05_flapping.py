"""R5: one phone comes and goes each second. It is taken back at growing intervals; the others notice nothing."""

import json
import re
import sqlite3
import threading
import time
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from typing import Any

from drover.policy.flapping import FIRST_S, JITTER, MAX_S
from drover.store.types import from_micros
from tests.bench.measure import percentile
from tests.chaos.finding import Finding
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Accepted, Load
from tests.chaos.rig import Rig, rig
from tests.support.phones import wait_until

LINES_EVERY_S = 10.0
SLOWER = 1.1
_HELD = re.compile(r"takes it back in ([\d.]+) s")
SEEN_S = 4.0
"""Beyond its time a phone is taken back when it is there again, which in its rhythm is every two seconds."""


def run(rounds: int = 60, *, phones: int = 20, per_s: float = 4, timed: bool = True) -> Finding:
    """`rounds` seconds of flapping, between as many of quiet before and after it to compare with."""
    finding = Finding(promise="R5 flapping phone", trials=rounds)
    with rig(phones) as it:
        flapping, *others = it.serials
        before = _work(it, finding, others, rounds, per_s)
        stop = threading.Event()
        toggling = threading.Thread(target=_toggle, args=(it, flapping, stop), daemon=True)
        begun = datetime.now().astimezone()
        toggling.start()
        noisy = _work(it, finding, others, rounds, per_s)
        stop.set()
        toggling.join(30)
        ended = datetime.now().astimezone()
        lines = _judge_lines(it, finding, flapping, begun, ended)
        begun_s = time.monotonic()
        it.wait_there(flapping, timeout_s=180)
        back_s = time.monotonic() - begun_s
        holds = _judge_holds(it, finding, flapping, timed=timed)
        # The machine's own ups and downs are what two quiet minutes differ by.
        quiet = sorted([before, _work(it, finding, others, rounds, per_s)])
        finding.check(
            not timed or noisy <= quiet[1] * SLOWER,
            f"p99 of the others was {noisy:.2f} s meanwhile, quiet {quiet[0]:.2f} and {quiet[1]:.2f} s",
        )
        finding.figure = (
            f"taken back after {', '.join(f'{hold:.1f}' for hold in holds)} s; {lines}; others' p99 {noisy:.2f} s "
            f"meanwhile, quiet {quiet[0]:.2f} and {quiet[1]:.2f} s; itself back {back_s:.0f} s after its last trouble"
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
    left = until_ended(it, load.accepted, timeout_s=180)
    finding.check(left == 0, f"{left} tasks of the others have not ended")
    judge(it, finding, load.accepted)
    return percentile(_durations(it, load.accepted), 99)


def _durations(it: Rig, accepted: list[Accepted]) -> list[float]:
    mine = {task.task_id for task in accepted}
    with closing(_database(it)) as conn:
        rows = conn.execute("SELECT id, end_time - start_time FROM tasks WHERE end_time IS NOT NULL").fetchall()
    return [micros / 1e6 for task_id, micros in rows if task_id in mine and micros is not None] or [0.0]


def _judge_lines(it: Rig, finding: Finding, serial: str, begun: datetime, ended: datetime) -> str:
    """From the line on that says that it flaps; until then its changes are as good as anybody's."""
    rows = (json.loads(line) for line in it.daemon.log().splitlines() if line.startswith("{"))
    lines = [(datetime.fromisoformat(row["timestamp"]), row["action"]) for row in rows if row.get("device") == serial]
    lines = [(at, action) for at, action in lines if begun <= at <= ended]
    known = next((n for n, (_, action) in enumerate(lines) if action == "device_flaps"), len(lines))
    took = (ended - begun).total_seconds()
    finding.check(known < len(lines), "no line says that it flaps")
    allowed = took / LINES_EVERY_S + 1
    finding.check(len(lines) - known <= allowed, f"{len(lines) - known} lines in {took:.0f} s: {lines[known:]}")
    return f"{len(lines)} log lines in {took:.0f} s, {known} of them before it was known to flap"


def _judge_holds(it: Rig, finding: Finding, serial: str, *, timed: bool) -> list[float]:
    """How long it was held back each time, by its stored events: 1, 2, 4 ... 60 s ± 20 %, and really for so long."""
    # The event of its return is stored with the next commit, or some ms after it is shown.
    wait_until(lambda: _changes(it, serial)[-1][1]["state"] == "idle", what="the event of its return")
    mine = _changes(it, serial)
    holds: list[float] = []
    for (at, device), (then, following) in pairwise(mine):
        if found := _HELD.search(device["reason"]):
            hold, nominal = float(found[1]), min(MAX_S, FIRST_S * 2.0 ** len(holds))
            within = nominal * (1 - JITTER) - 0.06 <= hold <= nominal * (1 + JITTER) + 0.06  # shown with one decimal
            finding.check(within, f"held back {hold:.1f} s, {nominal:.0f} s ± {JITTER:.0%} expected")
            late = (then - at).total_seconds() - hold
            finding.check(
                late >= -0.2 and (late <= SEEN_S or not timed),
                f"held back {hold:.1f} s and {following['state']} {late:+.1f} s from then",
            )
            holds.append(hold)
    finding.check(len(holds) >= 2, f"it was held back {len(holds)} times only")
    return holds


def _changes(it: Rig, serial: str) -> list[tuple[datetime, dict[str, Any]]]:
    """The stored events of the phone, oldest first."""
    with closing(_database(it)) as conn:
        rows = conn.execute("SELECT at, body FROM events ORDER BY id").fetchall()
    found = [(from_micros(at), json.loads(body)["device"]) for at, body in rows if '"device_changed"' in body]
    return [(at, device) for at, device in found if device["serial"] == serial]


def _database(it: Rig) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{it.daemon.data_dir / 'drover.db'}?mode=ro", uri=True)
