"""Tasks as clients see them: why they wait, what runs, and operations on many that the disk may cut off."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from drover.policy.records import Fail
from drover.store import StoreUnavailableError, attempts, bulk
from drover.supervisor import clock, work_progress
from drover.supervisor.tasks import intake
from drover.wire.control import (
    Account,
    ChangeAccount,
    CreateTasks,
    DeleteTasks,
    GetTask,
    ListTasks,
    PutAccount,
    ReleaseTasks,
    RetriedAll,
    RetryAll,
    RetryTask,
    StopTask,
    TaskPage,
    TasksCreated,
    TasksDeleted,
    TasksReleased,
)
from drover.wire.faults import Code, Failure
from drover.wire.tasks import Effect, Reason, Status, Task
from drover.wire.worker import Begin, StopAttempt
from tests.support.supervised import PHONE, Rig, Supervised

NO_FILES = Fail(reason=Reason.TIMEOUT, remark="it did not work", retry_safe=True, effect=Effect.NONE)


async def fail(daemon: Supervised, *ids: int) -> None:
    """Have pending tasks end without their wanted state."""
    for task_id in ids:
        begun, _ = await daemon.store.write(attempts.begin, task_id, boot_id="boot-1", now=clock.now())
        await daemon.store.write(attempts.finish, begun.fence, NO_FILES, now=clock.now())


async def task(daemon: Supervised, task_id: int) -> Task:
    return await daemon.ask(GetTask(task_id=task_id), Task)


def refuses_after(steps: int, whole: Callable[..., Any]) -> Callable[..., Any]:
    """The operation on a disk that is full after so many steps."""
    left = [steps]

    def step(*args: Any, **fields: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise StoreUnavailableError("the disk is full")
        return whole(*args, **fields)

    return step


def test_a_pending_task_says_what_it_waits_for(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="anna", serial="absent"), Account)
        body = CreateTasks(script_name="follow", script_config={"target_user": "ada"}, usernames=["anna"])
        (held,) = (await daemon.ask(body, TasksCreated)).task_ids
        await daemon.ask(ChangeAccount(username="anna", enabled=False), Account)
        (first,) = await daemon.create()
        (second,) = await daemon.create()
        shown = {one.id: one for one in (await daemon.ask(ListTasks(), TaskPage)).tasks}
        assert list(shown) == [second, first, held]
        assert "disabled" in shown[held].remark
        assert shown[held].hold
        assert shown[second].remark != shown[first].remark  # one is before it
        assert (await task(daemon, second)).remark == shown[second].remark
        assert (await daemon.refused(GetTask(task_id=99))).code is Code.NOT_FOUND

    rig.play(scene)


def test_what_runs_shows_its_live_step_and_is_stopped_before_it_is_deleted(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        (task_id,) = await daemon.create()
        (waits,) = await daemon.create(serial="absent")
        dispatch = asyncio.create_task(daemon.state.tasks.dispatcher.run())
        begin = await daemon.told(Begin)
        assert (await task(daemon, task_id)).status is Status.RUNNING
        deleting = asyncio.create_task(daemon.ask(DeleteTasks(task_ids=[task_id, task_id, waits, 99]), TasksDeleted))
        stop = await daemon.told(StopAttempt)
        assert stop.fence == begin.fence
        daemon.reports.on_worker_ended(PHONE, 0, quarantined=False, retry_in_s=1.0)
        done = await deleting
        assert (done.deleted_count, done.not_found) == (2, [99])
        assert (await daemon.refused(GetTask(task_id=task_id))).code is Code.NOT_FOUND
        dispatch.cancel()

    rig.play(scene)


def test_one_idempotency_key_makes_one_request(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        first = await daemon.create(idempotency_key="k", body_digest="a")
        assert await daemon.create(idempotency_key="k", body_digest="a") == first
        body = CreateTasks(
            script_name="follow", script_config={"target_user": "ada"}, serials=[PHONE], idempotency_key="k",
            body_digest="b",
        )  # fmt: skip
        failure = await daemon.refused(body)
        assert (failure.code, failure.data) == (Code.CONFLICT, {"idempotency_key": "k"})

    rig.play(scene)


def test_only_what_ended_badly_is_retried(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        pending, failed = await daemon.create(2)
        await fail(daemon, failed)
        conflict = await daemon.refused(RetryTask(task_id=pending))
        assert (conflict.code, conflict.data) == (Code.CONFLICT, {"task_id": pending})
        assert (await daemon.refused(RetryTask(task_id=99))).code is Code.NOT_FOUND
        assert (await daemon.ask(RetryTask(task_id=failed), Task)).status is Status.PENDING
        await fail(daemon, failed)
        stopped = await daemon.ask(StopTask(task_id=pending), Task)
        assert (stopped.status, stopped.reason) == (Status.FAILED, Reason.STOPPED)
        assert await daemon.ask(RetryAll(), RetriedAll) == RetriedAll(retried_count=2, skipped=[])

    rig.play(scene)


def test_release_takes_names_or_all_and_says_what_was_not_held(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        (task_id,) = await daemon.create()
        for body in (ReleaseTasks(), ReleaseTasks(all=True, task_ids=[task_id])):
            assert (await daemon.refused(body)).code is Code.INVALID
        done = await daemon.ask(ReleaseTasks(task_ids=[task_id, 99, 99]), TasksReleased)
        assert done == TasksReleased(released_count=0, looking_count=0, not_held=[task_id], not_found=[99])

    rig.play(scene)


@pytest.mark.parametrize("what", ["retried", "deleted"])
def test_case_b5_work_that_the_disk_cuts_off_says_how_far_it_came_and_goes_on_when_it_is_repeated(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    count = 3 * intake.ONE_STEP

    async def scene(daemon: Supervised) -> None:
        ids = await daemon.create(count)
        if what == "retried":
            await daemon.store.write(_fail_all)
        body = RetryAll() if what == "retried" else DeleteTasks(task_ids=ids)
        told: list[tuple[int, int]] = []
        name = "retry_failed" if what == "retried" else "delete"
        with monkeypatch.context() as patched:
            patched.setattr(bulk, name, refuses_after(1, getattr(bulk, name)))
            failure: Failure = await daemon.refused(body)
        assert (failure.code, failure.retry_after_s) == (Code.UNAVAILABLE, 5)
        assert failure.data is not None
        some = failure.data[f"{what}_count"]
        assert 0 < some < count
        assert f"{some} tasks were {what} before that" in failure.message
        with work_progress.listening(lambda done, total: told.append((done, total))):
            rest = await daemon.answer(body)
        assert isinstance(rest, RetriedAll | TasksDeleted)
        assert (rest.retried_count if isinstance(rest, RetriedAll) else rest.deleted_count) == count - some
        assert told[-1][0] == told[-1][1]

    rig.play(scene)


def _fail_all(conn: Any) -> None:
    conn.exec_driver_sql("UPDATE tasks SET status = 3, reason = 'timeout'")
