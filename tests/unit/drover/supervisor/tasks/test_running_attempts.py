"""Attempts that run: no tap without a durable intent, messages in their order, and each attempt ends exactly once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from drover.policy import remarks
from drover.policy.phone_commands import CloseAttempt
from drover.policy.phone_events import TransportUnusable
from drover.policy.records import Attempt
from drover.store import StoreUnavailableError, acting_account, attempts
from drover.supervisor import clock
from drover.supervisor.devices import registry
from drover.supervisor.tasks import running_attempts
from drover.supervisor.tasks.running_attempts import DEADLINE_GRACE_S, with_live
from drover.wire.devices import DeviceState
from drover.wire.events import TaskProgressed
from drover.wire.tasks import Effect, Phase, Reason, Status, Task
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
    AttemptRefused,
    Begin,
    EffectConfirmed,
    Ended,
    IntentRecorded,
    IntentRefused,
    IntentRequested,
    Outcome,
    Progressed,
    TapSent,
)
from tests.support.task_scene import Run, TaskScene

FULL = StoreUnavailableError("the disk is full")


def completed(attempt: Attempt) -> Ended:
    return Ended(fence=attempt.fence, outcome=Outcome.COMPLETED, effect=Effect.CONFIRMED)


def failed(attempt: Attempt, reason: Reason | None, **more: Any) -> Ended:
    return Ended(fence=attempt.fence, outcome=Outcome.FAILED, effect=Effect.NONE, reason=reason, **more)


def seen(attempt: Attempt, username: str) -> AccountSeen:
    return AccountSeen(fence=attempt.fence, username=username, package="com.zhiliaoapp.musically", main=True)


def refuse(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, times: int) -> None:
    """The disk takes nothing of this operation so many times."""
    whole, refusals = getattr(module, name), [FULL] * times

    def sometimes(conn: Connection, *args: Any, **more: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return whole(conn, *args, **more)

    monkeypatch.setattr(module, name, sometimes)


async def closed(scene: TaskScene, attempt: Attempt) -> Task:
    """The task once its attempt is closed and its phone free."""
    await scene.until(lambda: scene.running.on(attempt.serial) is None and not len(scene.running))
    assert scene.registry.is_idle(attempt.serial)
    return await scene.task(attempt.task_id)


# --- messages


def test_an_attempt_goes_from_intent_to_its_end_in_the_order_of_its_messages(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        for message in (
            IntentRequested(fence=attempt.fence, what="follow"),
            TapSent(fence=attempt.fence),
            EffectConfirmed(fence=attempt.fence, evidence=["a.png"]),
            completed(attempt),
        ):
            scene.running.on_message("p1", message)  # without a pause: the writes are queued at once
        task = await closed(scene, attempt)
        assert (task.status, task.effect, task.evidence) == (Status.COMPLETED, Effect.CONFIRMED, ["a.png"])
        assert scene.told == [IntentRecorded(fence=attempt.fence)]

    run(story)


def test_r12_what_comes_late_changes_nothing_and_gets_no_tap(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        first = await scene.begin()
        scene.running.on_message("p1", completed(first))
        before = await closed(scene, first)
        second = await scene.begin()
        for fence, serial in ((first.fence, "p1"), (second.fence, "p2")):  # an old one, and one of another phone
            scene.running.on_message(serial, IntentRequested(fence=fence, what="follow"))
            scene.running.on_message(serial, EffectConfirmed(fence=fence, evidence=["a.png"]))
            scene.running.on_message(serial, Ended(fence=fence, outcome=Outcome.FAILED, effect=Effect.NONE))
        await scene.running.quiet()
        refused = [IntentRefused(fence=one.fence, why="this attempt has ended") for one in (first, second)]
        assert scene.told == refused
        assert await scene.task(first.task_id) == before
        running = await scene.task(second.task_id)
        assert (running.status, running.effect) == (Status.RUNNING, Effect.NONE)

    run(story)


def test_no_intent_that_is_not_durable_is_granted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, attempts, "record_intent", 1)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="follow"))
        await scene.running.quiet()
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="follow"))
        await scene.running.quiet()
        assert scene.told == [IntentRefused(fence=attempt.fence, why=str(FULL)), IntentRecorded(fence=attempt.fence)]

    run(story)


def test_no_intent_is_granted_on_a_phone_that_is_not_proven_to_be_the_right_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "INTENT_WAIT_S", 0.01)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.registry.post("p1", TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="follow"))
        await scene.running.quiet()
        (refused,) = scene.told
        assert isinstance(refused, IntentRefused)
        assert "no transport that was proven" in refused.why
        assert (await scene.task(attempt.task_id)).effect is Effect.NONE

    run(story)


def test_progress_is_shown_and_told_and_not_stored(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        subscription = await scene.event_feed.subscribe(None)
        commits = scene.store.commits
        scene.running.on_message("p1", Progressed(fence=attempt.fence, phase=Phase.VERIFY, step="looks", progress=80))
        event = await anext(subscription.events())
        assert isinstance(event.body, TaskProgressed)
        assert (event.body.task_id, event.body.serial, event.body.progress) == (attempt.task_id, "p1", 80)
        stored, live = await scene.task(attempt.task_id), scene.running.on("p1")
        shown = with_live(stored, live)
        assert (shown.phase, shown.step, shown.progress) == (Phase.VERIFY, "looks", 80)
        other = await scene.begin("p2")
        assert with_live(await scene.task(other.task_id), live).progress == 0
        assert with_live(stored, None) is stored
        assert scene.store.commits - commits == 2  # of the other task

    run(story)


# --- accounts


def test_an_attempt_acts_as_the_account_that_it_found(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.running.on_message("p1", seen(attempt, "Me"))
        await asyncio.sleep(0)
        assert scene.registry.acting() == {"tiktok:me"}  # before it is stored: dispatch must not choose it meanwhile
        await scene.running.quiet()
        assert scene.told == [AccountNoted(fence=attempt.fence, verdict=AccountVerdict.GO_ON, why="")]
        assert (await scene.task(attempt.task_id)).account == "me"

    run(story)


def test_r23_one_account_acts_on_one_phone_and_the_other_task_waits(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        first, second = await scene.begin("p1"), await scene.begin("p2")
        scene.running.on_message("p1", seen(first, "me"))
        scene.running.on_message("p2", seen(second, "me"))
        await scene.running.quiet()
        verdicts = {message.fence: message.verdict for message in scene.told if isinstance(message, AccountNoted)}
        assert verdicts == {first.fence: AccountVerdict.GO_ON, second.fence: AccountVerdict.OTHER_ACCOUNT}
        scene.running.on_message("p2", failed(second, Reason.WRONG_ACCOUNT))
        await scene.until(lambda: scene.running.on("p2") is None)
        task = await scene.task(second.task_id)
        assert (task.status, task.reason) == (Status.PENDING, None)

    run(story)


def test_a_wrong_account_that_nobody_told_it_of_fails_the_task(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin(username="me")
        scene.running.on_message("p1", failed(attempt, Reason.WRONG_ACCOUNT, remark="logged in as shop"))
        task = await closed(scene, attempt)
        assert (task.status, task.reason) == (Status.FAILED, Reason.WRONG_ACCOUNT)

    run(story)


def test_an_account_that_cannot_be_kept_does_not_act(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, acting_account, "recognise", 1)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.running.on_message("p1", seen(attempt, "me"))
        await scene.running.quiet()
        noted = AccountNoted(fence=attempt.fence, verdict=AccountVerdict.NOT_STORED, why=str(FULL))
        assert scene.told == [noted]

    run(story)


# --- ends


def test_an_end_that_the_disk_refuses_is_tried_until_it_is_stored(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, attempts, "finish", 1)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.running.on_message("p1", completed(attempt))
        await scene.running.quiet()
        task = await closed(scene, attempt)
        assert task.status is Status.COMPLETED

    with capture_logs() as logs:
        run(story)
    ends = [line["event"] for line in logs if line["event"].startswith("attempt_end")]
    assert ends == ["attempt_end_postponed", "attempt_ended"]


def test_a_note_that_the_disk_refuses_does_not_end_the_attempt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("record_sent", "record_confirmed"):
        refuse(monkeypatch, attempts, name, 1)

    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin()
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="follow"))
        scene.running.on_message("p1", TapSent(fence=attempt.fence))
        scene.running.on_message("p1", EffectConfirmed(fence=attempt.fence, evidence=[]))
        await scene.running.quiet()
        task = await scene.task(attempt.task_id)
        assert (task.status, task.effect) == (Status.RUNNING, Effect.INTENT)

    with capture_logs() as logs:
        run(story)
    assert [line["event"] for line in logs].count("attempt_note_lost") == 2


def test_a_lost_worker_closes_the_attempt_once_by_what_is_recorded(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin(script_name="post", script_config={})
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="post"))
        command = CloseAttempt(fence=attempt.fence, reason=Reason.DEVICE_LOST, remark="it went away")
        device = scene.registry.get("p1")
        assert device is not None
        for _ in range(2):
            scene.running.on_close(device, command)
        scene.running.on_message("p1", completed(attempt))
        await scene.running.quiet()
        task = await closed(scene, attempt)
        assert (task.status, task.reason, task.retry_safe) == (Status.FAILED, Reason.OUTCOME_UNKNOWN, False)

    run(story)


@pytest.mark.parametrize(("takes", "refuses"), [(False, False), (True, True)])
def test_a_worker_that_takes_no_attempt_leaves_the_task_to_be_tried_again(run: Run, takes: bool, refuses: bool) -> None:
    async def story(scene: TaskScene) -> None:
        scene.workers.takes = takes
        attempt = await scene.begin()
        message = Begin(
            fence=attempt.fence, task_id=attempt.task_id, attempt=1, script_name="follow", script_config={},
            username=None, platform="tiktok", package="", folder="", deadline_s=1.0,
        )  # fmt: skip
        scene.running.tell(attempt, message)
        if refuses:
            scene.running.on_message("p1", AttemptRefused(fence=attempt.fence, why="it ran already"))
        task = await closed(scene, attempt)
        assert (task.status, task.attempt) == (Status.PENDING, 1)

    run(story)


def test_an_outcome_without_a_reason_is_the_scripts_fault(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        attempt = await scene.begin(max_retry_count=0)
        scene.running.on_message("p1", failed(attempt, None, remark="it broke"))
        task = await closed(scene, attempt)
        assert (task.status, task.reason) == (Status.FAILED, Reason.SCRIPT_ERROR)

    run(story)


# --- time


class Later:
    """The supervisor's monotonic clock, some seconds ahead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead_s = 0.0
        read = clock.monotonic_s
        monkeypatch.setattr(clock, "monotonic_s", lambda: read() + self.ahead_s)


