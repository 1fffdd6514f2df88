"""The main job through the control socket: task in, phone driven, effect counted once, evidence kept."""

from pathlib import Path

import pytest

from drover.phone.hierarchy import parse
from drover.wire.control import (
    CreateTasks,
    DeleteAccount,
    DeleteTasks,
    ListTasks,
    LogChunk,
    PutAccount,
    ReadTaskLog,
    RetryTask,
    StopTask,
    TaskPage,
    TasksDeleted,
)
from drover.wire.events import TaskChanged, TaskProgressed
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm, wait_until


def test_follow_is_done_once_on_both_phones(daemon: DroverDaemon, farm: PhoneFarm) -> None:
    serials = [phone.serial for phone in farm.phones]
    ids = daemon.follow(*serials, target="ada_main")
    for task_id, serial in zip(ids, serials, strict=True):
        task = daemon.wait_ended(task_id)
        assert (task.status, task.effect, task.attempt) == (Status.COMPLETED, Effect.CONFIRMED, 1), task.remark
        assert effects(farm, serial, "follow", "ada_main") == 1


def test_evidence_and_log_are_kept(daemon: DroverDaemon, serial: str) -> None:
    (task_id,) = daemon.follow(serial, target="ada_evidence")
    task = daemon.wait_ended(task_id)
    folder = daemon.data_dir / "tasks" / str(task_id)
    assert {Path(name).suffix for name in task.evidence} == {".xml", ".png"}
    for name in task.evidence:
        data = (folder / name).read_bytes()
        if name.endswith(".png"):
            assert data.startswith(b"\x89PNG\r\n")
        else:
            assert any("ada_evidence" in node.label for node in parse(data).nodes)
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    log = daemon.client.ask(ReadTaskLog(task_id=task_id), LogChunk)
    assert "completed" in log.text
    assert log.ended


def test_unfollow_taps_and_a_follow_of_a_followed_user_does_not(
    daemon: DroverDaemon, farm: PhoneFarm, serial: str
) -> None:
    (first,) = daemon.follow(serial, target="followed_main", script="unfollow")
    assert daemon.wait_ended(first).status is Status.COMPLETED
    assert effects(farm, serial, "unfollow", "followed_main") == 1
    (again,) = daemon.follow(serial, target="followed_main", script="unfollow")
    task = daemon.wait_ended(again)
    assert (task.status, task.effect) == (Status.COMPLETED, Effect.NONE)
    assert effects(farm, serial, "unfollow", "followed_main") == 1


