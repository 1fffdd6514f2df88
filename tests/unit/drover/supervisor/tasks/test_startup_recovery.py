"""What a start does about the boot before it, on a real store."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator

import psutil
import pytest

from drover.config import Config
from drover.policy.catalog import Delivery
from drover.store import Store, attempts, devices, tasks
from drover.supervisor.settings import Settings
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.endings import Endings
from drover.wire.tasks import Effect, Reason, Status
from tests.support.phones import wait_until
from tests.support.stored import add, begin

CRASHED = 40


class FollowSettles:
    """The rules of scripts."""

    def delivery(self, name: str, /) -> Delivery:
        return Delivery(reconciles=name == "follow")


SETTINGS = Settings(Config())


def recover(store: Store) -> None:
    asyncio.run(
        startup_recovery.recover(
            store, SETTINGS, Endings(SETTINGS, FollowSettles(), random.Random(1)), boot_id="boot-2"
        )
    )


def status(store: Store, task_id: int) -> tuple[Status, Reason | None]:
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    return task.status, task.reason


def test_every_open_attempt_ends_by_the_rules_of_its_script(store: Store) -> None:
    untouched, followed, posted = add(store), add(store), add(store, script_name="post")
    fences = {task_id: begin(store, task_id).fence for task_id in (untouched, followed, posted)}
    for task_id in (followed, posted):
        store.write_sync(attempts.record_intent, fences[task_id], what="a tap", now=store.clock())
    recover(store)
    assert store.read_sync(attempts.open) == []
    assert status(store, untouched) == (Status.PENDING, None)
    assert status(store, followed) == (Status.PENDING, None)
    assert status(store, posted) == (Status.FAILED, Reason.OUTCOME_UNKNOWN)
    again = store.read_sync(tasks.get, followed)
    assert again is not None
    assert again.effect is Effect.UNKNOWN


@pytest.mark.usefixtures("unhurried")
def test_r01_many_open_attempts_end_in_few_commits(store: Store) -> None:
    for number in range(CRASHED):
        begin(store, add(store, f"R58M{number}"))
    before = store.commits
    recover(store)
    assert store.read_sync(attempts.open) == []
    assert store.commits - before < CRASHED / 4


@pytest.fixture
def worker() -> Iterator[psutil.Popen]:
    with psutil.Popen(["sleep", "600"], start_new_session=True) as process:
        yield process
        process.kill()


def record(store: Store, process: psutil.Popen) -> None:
    """As the boot before did, of a worker of its own."""
    add(store)
    store.write_sync(devices.record_worker, "p1", process.pid, process.create_time(), "boot-1")


def test_r01_a_worker_of_the_boot_before_is_ended(store: Store, worker: psutil.Popen) -> None:
    record(store, worker)
    recover(store)
    assert worker.status() == psutil.STATUS_ZOMBIE  # dead, and ours to reap


def test_r01_a_dead_worker_that_nobody_has_reaped_is_not_waited_for(
    store: Store, worker: psutil.Popen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup_recovery, "ORPHAN_END_TIMEOUT_S", 3600.0)
    record(store, worker)
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: worker.status() == psutil.STATUS_ZOMBIE, what="its death")
    recover(store)
    assert worker.status() == psutil.STATUS_ZOMBIE
