"""From the choice of a task to the message to its worker: stored first, told then, and the phone given back if not."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from drover.media.files import open_named
from drover.policy.phone_events import TransportUnusable
from drover.policy.records import Head
from drover.store import StoreUnavailableError, attempts, publications, tasks
from drover.supervisor.tasks import attempt_starter, task_media
from drover.wire.devices import DeviceState
from drover.wire.tasks import Reason, Status
from drover.wire.worker import Begin
from tests.support.media import make_video
from tests.support.published import add_post
from tests.support.stored import add
from tests.support.task_scene import Run, Story, TaskScene, play


@pytest.fixture
def run(store: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Without dispatch: the story begins tasks itself."""
    monkeypatch.setattr(attempt_starter, "OTHER_ACCOUNT_S", 0.0)

    def played(story: Story) -> None:
        play(store, root, story, dispatches=False)

    return played


def head(task_id: int, serial: str = "p1", script_name: str = "follow", account: str = "") -> Head:
    return Head(task_id=task_id, serial=serial, priority=0, script_name=script_name, account=account)


def free(scene: TaskScene, serial: str = "p1") -> bool:
    return scene.registry.is_idle(serial)


def test_an_attempt_is_stored_as_begun_before_its_worker_hears_of_it(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        first, second = add(scene.store, "p1"), add(scene.store, "p2")
        known: list[Status] = []
        send = scene.workers.send

        def sent(serial: str, message: Any) -> bool:
            task = scene.store.read_sync(tasks.get, message.task_id)
            assert task is not None
            known.append(task.status)
            return send(serial, message)

        scene.workers.send = sent  # type: ignore[method-assign]
        await scene.starter.begin([head(first), head(second, "p2")])
        assert known == [Status.RUNNING] * 2
        assert {serial: message.task_id for serial, message in scene.sent if isinstance(message, Begin)} == {
            "p1": first,
            "p2": second,
        }
        live = scene.running.on("p1")
        assert live is not None
        assert live.allowed_s == scene.settings.config.tasks.attempt_timeout_s

    run(story)


def test_a_task_that_was_stopped_or_deleted_meanwhile_gives_its_phone_back(run: Run) -> None:
    async def story(scene: TaskScene) -> None:
        stopped = add(scene.store, "p1")
        await scene.store.write(tasks.stop_pending, stopped, now=scene.store.clock())
        await scene.starter.begin([head(stopped), head(99, "p2")])
        assert (scene.told, free(scene), free(scene, "p2")) == ([], True, True)

    run(story)


@pytest.mark.parametrize("script_name", ["follow", "post"])
def test_r23_a_task_that_would_act_as_another_account_than_was_chosen_does_not_begin(
    run: Run, script_name: str
) -> None:
    async def story(scene: TaskScene) -> None:
        task_id = add_post(scene.store, "p1", "me") if script_name == "post" else add(scene.store, "p1", username="me")
        await scene.starter.begin([head(task_id, script_name=script_name, account="tiktok:other")])
        await scene.until(lambda: free(scene))
        assert ((await scene.task(task_id)).status, scene.told) == (Status.PENDING, [])

    run(story)


def test_a_disk_that_refuses_is_told_to_the_dispatcher_and_the_phone_is_free(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_conn: Connection, *_args: Any, **_more: Any) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(attempts, "begin", full)

    async def story(scene: TaskScene) -> None:
        with pytest.raises(StoreUnavailableError):
            await scene.starter.begin([head(add(scene.store, "p1"))])
        assert (free(scene), scene.told) == (True, [])

    run(story)


# --- tasks that publish


class SlowDisk:
    """Files are found when the disk is back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.back, self.reached = threading.Event(), threading.Event()
        whole = open_named

        def slow(*args: Any, **more: Any) -> Any:
            self.reached.set()
            assert self.back.wait(30)
            return whole(*args, **more)

        monkeypatch.setattr(task_media, "open_named", slow)


def test_a_slow_disk_keeps_no_other_phone_waiting(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, path = SlowDisk(monkeypatch), str(make_video(root / "a.mp4"))

    async def story(scene: TaskScene) -> None:
        posted, followed = add_post(scene.store, "p1", material_list=[path]), add(scene.store, "p2")
        await scene.starter.begin([head(posted, script_name="post"), head(followed, "p2")])
        assert [serial for serial, _ in scene.sent] == ["p2"]
        assert not free(scene)  # nobody else takes it while its files are looked for
        disk.back.set()
        begin = (await scene.begun(2))[1]
        assert [file.path for file in begin.media] == [path]

    run(story)


@pytest.mark.parametrize("left", [True, False])
def test_a_phone_that_went_while_its_files_were_looked_for_gets_no_attempt(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch, left: bool
) -> None:
    disk, path = SlowDisk(monkeypatch), str(make_video(root / "a.mp4"))

    async def story(scene: TaskScene) -> None:
        task_id = add_post(scene.store, "p1", material_list=[path])
        await scene.starter.begin([head(task_id, script_name="post")])
        await scene.until(disk.reached.is_set)
        if left:
            scene.registry.post("p1", TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
        else:
            scene.registry.drain()
        disk.back.set()
        await scene.until(lambda: scene.registry.phone("p1").occupant is None)
        assert ((await scene.task(task_id)).status, scene.told) == (Status.PENDING, [])

    run(story)


def test_at_the_end_of_the_daemon_no_files_are_looked_for(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, path = SlowDisk(monkeypatch), str(make_video(root / "a.mp4"))

    async def story(scene: TaskScene) -> None:
        task_id = add_post(scene.store, "p1", material_list=[path])
        await scene.starter.begin([head(task_id, script_name="post")])
        await scene.until(disk.reached.is_set)
        scene.dispatcher.stop()
        await scene.until(lambda: free(scene))
        disk.back.set()
        assert ((await scene.task(task_id)).status, scene.told) == (Status.PENDING, [])

    run(story)


def test_a_fault_of_ours_fails_the_task_in_words_and_not_the_daemon(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(task_media, "open_named", broken)

    async def story(scene: TaskScene) -> None:
        task_id = add_post(scene.store, "p1", material_list=[str(make_video(root / "a.mp4"))])
        await scene.starter.begin([head(task_id, script_name="post")])
        task = await scene.ended(task_id)
        assert task.reason is Reason.SCRIPT_ERROR
        assert "ZeroDivisionError('of ours')" in (task.remark or "")

    with capture_logs() as logs:
        run(story)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["media_choice_failed"]


def test_a_post_that_the_disk_refuses_waits_a_moment_and_stays_pending(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_conn: Connection, *_args: Any, **_more: Any) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(publications, "begin", full)

    async def story(scene: TaskScene) -> None:
        task_id = add_post(scene.store, "p1", material_list=[str(make_video(root / "a.mp4"))])
        await scene.starter.begin([head(task_id, script_name="post")])
        await scene.until(lambda: any(line["event"] == "dispatch_postponed" for line in logs))
        assert not free(scene)  # so that it is not chosen again at once
        await scene.until(lambda: free(scene))
        assert ((await scene.task(task_id)).status, scene.told) == (Status.PENDING, [])

    with capture_logs() as logs:
        run(story)
