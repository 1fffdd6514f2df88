"""Which idle phone gets which task: within the limit, after those in line, one phone an account, by a clock that may
jump."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from drover.config import LicenseSection, PaceSection, TasksSection
from drover.policy.clock import Reading
from drover.policy.phone_events import AttemptClosed
from drover.store import Store, StoreUnavailableError, queue
from drover.store.schema import tasks as table
from drover.supervisor.tasks import dispatcher, startup_recovery
from drover.wire.leases import TakeLease
from drover.wire.tasks import Effect, Reason, Status
from drover.wire.worker import Begin, Ended, Outcome
from tests.support.media import make_video
from tests.support.registered import make_ready, run_task
from tests.support.stored import add
from tests.support.task_scene import Run, TaskScene, play


def begun(scene: TaskScene) -> list[tuple[str, int]]:
    return [(serial, message.task_id) for serial, message in scene.sent if isinstance(message, Begin)]


def end(scene: TaskScene, serial: str) -> None:
    live = scene.running.on(serial)
    assert live is not None
    ended = Ended(fence=live.attempt.fence, outcome=Outcome.COMPLETED, effect=Effect.NONE)
    scene.running.on_message(serial, ended)


def test_each_idle_phone_gets_its_next_task_when_the_one_before_has_ended(run: Run, store: Store) -> None:
    first, second, other = add(store, "p1"), add(store, "p1"), add(store, "p2")
    urgent = add(store, "p2", priority=5)

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: len(begun(scene)) == 2)
        assert sorted(begun(scene)) == [("p1", first), ("p2", urgent)]
        end(scene, "p1")
        end(scene, "p2")
        await scene.until(lambda: len(begun(scene)) == 4)
        assert sorted(begun(scene)[2:]) == [("p1", second), ("p2", other)]

    run(story)


def test_no_more_phones_are_used_than_the_plan_allows(store: Store, root: Path) -> None:
    add(store, "p1")
    add(store, "p2")

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: begun(scene))
        await scene.looked()
        assert len(begun(scene)) == 1
        end(scene, begun(scene)[0][0])
        await scene.until(lambda: len(begun(scene)) == 2)

    play(store, root, story, license=LicenseSection(device_limit=1))


def test_who_waits_in_line_gets_the_phone_before_any_task(store: Store, root: Path) -> None:
    async def story(scene: TaskScene) -> None:
        make_ready(scene.registry, "p3")
        run_task(scene.registry, "p3", 99, fence=99)  # the only slot
        waiting = asyncio.create_task(scene.leases.take(TakeLease(serial="p1", wait_s=60)))
        await scene.until(lambda: scene.leases.wants("p1"))
        add(store, "p1", priority=9)
        add(store, "p2", priority=9)
        await scene.looked()
        scene.registry.post("p3", AttemptClosed(fence=99))
        assert (await waiting).lease.serial == "p1"
        await scene.looked()
        assert begun(scene) == []

    play(store, root, story, license=LicenseSection(device_limit=1))


def test_r23_an_account_that_acts_on_one_phone_waits_on_the_other(run: Run, store: Store) -> None:
    add(store, "p1", username="me")
    add(store, "p2", username="Me")
    alone = add(store, "p2", username="other")

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: len(begun(scene)) == 2)
        assert ("p2", alone) in begun(scene)
        await scene.looked()
        assert len(begun(scene)) == 2

    run(story)


def test_nothing_begins_while_the_daemon_ends(run: Run, store: Store) -> None:
    async def story(scene: TaskScene) -> None:
        scene.dispatcher.stop()
        add(store, "p1")
        await scene.looked()
        assert begun(scene) == []

    run(story)


def test_what_falls_due_begins_without_being_woken_for(run: Run, store: Store) -> None:
    add(store, "p1", scheduled_at=datetime.now(UTC) + timedelta(seconds=0.3))

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: begun(scene))

    run(story)


def test_the_pause_of_an_account_ends_without_being_woken_for(store: Store, root: Path) -> None:
    first, second = add(store, "p1", username="me"), add(store, "p1", username="me")

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: begun(scene) == [("p1", first)])
        end(scene, "p1")
        await scene.until(lambda: begun(scene)[1:] == [("p1", second)])

    play(store, root, story, pace=PaceSection(pause_min_s=0.2, pause_max_s=0.2))


def test_a_disk_that_refuses_for_a_time_ends_no_dispatch(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, refusals = queue.heads, [StoreUnavailableError("the disk is full")]

    def sometimes(conn: Connection, *args: Any, **more: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return whole(conn, *args, **more)

    monkeypatch.setattr(queue, "heads", sometimes)
    add(store, "p1")

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: begun(scene))

    with capture_logs() as logs:
        run(story)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["dispatch_postponed"]


# --- clocks


class Clock:
    """The wall clock that the dispatcher reads, so much ahead; `shown` how often it was read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, self.shown, self.slept_s = timedelta(), 0, 0.0
        monkeypatch.setattr(dispatcher, "reading", self)

    def __call__(self) -> Reading:
        self.shown += 1
        return Reading(wall=datetime.now(UTC) + self.ahead, monotonic_s=time.monotonic() + self.slept_s)