@pytest.mark.parametrize("lives", [True, False])
def test_an_attempt_that_outlives_its_deadline_is_cut_off_with_its_worker(
    run: Run, monkeypatch: pytest.MonkeyPatch, lives: bool
) -> None:
    later = Later(monkeypatch)

    async def story(scene: TaskScene) -> None:
        scene.workers.lives = lives
        attempt = await scene.begin(max_retry_count=0)
        later.ahead_s = 60.0 + DEADLINE_GRACE_S - 5
        scene.running.watch()
        assert scene.workers.killed == []
        later.ahead_s += 10
        for _ in range(2):
            scene.running.watch()
        assert scene.workers.killed == [remarks.outlived("p1", 60.0)]
        scene.running.on_message("p1", IntentRequested(fence=attempt.fence, what="follow"))
        if lives:  # it is heard of its end as of any other
            await scene.running.quiet()
            assert scene.told == [IntentRefused(fence=attempt.fence, why=remarks.outlived("p1", 60.0))]
            await scene.running.close(attempt.fence, Reason.INTERRUPTED, "its worker ended")
        task = await closed(scene, attempt)
        assert (task.status, task.reason, task.effect) == (Status.FAILED, Reason.TIMEOUT, Effect.NONE)
        assert remarks.outlived("p1", 60.0)[:20] in (task.remark or "")

    run(story)


