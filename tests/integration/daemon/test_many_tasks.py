"""Requests about many tasks on a real daemon: true answers, true counts, and all or none across a kill -9."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from drover.client import AnswerLostError, ControlClient
from drover.wire.control import (
    AccountsImported,
    AuditPage,
    CreateTasks,
    DeleteTasks,
    GetTaskStats,
    ImportAccounts,
    ListAudit,
    TasksCreated,
    TasksDeleted,
)
from drover.wire.tasks import TaskStats
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

CLIENTS, EACH = 5, 400
MOMENTS = ("first_id IS NULL", "first_id IS NOT NULL")


@pytest.fixture(scope="module")
def daemon() -> Iterator[DroverDaemon]:
    with AdbServer() as adb, DroverDaemon(adb_port=adb.port) as running:
        yield running


def many(count: int, name: str = "many") -> CreateTasks:
    targets = [f"{name}{n}" for n in range(count)]
    return CreateTasks(script_name="follow", script_config={"target_users": targets}, serials=["R0ABSENT"])


def client(daemon: DroverDaemon) -> ControlClient:
    return ControlClient(daemon.runtime_dir / "control.sock", client_name="many", timeout_s=60)


def total(daemon: DroverDaemon) -> int:
    return daemon.client.ask(GetTaskStats(), TaskStats).total


def test_case_b8_many_large_requests_at_once_are_all_answered_and_so_is_their_deletion(daemon: DroverDaemon) -> None:
    def create(number: int) -> list[int]:
        with client(daemon) as mine:
            return mine.ask(many(EACH, f"c{number}."), TasksCreated).task_ids

    before = total(daemon)  # what another test was killed with is still there
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(create, range(CLIENTS)))
    ids = [task_id for some in found for task_id in some]
    assert [len(some) for some in found] == [EACH] * CLIENTS
    assert [some == list(range(some[0], some[0] + EACH)) for some in found] == [True] * CLIENTS
    assert len(set(ids)) == len(ids) == total(daemon) - before
    assert daemon.task(max(ids)).script_config["target_user"].startswith("c")
    deleted = daemon.client.ask(DeleteTasks(task_ids=[*ids, *ids[:9], 10**6]), TasksDeleted)
    assert deleted == TasksDeleted(deleted_count=len(ids), not_found=[10**6])
    assert total(daemon) == before
    (row, *_) = daemon.client.ask(ListAudit(limit=1), AuditPage).entries
    assert (row.action, row.ids["deleted_count"], row.code) == ("delete_tasks", len(ids), 0)


def test_r25_a_large_import_is_counted_as_a_small_one_is(daemon: DroverDaemon) -> None:
    csv = "username,serial\n" + "".join(f"many_{n},R0ABSENT\n" for n in range(1200))
    for expected in ((1200, 0), (0, 1200)):
        done = daemon.client.ask(ImportAccounts(csv=csv), AccountsImported)
        assert (done.created, done.unchanged, done.changed) == (*expected, 0)


@pytest.mark.parametrize("moment", MOMENTS)
def test_case_b8_kill_in_the_middle_of_a_large_request_leaves_all_or_none(daemon: DroverDaemon, moment: str) -> None:
    """Killed while the request is written down, and while what was accepted becomes tasks."""
    before = total(daemon)

    def create() -> None:
        with client(daemon) as mine, suppress(AnswerLostError):
            mine.call(many(5000))

    with closing(sqlite3.connect(f"file:{daemon.data_dir}/drover.db?mode=ro", uri=True)) as looking:
        asking = threading.Thread(target=create)
        asking.start()
        query = f"SELECT 1 FROM intake WHERE {moment}"
        wait_until(lambda: looking.execute(query).fetchone(), timeout_s=30, every_s=0.0, what="the request")
        daemon.kill()
        asking.join(30)
    daemon.start()
    made = total(daemon) - before
    assert made in ({0, 5000} if moment == MOMENTS[0] else {5000})
    with closing(sqlite3.connect(f"file:{daemon.data_dir}/drover.db?mode=ro", uri=True)) as looking:
        left = looking.execute("SELECT id FROM intake UNION ALL SELECT intake_id FROM intake_parts").fetchall()
    assert left == []
