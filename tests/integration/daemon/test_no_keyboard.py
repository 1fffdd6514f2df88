"""A text that nothing on the phone can type, with a real daemon on plain adb: the task waits, others go on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.media import make_video
from tests.support.phones import PhoneFarm

KEYBOARD = "com.android.adbkeyboard/.AdbIME"


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm, media: Path) -> Iterator[DroverDaemon]:
    settings = {"DROVER_MEDIA_ROOTS": json.dumps([str(media)]), "DROVER_DEVICES_ENGINE": "adb"}
    with DroverDaemon(adb_port=adb_server.port, settings=settings) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        yield running


def test_a_caption_that_needs_a_keyboard_waits_for_one(
    farm: PhoneFarm, daemon: DroverDaemon, serial: str, media: Path
) -> None:
    phone = farm.farm.phones[0].device
    video = make_video(media / "a.mp4", seconds=5)
    (post,) = daemon.create("post", {"material_list": [str(video)], "captions": "déjà vu"}, serial)
    daemon.wait_task(post, lambda task: "install ADBKeyBoard" in task.remark, what="a post that waits for a keyboard")
    (other,) = daemon.follow(serial, target="ada_plain")
    phone.input_methods[KEYBOARD] = False
    assert daemon.wait_ended(other).status is Status.COMPLETED
    task = daemon.wait_ended(post, timeout_s=90)
    assert (task.status, len(farm.state(serial)["posts"])) == (Status.COMPLETED, 1), task.remark
    assert farm.state(serial)["posts"][0]["caption"] == "déjà vu"
    assert effects(farm, serial, "follow", "ada_plain") == 1
    assert daemon.status().counters["worker_death"] == 0
