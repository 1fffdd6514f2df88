"""`post` with a real daemon, worker, adb server and simulated phone, cut in the middle: published at most once, always.

What ends before the tap is tried again and published; what ends after it is completed or `outcome_unknown`, and never
begins again by itself.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.wire.control import CreateTasks, GetDevice, RetryTask, TasksCreated
from drover.wire.devices import Device
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.media import make_picture, make_video
from tests.support.phones import PhoneFarm, wait_until

BEFORE = ("copying", "writing")
"""Steps before the tap, by the words with which they begin."""


@pytest.fixture
def own_adb() -> Iterator[AdbServer]:
    """An adb server that the test may kill."""
    with AdbServer() as server:
        yield server


@pytest.fixture
def phones(own_adb: AdbServer) -> Iterator[PhoneFarm]:
    with PhoneFarm(own_adb, 1, languages=("en",)) as farm:
        yield farm


@pytest.fixture
def own(own_adb: AdbServer, phones: PhoneFarm, tmp_path: Path) -> Iterator[DroverDaemon]:
    """A daemon that the test may kill, with a folder of media and an idle phone on which every call takes a while."""
    make_video(tmp_path / "a.mp4", seconds=5)
    settings = {"DROVER_MEDIA_ROOTS": json.dumps([str(tmp_path)])}
    with DroverDaemon(adb_port=own_adb.port, settings=settings) as daemon:
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        phones.fault(serial, "latency", ms=30)
        phones.fault(serial, "upload_slow", seconds=3)
        yield daemon


def post(daemon: DroverDaemon, phones: PhoneFarm, folder: Path, **config: Any) -> int:
    config = {"material_list": [str(folder / "a.mp4")], "captions": "some words #tag", **config}
    request = CreateTasks(script_name="post", script_config=config, serials=[phones.phones[0].serial])
    return daemon.client.ask(request, TasksCreated).task_ids[0]


def published(phones: PhoneFarm) -> int:
    return len(phones.state(phones.phones[0].serial)["posts"])


def in_gallery(phones: PhoneFarm) -> list[str]:
    return [row.path for row in phones.farm.phones[0].device.media if "drover-" in row.path]


def on_its_way(phones: PhoneFarm) -> bool:
    return bool(phones.state(phones.phones[0].serial).get("uploads"))


def kill_worker(daemon: DroverDaemon, phones: PhoneFarm, adb: AdbServer) -> None:
    pid = daemon.client.ask(GetDevice(serial=phones.phones[0].serial), Device).worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def kill_daemon(daemon: DroverDaemon, phones: PhoneFarm, adb: AdbServer) -> None:
    daemon.kill()
    daemon.start()


def kill_adb(daemon: DroverDaemon, phones: PhoneFarm, adb: AdbServer) -> None:
    adb.kill()
    adb.start()


def unplug(daemon: DroverDaemon, phones: PhoneFarm, adb: AdbServer) -> None:
    phones.fault(phones.phones[0].serial, "unplug", seconds=2)


Cut = Callable[[DroverDaemon, PhoneFarm, AdbServer], None]
CUTS: dict[str, Cut] = {"worker": kill_worker, "daemon": kill_daemon, "adb": kill_adb, "phone": unplug}


def at_step(words: str) -> Callable[[Task], bool]:
    def holds(task: Task) -> bool:
        assert not task.status.ended, f"too late to cut in: {task.remark}"
        return task.step.startswith(words)

    return holds


def test_a_video_is_published_and_its_file_removed(own: DroverDaemon, phones: PhoneFarm, tmp_path: Path) -> None:
    task = own.wait_ended(post(own, phones, tmp_path), timeout_s=90)
    assert task.status is Status.COMPLETED, task.remark
    assert (published(phones), in_gallery(phones)) == (1, [])
    assert any(name.endswith("proof.png") for name in task.evidence)


def test_a_carousel_is_published_in_order(own: DroverDaemon, phones: PhoneFarm, tmp_path: Path) -> None:
    pictures = [str(make_picture(tmp_path / f"{number}.png")) for number in (1, 2)]
    config = {"content_type": 1, "image_count": 2, "material_list": pictures, "captions": "Title##Text"}
    task = own.wait_ended(post(own, phones, tmp_path, **config), timeout_s=120)
    assert task.status is Status.COMPLETED, task.remark
    assert (published(phones), in_gallery(phones)) == (1, [])


@pytest.mark.parametrize("step", BEFORE)
@pytest.mark.parametrize("cut", CUTS)
def test_r01_r02_r04_cut_before_the_tap_is_published_once_by_the_next_attempt(
    own: DroverDaemon, own_adb: AdbServer, phones: PhoneFarm, tmp_path: Path, cut: str, step: str
) -> None:
    task_id = post(own, phones, tmp_path)
    own.wait_task(task_id, at_step(step), timeout_s=60, what=f"the step {step}")
    CUTS[cut](own, phones, own_adb)
    task = own.wait_ended(task_id, timeout_s=120)
    assert task.status is Status.COMPLETED, task.remark
    assert (published(phones), in_gallery(phones)) == (1, [])


@pytest.mark.parametrize("when", [Effect.INTENT, Effect.SENT])
@pytest.mark.parametrize("cut", CUTS)
def test_r01_r02_r04_cut_after_the_intent_never_publishes_twice(
    own: DroverDaemon, own_adb: AdbServer, phones: PhoneFarm, tmp_path: Path, cut: str, when: Effect
) -> None:
    task_id = post(own, phones, tmp_path)

    def committed(task: Task) -> bool:
        assert task.effect is not Effect.CONFIRMED, "too late to cut in"
        return task.effect in ((Effect.INTENT, Effect.SENT) if when is Effect.INTENT else (Effect.SENT,))

    own.wait_task(task_id, committed, timeout_s=60, what=f"effect {when.value}")
    CUTS[cut](own, phones, own_adb)
    task = own.wait_ended(task_id, timeout_s=120)
    wait_until(lambda: not on_its_way(phones), timeout_s=20, what="the upload to end")
    assert published(phones) <= 1
    if task.status is Status.FAILED:
        assert (task.reason, task.retry_safe, task.attempt) == (Reason.OUTCOME_UNKNOWN, False, 1), task.remark
        with pytest.raises(RequestError) as refused:
            own.client.ask(RetryTask(task_id=task_id), Task)
        assert refused.value.failure.code is Code.CONFLICT
    else:
        assert published(phones) == 1