def _not_before(conn: Connection, task_id: int, stamp: datetime) -> None:
    conn.execute(update(table).where(table.c.id == task_id).values(not_before=stamp))


def test_case_b10_a_wait_that_was_stamped_a_day_ahead_ends_soon_after_the_clock_came_back(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(root / "a.mp4")
    clock = Clock(monkeypatch)
    clock.ahead = timedelta(days=1)

    async def story(scene: TaskScene) -> None:
        task_id = await scene.post("p3", material_list=[str(root / "a.mp4")])
        stamp = datetime.now(UTC) + timedelta(days=1, seconds=1)
        await scene.store.write(_not_before, task_id, stamp)
        clock.shown = 0
        scene.signal.wake()
        await scene.until(lambda: clock.shown)
        make_ready(scene.registry, "p3")
        clock.ahead = timedelta()
        scene.signal.wake()
        (begin,) = await scene.begun(1)
        assert begin.task_id == task_id

    run(story)


@pytest.mark.parametrize("suspended", [True, False])
def test_r17_a_host_that_slept_misses_what_was_due_as_if_it_had_been_down(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, suspended: bool
) -> None:
    """Whether the monotonic clock counts the sleep, or the wall clock jumps ahead."""
    clock = Clock(monkeypatch)
    task_id = add(store, "p1", scheduled_at=datetime.now(UTC) + timedelta(hours=1))

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: clock.shown)
        clock.ahead, clock.slept_s = timedelta(hours=2), 7200.0 * suspended
        scene.signal.wake()
        task = await scene.ended(task_id)
        assert (task.status, task.reason, begun(scene)) == (Status.FAILED, Reason.MISSED, [])

    play(store, root, story, tasks=TasksSection(late_grace_s=900.0))


def test_a_correction_that_the_disk_refused_is_made_up_for(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the stamps may have moved: then those that are too far ahead are cut, and none is moved twice."""
    clock = Clock(monkeypatch)
    add(store, "p1")
    corrected, whole = list[timedelta](), startup_recovery.correct_waits

    async def refused_once(store: Store, jump: Any, **more: Any) -> None:
        corrected.append(jump.by)
        if len(corrected) == 1:
            raise StoreUnavailableError("the disk is full")
        await whole(store, jump, **more)

    async def story(scene: TaskScene) -> None:
        await scene.until(lambda: begun(scene))
        assert corrected == []
        monkeypatch.setattr(startup_recovery, "correct_waits", refused_once)
        clock.ahead = timedelta(hours=-1)
        scene.signal.wake()
        await scene.until(lambda: len(corrected) == 2)
        await scene.looked()
        assert [round(by / timedelta(hours=1)) for by in corrected] == [-1, 0]

    run(story)
