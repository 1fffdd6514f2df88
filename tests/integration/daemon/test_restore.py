"""A restored backup repeats nothing (R22, B2), and one data folder has one daemon (B6): real daemon, phones and adb."""

import subprocess
import sys
from pathlib import Path

import pytest

from drover.client import EventStream
from drover.wire.control import (
    BackupMade,
    Done,
    LogChunk,
    MakeBackup,
    ReadTaskLog,
    ReleaseTasks,
    RetriedAll,
    RetryAll,
    StopTask,
    TasksReleased,
)
from drover.wire.events import StreamReset, TaskChanged
from drover.wire.leases import LeaseTaken, ReleaseLease, TakeLease
from drover.wire.tasks import Effect, Status, Task
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.media import make_picture
from tests.support.phones import PhoneFarm


@pytest.fixture(scope="module")
def daemon(publishing_daemon: DroverDaemon) -> DroverDaemon:
    return publishing_daemon


def droverd(daemon: DroverDaemon, *words: str, runtime_dir: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment = dict(daemon.environment)
    if runtime_dir is not None:
        environment["DROVER_DAEMON_RUNTIME_DIR"] = str(runtime_dir)
    command = [sys.executable, "-m", "drover.main", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def held(daemon: DroverDaemon, *task_ids: int) -> list[int]:
    """Those of the tasks that are held, with words."""
    found = [daemon.task(task_id) for task_id in task_ids]
    words = "held: a backup was restored"
    return [task.id for task in found if task.hold == "restored" and task.remark.startswith(words)]


def did(farm: PhoneFarm, serial: str) -> tuple[int, int, int]:
    """What others can see of this test: posts, and follows of either target."""
    follows = [effects(farm, serial, "follow", target) for target in ("ada_r22", "bob_r22")]
    return len(farm.state(serial)["posts"]), follows[0], follows[1]


def test_case_b6_a_second_daemon_on_the_same_data_is_refused_and_touches_nothing(
    daemon: DroverDaemon, farm: PhoneFarm, tmp_path: Path
) -> None:
    serial = farm.phones[0].serial
    worker = daemon.device(serial).worker_pid
    (tmp_path / "copy.db").write_bytes(b"")
    for words in ((), ("--restore", str(tmp_path / "copy.db"))):
        second = droverd(daemon, *words, runtime_dir=daemon.folder / "second")
        assert second.returncode == 1
        assert f"another droverd (pid {daemon.process.pid}) works on the data of {daemon.data_dir}" in second.stderr
    assert (daemon.status().pid, daemon.device(serial).worker_pid) == (daemon.process.pid, worker)


def test_r22_case_b2_a_restored_backup_repeats_nothing(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path, tmp_path: Path
) -> None:
    serial, other = (phone.serial for phone in farm.phones)
    ask = daemon.client.ask
    lease = ask(TakeLease(serial=serial, ttl_s=600), LeaseTaken)  # so that all of it still waits
    config = {"content_type": 1, "material_list": [str(make_picture(media / "a.png"))]}
    (post,) = daemon.create("post", config, serial)
    (follow,) = daemon.follow(serial, target="ada_r22")
    (later,) = daemon.follow(other, target="late_r22", start_time="00:00")
    ask(MakeBackup(path=str(tmp_path / "copy.tar")), BackupMade)
    ask(ReleaseLease(session=lease.session), Done)
    assert [daemon.wait_ended(task_id, timeout_s=120).status for task_id in (post, follow)] == [Status.COMPLETED] * 2
    (lost,) = daemon.follow(serial, target="bob_r22")
    assert daemon.wait_ended(lost).status is Status.COMPLETED
    assert (before := did(farm, serial)) == (1, 1, 1)
    daemon.stop()

    done = droverd(daemon, "--restore", str(tmp_path / "copy.tar"))
    assert done.returncode == 0, done.stderr
    assert "Held: 3 tasks" in done.stdout
    assert "1 of them cannot look" in done.stdout
    assert "2 of the held and failed tasks were done since" in done.stdout

    for boot in ("the first after the restore", "a further one"):
        daemon.start()
        # A newer task runs on the phone for which the held ones would have been next.
        (fresh,) = daemon.follow(serial, target="bob_r22")
        assert fresh > lost, "its id was given before"
        assert daemon.wait_ended(fresh).status is Status.COMPLETED
        log = daemon.client.ask(ReadTaskLog(task_id=fresh), LogChunk).text
        assert "bob_r22" in log
        assert "ada_r22" not in log
        assert held(daemon, post, follow, later) == [post, follow, later]
        assert did(farm, serial) == before
        if boot.startswith("the first"):
            with daemon.client.subscribe(0) as stream:
                assert StreamReset in kinds_until(stream, fresh), "followers of before get it"
            daemon.stop()

    released = daemon.client.ask(ReleaseTasks(task_ids=[follow]), TasksReleased)
    assert released == TasksReleased(released_count=1, looking_count=1)
    assert daemon.wait_ended(follow).status is Status.COMPLETED
    assert daemon.client.ask(ReleaseTasks(all=True, looking_only=True), TasksReleased).released_count == 1
    assert (daemon.task(later).hold, held(daemon, post)) == ("", [post])
    stopped = daemon.client.ask(StopTask(task_id=post), Task)
    assert (stopped.status, stopped.effect, stopped.retry_safe) == (Status.FAILED, Effect.UNKNOWN, False)
    assert daemon.client.ask(RetryAll(), RetriedAll).skipped == [post]
    assert did(farm, serial) == before


def kinds_until(stream: EventStream, task_id: int) -> set[type]:
    """The kinds of stored events up to the first about this task."""
    kinds: set[type] = set()
    while (event := stream.next_event(timeout_s=10)) is not None:
        kinds.add(type(event.body))
        if isinstance(event.body, TaskChanged) and event.body.task.id == task_id:
            break
    return kinds
