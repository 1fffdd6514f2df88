"""Instagram through stock adb: a link followed, a share published as a reel, a carousel through the plus, a clone."""

import re
from collections.abc import Iterator

import pytest

from tests.support.adb import AdbServer
from tests.support.gallery import jpeg
from tests.support.phones import PhoneFarm, wait_until
from tests.support.pushed_media import pushed

INSTAGRAM = "com.instagram.android"
CLONE = "com.instagram.androie"
HANDLER = f"{INSTAGRAM}/com.instagram.share.handleractivity.ShareHandlerActivity"
STREAM = "android.intent.extra.STREAM"
VIEW = "android.intent.action.VIEW"


@pytest.fixture
def farm(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    """A phone of this module's own, because its posts are counted."""
    with PhoneFarm(adb_server, 1) as farm:
        yield farm


def touch(adb: AdbServer, serial: str, id_: str, which: int = 0) -> None:
    """Tap the node with this resource id as soon as it is on the screen."""
    device = adb.device(serial)
    pattern = rf'resource-id="[^"]*:id/{id_}"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"'
    found = wait_until(lambda: re.findall(pattern, device.dump_hierarchy())[which:], what=f"{id_} on the screen")
    left, top, right, bottom = map(int, found[0])
    device.click((left + right) // 2, (top + bottom) // 2)


def counted(farm: PhoneFarm, serial: str, kind: str) -> list[tuple[str, str, int]]:
    return [(e["app"], e["target"], e["count"]) for e in farm.state(serial)["effects"] if e["kind"] == kind]


def test_a_follow_by_a_link_is_counted_once(farm: PhoneFarm, adb_server: AdbServer) -> None:
    serial = farm.phones[0].serial
    adb_server.device(serial).shell(f"am start -W -a {VIEW} -d https://www.instagram.com/plainuser/ {INSTAGRAM}")
    touch(adb_server, serial, "profile_header_follow_button")
    wait_until(lambda: counted(farm, serial, "follow"), what="the effect")
    assert counted(farm, serial, "follow") == [("instagram", "plainuser", 1)]


def test_a_shared_video_is_published_once_as_a_reel(farm: PhoneFarm, adb_server: AdbServer) -> None:
    serial = farm.phones[0].serial
    device = adb_server.device(serial)
    uri = pushed(adb_server, serial, "film.mp4", b"a film")
    device.shell(
        f"am start -W -n {HANDLER} -a android.intent.action.SEND -t video/mp4 --grant-read-uri-permission "
        f"--eu {STREAM} {uri}"
    )
    reels = wait_until(
        lambda: re.search(r'text="Reels"[^>]*bounds="\[(\d+),(\d+)\]', device.dump_hierarchy()), what="the chooser"
    )
    device.click(int(reels[1]) + 20, int(reels[2]) + 20)
    touch(adb_server, serial, "clips_right_action_button")
    touch(adb_server, serial, "share_button")
    wait_until(lambda: counted(farm, serial, "post"), what="the post")
    assert counted(farm, serial, "post") == [("instagram", "film.mp4", 1)]
    (post,) = farm.state(serial)["posts"]
    assert (post["placement"], post["way"]) == ("reel", "share")


def test_pictures_are_published_through_the_plus(farm: PhoneFarm, adb_server: AdbServer) -> None:
    serial = farm.phones[0].serial
    for name, colour in (("one.jpg", "lime"), ("two.jpg", "red")):
        pushed(adb_server, serial, name, jpeg(colour))
    adb_server.device(serial).shell(f"monkey -p {INSTAGRAM} -c android.intent.category.LAUNCHER 1")
    touch(adb_server, serial, "action_bar_buttons_container_left")
    touch(adb_server, serial, "multi_select_slide_button_alt")
    touch(adb_server, serial, "gallery_grid_item_thumbnail", 1)
    for step in ("next_button_textview", "creation_next_button", "share_footer_button"):
        touch(adb_server, serial, step)
    posts = wait_until(lambda: farm.state(serial)["posts"], what="the post")
    assert [file["name"] for file in posts[0]["files"]] == ["two.jpg", "one.jpg"]
    assert counted(farm, serial, "post") == [("instagram", "two.jpg", 1)]


def test_a_clone_is_a_package_that_takes_no_links(farm: PhoneFarm, adb_server: AdbServer) -> None:
    serial = farm.phones[0].serial
    device = adb_server.device(serial)
    assert CLONE not in device.list_packages()
    farm.fault(serial, "clone", package=CLONE)
    assert CLONE in device.list_packages()
    answer = str(device.shell(f"am start -W -a {VIEW} -d https://www.instagram.com/plainuser/ {CLONE}"))
    assert "unable to resolve Intent" in answer
    device.shell(f"monkey -p {CLONE} -c android.intent.category.LAUNCHER 1")
    wait_until(lambda: farm.state(serial)["focus"]["package"] == CLONE, what="the clone in front")
