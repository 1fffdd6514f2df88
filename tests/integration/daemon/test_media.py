"""The library and the choice of files with a real daemon, its gateway and a simulated phone."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.wire.faults import Code, RequestError
from drover.wire.materials import GetMaterial, MaterialDetail
from drover.wire.tasks import Effect, Reason, Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.media import make_picture, make_video
from tests.support.phones import PhoneFarm


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def running(adb_server: AdbServer, root: Path) -> Iterator[DroverDaemon]:
    """A daemon with its gateway, one folder of media and no phones."""
    settings = {"DROVER_MEDIA_ROOTS": json.dumps([str(root)]), "DROVER_DEVICES_IGNORE": "[]"}
    with DroverDaemon(adb_port=adb_server.port, settings=settings, api=True) as daemon:
        yield daemon


def ask(url: str, data: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "video/mp4"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return dict(json.load(error))


def test_an_uploaded_file_survives_the_daemons_death(running: DroverDaemon, tmp_path: Path) -> None:
    data = make_video(tmp_path / "a.mp4", seconds=30, size=(720, 1280)).read_bytes()
    assert len(data) > 64 * 1024
    answer = ask(f"{running.api_url()}material?name=a.mp4&tags=summer", data)
    assert (answer["code"], answer["data"]["duration_s"]) == (0, 30.0)
    running.kill()
    running.start()
    item_id = answer["data"]["id"]
    found = running.client.ask(GetMaterial(material_id=item_id), MaterialDetail)
    assert Path(found.material.path).read_bytes() == data
    assert list((running.data_dir / "media" / "incoming").iterdir()) == []
    shown = ask(f"{running.api_url()}material/{item_id}")["data"]
    assert (shown["sha256"], shown["uses"]) == (answer["data"]["sha256"], [])


def test_large_uploads_pass_and_too_large_ones_do_not(running: DroverDaemon) -> None:
    """Beyond the cap of ordinary bodies; what is no media is refused by its content, after it came."""
    answer = ask(f"{running.api_url()}material?name=a.mp4", b"\0" * 12_000_000)
    assert (answer["code"], "no media file" in answer["message"]) == (40001, True)
    assert list((running.data_dir / "media" / "incoming").iterdir()) == []


def test_a_post_that_can_never_work_is_refused_through_rest(running: DroverDaemon, root: Path) -> None:
    path = make_picture(root / "a.png")
    body = {"serials": ["R5"], "script_name": "post", "script_config": {"material_list": [str(path)]}}
    request = urllib.request.Request(
        f"{running.api_url()}task", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(request, timeout=20):
        pass
    with caught.value:
        message = json.load(caught.value)["message"]
    assert message == f"script_config.material_list[0]: {path}: is a picture (image/png), expected a video"


def test_a_post_without_files_fails_and_says_so(daemon: DroverDaemon, serial: str) -> None:
    task = daemon.wait_ended(*daemon.create("post", {"materials_tags": "nobody.has.this"}, serial))
    assert (task.status, task.reason, task.effect, task.attempt) == (
        Status.FAILED,
        Reason.MEDIA_INVALID,
        Effect.NONE,
        0,
    )
    assert "expected 1 unused video in the library with the tag nobody.has.this, found 0" in task.remark
    daemon.wait_idle(serial)


def test_files_outside_the_roots_are_refused(daemon: DroverDaemon, farm: PhoneFarm) -> None:
    for config in ({"material_list": ["/proc/self/environ"]}, {"material_source": "localFolder", "material_path": "/"}):
        with pytest.raises(RequestError) as caught:
            daemon.create("post", config, farm.phones[0].serial)
        assert caught.value.failure.code is Code.INVALID
        assert "roots in [media]" in str(caught.value)
