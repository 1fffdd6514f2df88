"""A post through stock adb: pushed, scanned, shared by `am start`, published, seen in the state and on the profile."""

import io
import re

import pytest
from PIL import Image

from tests.support.adb import AdbServer
from tests.support.gallery import jpeg
from tests.support.phones import PhoneFarm, wait_until
from tests.support.pushed_media import CAMERA, pushed

TIKTOK = "com.zhiliaoapp.musically"
SHARE = f"{TIKTOK}/com.ss.android.ugc.aweme.share.SystemShareActivity"
STREAM = "android.intent.extra.STREAM"
POST = {"en": "Post", "fr": "Publier"}


def tap(adb: AdbServer, serial: str, label: str) -> None:
    device = adb.device(serial)
    found = wait_until(
        lambda: re.findall(rf'text="{label}"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', device.dump_hierarchy()),
        what=f"{label} on the screen",
    )
    left, top, right, bottom = map(int, found[-1])
    device.click((left + right) // 2, (top + bottom) // 2)


@pytest.mark.parametrize("index", [0, 1])
def test_a_video_shared_by_adb_is_published_once(farm: PhoneFarm, adb_server: AdbServer, index: int) -> None:
    phone = farm.phones[index]
    farm.fault(phone.serial, "share_lands_on", page="form")
    uri = pushed(adb_server, phone.serial, "film.mp4", b"a film")
    adb_server.device(phone.serial).shell(
        f"am start -W -n {SHARE} -a android.intent.action.SEND -t video/mp4 --grant-read-uri-permission "
        f"--eu {STREAM} {uri}"
    )
    tap(adb_server, phone.serial, POST[phone.language])
    posts = wait_until(lambda: farm.state(phone.serial)["posts"], what="the post")
    assert [(post["app"], post["kind"], post["files"][0]["name"]) for post in posts] == [
        ("tiktok", "video", "film.mp4")
    ]
    effects = farm.state(phone.serial)["effects"]
    assert [(row["kind"], row["target"], row["count"]) for row in effects] == [("post", "film.mp4", 1)]


def test_a_carousel_reaches_the_profile_as_a_picture(farm: PhoneFarm, adb_server: AdbServer) -> None:
    phone = farm.phones[0]
    farm.fault(phone.serial, "share_lands_on", page="form")
    uris = [pushed(adb_server, phone.serial, f"{i}.jpg", jpeg(colour)) for i, colour in enumerate(("lime", "red"))]
    device = adb_server.device(phone.serial)
    device.shell(
        f"am start -W -n {SHARE} -a android.intent.action.SEND_MULTIPLE -t image/jpeg --grant-read-uri-permission "
        f"--esal {STREAM} {','.join(uris)}"
    )
    tap(adb_server, phone.serial, POST[phone.language])
    wanted = ["0.jpg", "1.jpg"]
    wait_until(
        lambda: [file["name"] for post in farm.state(phone.serial)["posts"][-1:] for file in post["files"]] == wanted,
        what="the post",
    )
    tap(adb_server, phone.serial, "Profile")
    with Image.open(io.BytesIO(farm.picture(phone.serial))) as picture:
        red, green, blue = picture.convert("RGB").getpixel((180, 1100))  # type: ignore[misc]
    assert green > 240
    assert max(red, blue) < 40


def test_a_row_that_is_late_cannot_be_shared_yet_and_a_lost_one_never(farm: PhoneFarm, adb_server: AdbServer) -> None:
    phone = farm.phones[0]
    device = adb_server.device(phone.serial)
    farm.fault(phone.serial, "lost_media")
    device.sync.push(b"a film", f"{CAMERA}/lost.mp4")
    device.shell(f"am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file://{CAMERA}/lost.mp4")
    answer = device.shell("content query --uri content://media/external/video/media")
    assert "lost.mp4" not in str(answer)
    farm.clear_fault(phone.serial, "lost_media")
