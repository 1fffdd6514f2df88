"""The judges: no accepted task lost, no attempt begun twice, no effect twice, every end by the rules of delivery."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from drover.wire.tasks import Effect, Status
from tests.chaos.finding import Finding
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig
from tests.support.phones import StateClient, wait_until


def counted(phones: StateClient, serials: Iterable[str]) -> dict[tuple[str, str], int]:
    """(serial, target) to how often the app's server saw the follow."""
    return {
        (serial, row["target"]): row["count"]
        for serial in serials
        for row in phones.state(serial)["effects"]
        if row["kind"] == "follow"
    }


def judge(rig: Rig, finding: Finding, accepted: Sequence[Accepted]) -> None:
    """All judges over what was accepted and what the phones saw."""
    seen = counted(rig.phones, rig.serials)
    for (serial, target), count in seen.items():
        finding.check(count <= 1, f"@{target} was followed {count} times on {serial}")
    with closing(sqlite3.connect(f"file:{_database(rig)}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        _judge_rows(conn, finding)
        rows = {row["id"]: row for row in conn.execute("SELECT * FROM tasks")}
    for task in accepted:
        _judge_task(finding, task, rows.get(task.task_id), seen.get((task.serial, task.target), 0))


def judge_store(rig: Rig, finding: Finding) -> None:
    """The store by itself: sound, no attempt begun twice, no two at once on a phone."""
    with closing(sqlite3.connect(f"file:{_database(rig)}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        _judge_rows(conn, finding)


def _judge_rows(conn: sqlite3.Connection, finding: Finding) -> None:
    verdict = conn.execute("PRAGMA quick_check").fetchone()[0]
    finding.check(verdict == "ok", f"quick_check says {verdict}")
    twice = "SELECT task_id, attempt FROM attempts GROUP BY task_id, attempt HAVING COUNT(*) > 1"
    for row in conn.execute(twice):
        finding.violations.append(f"attempt {row['attempt']} of task {row['task_id']} was begun twice")
    both = "SELECT serial FROM attempts WHERE ended_at IS NULL GROUP BY serial HAVING COUNT(*) > 1"
    for row in conn.execute(both):
        finding.violations.append(f"two attempts run at once on {row['serial']}")


def _judge_task(finding: Finding, task: Accepted, row: sqlite3.Row | None, effects: int) -> None:
    if row is None:
        finding.violations.append(f"task {task.task_id} was acknowledged and is lost")
        return
    status, effect = Status(row["status"]), Effect(row["effect"])
    if status is Status.COMPLETED:
        finding.check(effects == 1, f"task {task.task_id} is completed and was done {effects} times")
    if status is Status.FAILED and effect is Effect.NONE:
        finding.check(effects == 0, f"task {task.task_id} failed without effect ({row['reason']}) and was done")
    if status is Status.FAILED:
        finding.check("; " in row["remark"], f"task {task.task_id} says nothing of what to do: {row['remark']!r}")


def until_ended(rig: Rig, accepted: Sequence[Accepted], *, timeout_s: float) -> int:
    """Wait until all of them have ended; how many have not when the time is over."""
    ids = {task.task_id for task in accepted}

    def left() -> int:
        with closing(sqlite3.connect(f"file:{_database(rig)}?mode=ro", uri=True)) as conn:
            return sum(row[0] in ids for row in conn.execute("SELECT id FROM tasks WHERE status < 2"))

    try:
        wait_until(lambda: left() == 0, timeout_s=timeout_s, what="the end of all tasks")
    except AssertionError:
        return left()
    return 0


def _database(rig: Rig) -> Path:
    return rig.daemon.data_dir / "drover.db"