def test_events_come_in_the_order_of_what_happened(daemon: DroverDaemon, serial: str) -> None:
    with daemon.client.subscribe() as events:
        (task_id,) = daemon.follow(serial, target="ada_events")
        statuses: list[Status] = []
        progress: list[int] = []
        while not statuses or not statuses[-1].ended:
            event = events.next_event(timeout_s=30)
            assert event is not None, "no event within 30 s"
            match event.body:
                case TaskChanged(task=task) if task.id == task_id:
                    statuses.append(task.status)
                case TaskProgressed(task_id=changed, progress=percent) if changed == task_id:
                    progress.append(percent)
                case _:
                    continue
    assert statuses == [Status.PENDING, Status.RUNNING, Status.COMPLETED]
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_failure_says_why_and_can_be_retried(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    (task_id,) = daemon.follow(serial, target="missing_main")
    task = daemon.wait_ended(task_id)
    assert (task.status, task.reason, task.retry_safe) == (Status.FAILED, Reason.USER_NOT_FOUND, True)
    assert "missing_main" in task.remark
    again = daemon.client.ask(RetryTask(task_id=task_id), Task)
    assert (again.id, again.retry_count) == (task_id, 1)
    assert daemon.wait_ended(task_id).reason is Reason.USER_NOT_FOUND


def test_r13_running_task_is_stopped_within_five_seconds(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    farm.fault(serial, "slow_screens", seconds=30)
    (task_id,) = daemon.follow(serial, target="ada_stop")
    daemon.wait_task(task_id, lambda task: task.status is Status.RUNNING, what="the start")
    task = daemon.client.ask(StopTask(task_id=task_id), Task, timeout_s=6)
    assert (task.status, task.reason) == (Status.FAILED, Reason.STOPPED)
    assert effects(farm, serial, "follow", "ada_stop") == 0
    with pytest.raises(RequestError) as refused:
        daemon.client.call(StopTask(task_id=task_id))
    assert refused.value.failure.code is Code.CONFLICT
    farm.clear_faults(serial)
    (next_id,) = daemon.follow(serial, target="ada_after_stop")
    assert daemon.wait_ended(next_id, timeout_s=15).status is Status.COMPLETED


def test_pending_task_says_what_it_waits_for(daemon: DroverDaemon) -> None:
    (task_id,) = daemon.follow("R58M0NEVER", target="ada")
    assert "R58M0NEVER" in daemon.task(task_id).remark
    stopped = daemon.client.ask(StopTask(task_id=task_id), Task)
    assert stopped.reason is Reason.STOPPED


def test_start_time_and_interval_hold_tasks_back(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    config = {"target_users": ["ada_pause1", "ada_pause2"]}
    first, second = daemon.create("follow", config, serial, min_interval=1, max_interval=2)
    assert daemon.wait_ended(first).status is Status.COMPLETED
    held = daemon.task(second)
    assert held.status is Status.PENDING
    assert "interval" in held.remark
    deleted = daemon.client.ask(DeleteTasks(task_ids=[second, 10_000_000]), TasksDeleted)
    assert (deleted.deleted_count, deleted.not_found) == (1, [10_000_000])


def test_delete_stops_a_running_task_first(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    farm.fault(serial, "slow_screens", seconds=30)
    (task_id,) = daemon.follow(serial, target="ada_delete")
    daemon.wait_task(task_id, lambda task: task.status is Status.RUNNING, what="the start")
    deleted = daemon.client.ask(DeleteTasks(task_ids=[task_id]), TasksDeleted)
    assert deleted.deleted_count == 1
    with pytest.raises(RequestError) as gone:
        daemon.task(task_id)
    assert gone.value.failure.code is Code.NOT_FOUND


def test_case_b4_a_deleted_task_takes_its_log_and_evidence_along(
    daemon: DroverDaemon, farm: PhoneFarm, serial: str
) -> None:
    (ended,) = daemon.follow(serial, target="ada_deleted")
    daemon.wait_ended(ended)
    farm.fault(serial, "slow_screens", seconds=30)
    (running,) = daemon.follow(serial, target="bob_deleted")
    folders = [daemon.data_dir / "tasks" / str(task_id) for task_id in (ended, running)]
    wait_until(lambda: (folders[1] / "log.txt").is_file(), what="the log of the running task")
    assert len(list(folders[0].iterdir())) > 1
    daemon.client.ask(DeleteTasks(task_ids=[ended, running]), TasksDeleted)
    wait_until(lambda: not any(folder.exists() for folder in folders), timeout_s=10, what="the folders' removal")


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"serials": []}, Code.INVALID, "serials"),
        ({"serials": ["-rf"]}, Code.INVALID, "serials[0]"),
        ({"serials": ["a\nb"]}, Code.INVALID, "serials[0]"),
        ({"script_name": ""}, Code.SCRIPT_MISSING, "script_name"),
        ({"script_name": "like"}, Code.SCRIPT_UNSUPPORTED, "post, follow, unfollow"),
        ({"script_name": "dance"}, Code.SCRIPT_UNSUPPORTED, "dance"),
        ({"script_config": {}}, Code.INVALID, "script_config.target_users"),
        ({"script_config": {"target_user": "a b"}}, Code.INVALID, "script_config.target_user"),
        ({"script_config": {"target_user": "a", "acess": 1}}, Code.INVALID, "acess"),
        ({"start_time": "25:00"}, Code.INVALID, "start_time"),
        ({"min_interval": -1}, Code.INVALID, "min_interval"),
        ({"min_interval": 5, "max_interval": 2}, Code.INVALID, "max_interval"),
        ({"usernames": ["nobody"]}, Code.NOT_FOUND, "usernames[0]"),
        ({"usernames": ["no body"]}, Code.INVALID, "usernames[0]"),
        ({"enable_multi_account": True}, Code.NOT_FOUND, "enable_multi_account"),
    ],
)
def test_bad_request_names_the_field_and_creates_nothing(
    daemon: DroverDaemon, serial: str, fields: dict[str, object], code: Code, named: str
) -> None:
    before = daemon.client.ask(ListTasks(), TaskPage).total
    good: dict[str, object] = {
        "script_name": "follow",
        "script_config": {"target_user": "ada"},
        "serials": [serial],
    }
    with pytest.raises(RequestError) as refused:
        daemon.client.call(CreateTasks(**{**good, **fields}))  # type: ignore[arg-type]  # wrong values are the point
    assert refused.value.failure.code is code
    assert named in refused.value.failure.message
    assert daemon.client.ask(ListTasks(), TaskPage).total == before


def test_username_sends_the_task_to_its_device_and_account(daemon: DroverDaemon, farm: PhoneFarm, serial: str) -> None:
    active = next(row["username"] for row in farm.state(serial)["accounts"] if row["active"])
    daemon.client.call(PutAccount(username=f"@{active}", serial=serial))
    (task_id,) = daemon.follow(target="ada_account", usernames=[f"@{active}"])
    task = daemon.wait_ended(task_id)
    assert (task.serial, task.username, task.status) == (serial, active, Status.COMPLETED), task.remark
    # With an account on this phone `enable_multi_account` is no bad request any more, as another test expects it.
    daemon.client.call(DeleteAccount(username=f"@{active}"))


def test_device_limit_holds_the_rest_back(daemon: DroverDaemon, farm: PhoneFarm) -> None:
    with DroverDaemon(adb_port=int(daemon.environment["DROVER_ADB_PORT"]), settings=ONE_DEVICE) as limited:
        serials = [phone.serial for phone in farm.phones]
        limited.wait_idle(*serials)
        for serial in serials:
            farm.fault(serial, "slow_screens", seconds=4)
        try:
            ids = limited.follow(*serials, target="ada_limit")
            seen = wait_until(
                lambda: [t for t in map(limited.task, ids) if "device limit of 1" in t.remark], what="a limited task"
            )
            assert len(seen) == 1
        finally:
            for serial in serials:
                farm.clear_faults(serial)
        assert all(limited.wait_ended(task_id).status is Status.COMPLETED for task_id in ids)


ONE_DEVICE = {"DROVER_LICENSE_DEVICE_LIMIT": "1"}
