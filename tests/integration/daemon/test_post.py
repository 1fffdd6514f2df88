"""`post` with a real daemon, worker, adb server and simulated phone. One that is cut off: tests/faults."""

import os
from pathlib import Path
from typing import Any

import pytest

from drover.wire.control import (
    Account,
    LogChunk,
    PutAccount,
    ReadTaskLog,
    RetriedAll,
    RetryAll,
)
from drover.wire.tasks import Effect, Reason, Status
from tests.support.daemon import DroverDaemon
from tests.support.media import make_picture, make_video
from tests.support.phones import PhoneFarm, wait_until


@pytest.fixture(scope="module")
def daemon(publishing_daemon: DroverDaemon) -> DroverDaemon:
    return publishing_daemon


def post(daemon: DroverDaemon, serial: str, **config: Any) -> int:
    return daemon.create("post", config, serial)[0]


def published(phones: PhoneFarm, serial: str) -> list[int]:
    """How many files each post of this phone has."""
    return [len(row["files"]) for row in phones.state(serial)["posts"]]


def in_gallery(phones: PhoneFarm, serial: str) -> list[str]:
    (device,) = [phone.device for phone in phones.farm.phones if phone.serial == serial]
    return [row.path for row in device.media if "drover-" in row.path]


def test_a_video_is_published_and_its_file_removed(daemon: DroverDaemon, farm: PhoneFarm, media: Path) -> None:
    serial = farm.phones[0].serial
    before = published(farm, serial)  # other tests publish on this phone, too
    video = make_video(media / "a.mp4", seconds=5)
    task = daemon.wait_ended(post(daemon, serial, material_list=[str(video)], captions="words #tag"), timeout_s=90)
    assert task.status is Status.COMPLETED, task.remark
    assert (published(farm, serial), in_gallery(farm, serial)) == ([*before, 1], [])
    assert any(name.endswith("proof.png") for name in task.evidence)


def test_a_carousel_is_published_in_order(daemon: DroverDaemon, farm: PhoneFarm, media: Path) -> None:
    serial = farm.phones[1].serial
    before = published(farm, serial)  # other tests publish on this phone, too
    pictures = [str(make_picture(media / f"{number}.png")) for number in (1, 2)]
    config = {"content_type": 1, "image_count": 2, "material_list": pictures, "captions": "Title##Text"}
    task = daemon.wait_ended(post(daemon, serial, **config), timeout_s=120)
    assert task.status is Status.COMPLETED, task.remark
    assert (published(farm, serial), in_gallery(farm, serial)) == ([*before, 2], [])


def test_case_c9_c10_two_phones_publish_different_files_of_a_folder_with_its_texts(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path
) -> None:
    """As requested by REST clients: nothing but the folder. The account's own folder comes first, where it is known."""
    folder = media / "shop"
    first, second = (phone.serial for phone in farm.phones[:2])
    name = next(row["username"] for row in farm.state(first)["accounts"] if row["active"] and row["app"] == "tiktok")
    own = folder / f"@{name.upper()}"
    own.mkdir(parents=True)
    make_video(own / "own.mp4", seconds=5)
    make_video(folder / "root.mp4", seconds=6)
    (own / "caption.txt").write_text("Own words #tag\n")
    (folder / "caption.txt").write_text("Root words\n")
    daemon.client.ask(PutAccount(username=name, serial=first), Account)
    config = {"material_source": "localFolder", "material_path": str(folder)}
    ids = [*daemon.create("post", config, usernames=[name]), post(daemon, second, **config)]
    ended = [daemon.wait_ended(task_id, timeout_s=120) for task_id in ids]
    assert [task.status for task in ended] == [Status.COMPLETED] * 2, [task.remark for task in ended]
    took = [task.media for task in ended]
    assert [one and (one.files[0].name, one.captions) for one in took] == [
        (f"{own.name}/own.mp4", "Own words #tag"),
        ("root.mp4", "Root words"),
    ]
    captions = [farm.state(serial)["posts"][-1]["caption"].strip() for serial in (first, second)]
    assert captions == ["Own words #tag", "Root words"]
    log = daemon.client.ask(ReadTaskLog(task_id=ids[0]), LogChunk).text
    assert "own.mp4" in log


def test_case_t2_a_file_name_that_is_not_utf8_stops_no_other_of_its_folder(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path
) -> None:
    serial = farm.phones[0].serial
    folder = media / "odd"
    folder.mkdir()
    good = make_video(folder / "good.mp4", seconds=7)
    (folder / os.fsdecode(b"caf\xe9.mp4")).write_bytes(good.read_bytes())
    config = {"material_source": "localFolder", "material_path": str(folder)}
    first = daemon.wait_ended(post(daemon, serial, **config), timeout_s=120)
    assert first.status is Status.COMPLETED, first.remark
    assert first.media is not None
    assert [file.name for file in first.media.files] == ["good.mp4"]
    second = daemon.wait_ended(post(daemon, serial, **config), timeout_s=120)
    assert second.reason is Reason.MEDIA_INVALID
    assert "caf\\xe9.mp4: has a name that is not UTF-8" in second.remark
    wait_until(lambda: "caf\\xe9.mp4" in daemon.log().replace("\\\\", "\\"), what="the line that names the file")


def test_case_b1_a_bar_that_a_failed_upload_left_fails_no_later_post(
    daemon: DroverDaemon, farm: PhoneFarm, media: Path
) -> None:
    """Three tasks, the first of which fails and leaves its bar; all are retried: each is published once."""
    serial = farm.phones[0].serial
    before = len(published(farm, serial))
    videos = [str(make_video(media / f"b1_{number}.mp4", seconds=5)) for number in range(3)]
    farm.fault(serial, "upload_failure", app="tiktok")
    failed = post(daemon, serial, material_list=videos[:1], captions="first")
    ended = daemon.wait_ended(failed, timeout_s=120)
    farm.clear_fault(serial, "upload_failure")
    assert (ended.reason, ended.effect, ended.retry_safe) == (Reason.UPLOAD_FAILED, Effect.NONE, True), ended.remark
    later = [post(daemon, serial, material_list=[video], captions="one more") for video in videos[1:]]
    for task_id in later:
        task = daemon.wait_ended(task_id, timeout_s=120)
        assert (task.status, task.effect) == (Status.COMPLETED, Effect.CONFIRMED), task.remark
    assert "Couldn't post" in farm.hierarchy(serial), "the bar is still there"
    daemon.client.ask(RetryAll(), RetriedAll)
    assert daemon.wait_ended(failed, timeout_s=120).status is Status.COMPLETED
    assert len(published(farm, serial)) - before == 3
