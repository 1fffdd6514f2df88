"""Stopping: at once what waits, by its worker what runs, and with its worker what does not obey."""

import asyncio

import pytest

from drover.policy.phone_events import WorkerEnded
from drover.store import tasks
from drover.supervisor.tasks import stop
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason, Status
from drover.wire.worker import Ended, Outcome, StopAttempt
from tests.support.stored import new
from tests.support.task_scene import Run, TaskScene


async def refusal(scene: TaskScene, task_id: int) -> RequestError:
    with pytest.raises(RequestError) as refused:
        await scene.stopping.stop(task_id)
    return refused.value


def test_a_task_that_waits_is_stopped_at_once(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        (task_id,) = await scene.store.write(tasks.insert, [new("elsewhere")], now=scene.store.clock())
        await scene.stopping.stop(task_id)
        task = await scene.task(task_id)
        assert (task.status, task.reason, scene.told) == (Status.FAILED, Reason.STOPPED, [])

    run(story)


def test_what_cannot_be_stopped_says_why(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        (task_id,) = await scene.store.write(tasks.insert, [new("elsewhere")], now=scene.store.clock())
        await scene.stopping.stop(task_id)
        ended, unknown = await refusal(scene, task_id), await refusal(scene, 99)
        assert (ended.failure.code, unknown.failure.code) == (Code.CONFLICT, Code.NOT_FOUND)
        assert ended.failure.data == {"task_id": task_id, "status": int(Status.FAILED)}
        # Begun in the store, and not told of yet: neither a refusal for good nor a success.
        attempt = await scene.begin()
        vars(scene.running)["_live"].clear()
        between = await refusal(scene, attempt.task_id)
        assert (between.failure.code, between.failure.retry_after_s) == (Code.UNAVAILABLE, 1)

    run(story)


def test_r13_a_running_task_is_stopped_by_its_worker_and_the_answer_waits_for_its_end(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        stopping = asyncio.create_task(scene.stopping.stop(attempt.task_id))
        await scene.until(lambda: scene.told)
        assert scene.told == [StopAttempt(fence=attempt.fence)]
        assert not stopping.done()
        ended = Ended(fence=attempt.fence, outcome=Outcome.FAILED, effect=Effect.NONE, reason=Reason.STOPPED)
        scene.running.on_message("p1", ended)
        await stopping
        task = await scene.task(attempt.task_id)
        assert (task.status, task.reason, scene.workers.killed) == (Status.FAILED, Reason.STOPPED, [])

    run(story)


def test_r13_a_worker_that_does_not_obey_is_ended_and_its_death_is_no_crash(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "STOP_GRACE_S", 0.05)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        stopping = asyncio.create_task(scene.stopping.stop(attempt.task_id))
        await scene.until(lambda: scene.workers.killed)
        monkeypatch.setattr(stop, "STOP_GRACE_S", 10.0)
        assert scene.workers.killed == ["did not stop when asked (excused)"]
        scene.registry.post("p1", WorkerEnded(status=-9, retry_in_s=0.0))
        await stopping
        task = await scene.task(attempt.task_id)
        assert (task.status, task.reason) == (Status.FAILED, Reason.STOPPED)  # and not by what became of its worker

    run(story)


def test_a_task_whose_worker_is_gone_is_closed_without_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "STOP_GRACE_S", 0.05)

    async def story(scene: TaskScene) -> None:
        scene.workers.takes = scene.workers.lives = False
        attempt = await scene.begin()
        await scene.stopping.stop(attempt.task_id)
        assert (await scene.task(attempt.task_id)).reason is Reason.STOPPED

    run(story)


def test_who_asks_is_told_to_look_again_where_even_that_takes_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "STOP_GRACE_S", 0.01)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        refused = await refusal(scene, attempt.task_id)
        assert (refused.failure.code, refused.failure.retry_after_s) == (Code.UNAVAILABLE, 5)
        assert (await scene.task(attempt.task_id)).status is Status.RUNNING

    run(story)
