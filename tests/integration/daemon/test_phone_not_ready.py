"""What is wrong with a phone as a whole, with a real daemon: tasks wait, no account is blamed, nothing restarts."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.wire.control import GetDevice
from drover.wire.daemon import DaemonStatus, GetStatus
from drover.wire.devices import Device, DeviceState, PhoneCondition
from drover.wire.doctor import Diagnose, Diagnosis, Level
from drover.wire.tasks import Status, Task
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.media import make_video
from tests.support.phones import PhoneFarm, wait_until

UNLOCK = "unlock it by hand"
SETTING = "USB debugging (Security settings)"
FULL = "20 MB free, and any task needs 100 MB; delete what is not needed there"


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm, media: Path) -> Iterator[DroverDaemon]:
    """A daemon whose second phone warns on stderr with every command from the start on."""
    farm.fault(farm.phones[1].serial, "stderr_noise")
    with DroverDaemon(adb_port=adb_server.port, settings={"DROVER_MEDIA_ROOTS": json.dumps([str(media)])}) as running:
        running.wait_idle(farm.phones[0].serial)
        yield running


@pytest.fixture(autouse=True)
def untreated(daemon: DroverDaemon, serial: str) -> Iterator[None]:
    """Whatever a phone is not ready for: adb is asked for no reconnection, and no worker ends."""
    before = daemon.device(serial).worker_pid
    yield
    assert "recovery_step" not in daemon.log()
    assert (daemon.device(serial).worker_pid, daemon.status().counters["worker_death"]) == (before, 0)


def wait_for(daemon: DroverDaemon, serial: str, condition: PhoneCondition) -> Device:
    def waits() -> Device | None:
        device = daemon.client.ask(GetDevice(serial=serial), Device)
        return device if (device.condition, device.state) == (condition, DeviceState.PREPARING) else None

    return wait_until(waits, timeout_s=30, what=f"a device that is {condition.value}")


def all_wait(daemon: DroverDaemon, tasks: list[int], why: str) -> None:
    """Every task is pending, and says what helps."""
    for task in map(daemon.task, tasks):
        assert (task.status, task.effect.value) == (Status.PENDING, "none"), task.remark
        assert why in task.remark


def done_once(daemon: DroverDaemon, farm: PhoneFarm, serial: str, targets: dict[int, str]) -> list[Task]:
    ended = [daemon.wait_ended(task) for task in targets]
    assert [task.status for task in ended] == [Status.COMPLETED] * len(ended), [task.remark for task in ended]
    assert [effects(farm, serial, "follow", target) for target in targets.values()] == [1] * len(ended)
    return ended


def follows(daemon: DroverDaemon, serial: str, *targets: str) -> dict[int, str]:
    return {daemon.follow(serial, target=target)[0]: target for target in targets}


def test_case_p7_locked_phone_keeps_its_tasks_waiting(farm: PhoneFarm, daemon: DroverDaemon, serial: str) -> None:
    farm.fault(serial, "locked")
    tasks = follows(daemon, serial, "ada_lock1", "ada_lock2", "ada_lock3")
    device = wait_for(daemon, serial, PhoneCondition.LOCKED)
    all_wait(daemon, list(tasks), UNLOCK)
    assert (UNLOCK in device.reason, device.deadline) == (True, None)
    assert UNLOCK in daemon.client.ask(GetStatus(), DaemonStatus).not_ready[serial]
    findings = daemon.client.ask(Diagnose(), Diagnosis).findings
    assert [(found.level, found.fix) for found in findings if (found.check, found.subject) == ("phone", serial)][
        :1
    ] == [(Level.ERROR, UNLOCK)]
    farm.clear_fault(serial, "locked")
    done_once(daemon, farm, serial, tasks)
    assert daemon.device(serial).condition is None


def test_case_p7_a_phone_that_locks_after_the_tap_reconciles_once_it_is_unlocked(
    farm: PhoneFarm, daemon: DroverDaemon, serial: str
) -> None:
    farm.fault(serial, "locked", after="click")
    tasks = follows(daemon, serial, "ada_midlock")
    wait_for(daemon, serial, PhoneCondition.LOCKED)
    farm.clear_fault(serial, "locked")
    (task,) = done_once(daemon, farm, serial, tasks)
    assert task.attempt == 2


def test_case_p7_a_swipe_lock_in_the_middle_is_put_away(farm: PhoneFarm, daemon: DroverDaemon, serial: str) -> None:
    farm.fault(serial, "swipe_lock", after="dumpWindowHierarchy")
    (task,) = done_once(daemon, farm, serial, follows(daemon, serial, "ada_swipe"))
    assert task.attempt == 1


@pytest.mark.parametrize(
    ("faults", "condition", "why"),
    [
        pytest.param(
            {"before_first_unlock": {}, "reboot": {"down_seconds": 0.5, "seconds": 1}},
            PhoneCondition.NOT_UNLOCKED,
            UNLOCK,
            id="p7-before-the-first-unlock-after-a-reboot",
        ),
        pytest.param(
            {"input_forbidden": {"property": ""}}, PhoneCondition.INPUT_FORBIDDEN, SETTING, id="p8-input-forbidden"
        ),
        pytest.param({"storage_full": {"free_mb": 20}}, PhoneCondition.STORAGE_FULL, FULL, id="storage-full"),
    ],
)
def test_case_p7_p8_what_the_phone_lacks_keeps_every_task_waiting(
    farm: PhoneFarm,
    daemon: DroverDaemon,
    serial: str,
    faults: dict[str, dict[str, Any]],
    condition: PhoneCondition,
    why: str,
) -> None:
    for name, params in faults.items():
        farm.fault(serial, name, **params)
    tasks = follows(daemon, serial, *(f"ada_{condition.value}{number}" for number in range(3)))
    wait_for(daemon, serial, condition)
    all_wait(daemon, list(tasks), why)
    farm.clear_fault(serial, next(iter(faults)))
    done_once(daemon, farm, serial, tasks)


def test_case_p8_a_commit_tap_that_android_refused_did_not_happen(
    farm: PhoneFarm, daemon: DroverDaemon, serial: str
) -> None:
    tapped = farm.state(serial)["commands"].get("rpc click", 0)
    farm.fault(serial, "input_forbidden", after="dumpWindowHierarchy")
    tasks = follows(daemon, serial, "ada_refused")
    wait_for(daemon, serial, PhoneCondition.INPUT_FORBIDDEN)
    all_wait(daemon, list(tasks), SETTING)
    assert farm.state(serial)["commands"]["rpc click"] == tapped + 1
    assert effects(farm, serial, "follow", "ada_refused") == 0
    farm.clear_fault(serial, "input_forbidden")
    done_once(daemon, farm, serial, tasks)


def test_case_p9_a_warning_on_stderr_is_no_answer(farm: PhoneFarm, daemon: DroverDaemon) -> None:
    noisy = farm.phones[1].serial
    daemon.wait_idle(noisy)
    done_once(daemon, farm, noisy, follows(daemon, noisy, "ada_noise"))


def test_a_post_that_does_not_fit_waits_and_others_go_on(
    farm: PhoneFarm, daemon: DroverDaemon, serial: str, media: Path
) -> None:
    farm.fault(serial, "storage_full", free_mb=105)
    video = padded(media / "large.mp4", 60 << 20)
    (post,) = daemon.create("post", {"material_list": [str(video)], "captions": "words"}, serial)
    daemon.wait_task(post, lambda task: "needs 123 MB" in task.remark, what="a post that waits for room")
    done_once(daemon, farm, serial, follows(daemon, serial, "ada_small"))
    assert daemon.task(post).status is Status.PENDING
    farm.clear_fault(serial, "storage_full")
    assert daemon.wait_ended(post, timeout_s=90).status is Status.COMPLETED
    assert len(farm.state(serial)["posts"]) == 1


def padded(path: Path, size: int) -> Path:
    """A video of this many bytes more, in a box that says nothing."""
    make_video(path, seconds=5)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", size, b"free"))
        file.truncate(file.tell() + size - 8)
    return path