def test_r08_a_drain_waits_for_what_runs_and_no_longer_than_it_may(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        hurry = asyncio.Event()
        await scene.running.drain(60.0, hurry)  # nothing runs
        first, second = await scene.begin("p1"), await scene.begin("p2")
        draining = asyncio.create_task(scene.running.drain(60.0, hurry))
        scene.running.on_message("p1", completed(first))
        await scene.until(lambda: scene.running.on("p1") is None)
        assert not draining.done()
        scene.running.on_message("p2", completed(second))
        await asyncio.wait_for(draining, 10)
        await scene.begin("p1")
        await asyncio.wait_for(scene.running.drain(0.01, hurry), 10)
        hurry.set()
        await asyncio.wait_for(scene.running.drain(60.0, hurry), 10)
        assert len(scene.running) == 1

    run(story)


@pytest.mark.parametrize("refusals", [0, 1000])
def test_r08_the_rest_is_closed_by_the_rules_or_left_to_the_next_start(
    run: Run, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    monkeypatch.setattr(running_attempts, "CLOSE_TIMEOUT_S", 10.0 if not refusals else 0.05)
    refuse(monkeypatch, attempts, "finish", refusals)

    async def story(scene: TaskScene) -> None:
        scene.registry.drain()
        attempt = await scene.begin()
        await asyncio.wait_for(scene.running.close_rest(), 15)
        task = await scene.task(attempt.task_id)
        assert task.status is (Status.RUNNING if refusals else Status.PENDING)
        assert len(scene.running) == (1 if refusals else 0)

    run(story)


def test_of_task_finds_the_attempt_of_a_task_that_runs(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        first, second = await scene.begin("p1"), await scene.begin("p2")
        live = scene.running.of_task(second.task_id)
        assert live is not None
        assert (live.attempt, scene.running.of_task(99)) == (second, None)
        assert scene.running.of_task(first.task_id) is scene.running.on("p1")

    run(story)
