"""The two halves together: the modelled apps driven through stock adb and through uiautomator2, effects counted."""

import io
import re
from contextlib import suppress

import pytest
import uiautomator2
from adbutils.errors import AdbError
from PIL import Image

from tests.support.adb import AdbServer
from tests.support.phones import PhoneFarm, wait_until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

TIKTOK = "com.zhiliaoapp.musically"
LABELS = {"en": "Follow", "fr": "Suivre"}


def open_profile(adb: AdbServer, serial: str, user: str) -> None:
    device = adb.device(serial)
    device.shell(
        ["am", "start", "-W", "-a", "android.intent.action.VIEW", "-d", f"https://www.tiktok.com/@{user}", TIKTOK]
    )


def follow_button(xml: str, label: str) -> tuple[int, int] | None:
    """The middle of the last node with that text; the profiles here have no other one below the action row."""
    found = re.findall(rf'text="{label}"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', xml)
    if not found:
        return None
    left, top, right, bottom = map(int, found[-1])
    return (left + right) // 2, (top + bottom) // 2


@pytest.mark.parametrize("index", [0, 1])
def test_a_follow_through_plain_adb_is_counted_once(farm: PhoneFarm, adb_server: AdbServer, index: int) -> None:
    phone = farm.phones[index]
    device = adb_server.device(phone.serial)
    open_profile(adb_server, phone.serial, "plainuser")
    at = wait_until(lambda: follow_button(device.dump_hierarchy(), LABELS[phone.language]), what="the Follow button")
    device.click(*at)
    effects = wait_until(lambda: farm.state(phone.serial)["effects"], what="the effect")
    assert [(effect["kind"], effect["target"], effect["count"]) for effect in effects] == [("follow", "plainuser", 1)]


def test_a_follow_through_uiautomator2_is_counted_once(farm: PhoneFarm, adb_server: AdbServer) -> None:
    phone = farm.phones[0]
    connected = uiautomator2.connect(adb_server.device(phone.serial))
    try:
        open_profile(adb_server, phone.serial, "otheruser")
        at = wait_until(lambda: follow_button(connected.dump_hierarchy(), "Follow"), what="the Follow button")
        connected.click(*at)
        wait_until(
            lambda: any(effect["target"] == "otheruser" for effect in farm.state(phone.serial)["effects"]),
            what="the effect",
        )
    finally:
        connected.stop_uiautomator()


def test_the_picture_over_adb_is_the_picture_of_the_state_server(farm: PhoneFarm, adb_server: AdbServer) -> None:
    phone = farm.phones[0]
    adb_server.device(phone.serial).keyevent("HOME")
    png = adb_server.run("exec-out", "screencap", "-p", serial=phone.serial).stdout
    with Image.open(io.BytesIO(png)) as over_adb, Image.open(io.BytesIO(farm.picture(phone.serial))) as direct:
        assert over_adb.size == direct.size == (1080, 2400)
        assert over_adb.tobytes() == direct.tobytes()


def test_reset_puts_a_new_phone_in_its_place(farm: PhoneFarm, adb_server: AdbServer) -> None:
    phone = farm.phones[1]
    device = adb_server.device(phone.serial)
    device.sync.push(b"x", "/sdcard/left")
    farm.fault(phone.serial, "latency", ms=1)
    state = farm.reset(phone.serial)
    assert (state["effects"], state["faults"], state["screen"]) == ([], {}, "launcher")
    adb_server.run("wait-for-device", serial=phone.serial)

    def is_gone() -> bool:
        """adb may only now lose the phone that it had."""
        with suppress(AdbError):
            return not device.sync.exists("/sdcard/left")
        return False

    wait_until(is_gone, what="a phone without the file")


def test_faults_of_the_apps_are_listed_with_those_of_the_phone(farm: PhoneFarm) -> None:
    with pytest.raises(ValueError, match="captcha") as refused:
        farm.fault(farm.phones[0].serial, "nonsense")
    assert "latency" in str(refused.value)
    assert farm.fault(farm.phones[0].serial, "moving")["faults"]["moving"] == {}
    assert farm.clear_faults(farm.phones[0].serial)["faults"] == {}
