"""uiautomator2 and `uiautomator dump` on a simulated phone: one UiAutomation, the library's recovery, keyboards."""

import os
from collections.abc import Iterator

import adbutils
import pytest
import uiautomator2
from uiautomator2.exceptions import AccessibilityServiceAlreadyRegisteredError, DeviceError, UiObjectNotFoundError

from tests.contract.phonesim.test_adbutils import center
from tests.support.adb import AdbServer
from tests.support.fake_display import BUTTON, FIELD, PACKAGE, FakeDisplay
from tests.support.phones import PhoneFarm, wait_until

# The libraries leave some of their sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def automation(device: adbutils.AdbDevice, display: FakeDisplay) -> Iterator[uiautomator2.Device]:
    """uiautomator2 connected, with the notes app in front."""
    connected = uiautomator2.connect(device)
    device.app_start(PACKAGE)
    yield connected
    connected.stop_uiautomator()


def test_connects_and_tells_about_the_phone(automation: uiautomator2.Device) -> None:
    info = automation.info
    assert (info["displayWidth"], info["displayHeight"]) == (1080, 2400)
    assert info["currentPackageName"] == PACKAGE
    assert automation.device_info["serial"] == "SIM0001"


def test_dumps_clicks_types_and_screenshots(automation: uiautomator2.Device, display: FakeDisplay) -> None:
    assert 'text="Save"' in automation.dump_hierarchy()
    picture = automation.screenshot()
    assert picture is not None
    assert picture.size == (1080, 2400)
    automation(resourceId=f"{PACKAGE}:id/field").set_text("żółć 😀")
    automation(text="Save").click()
    automation.click(0.25, 460)
    assert display.saved == ["żółć 😀", "żółć 😀"]
    assert automation(className="android.widget.EditText").get_text() == "żółć 😀"
    assert automation(text="Save").info["clickable"] is True
    assert automation(packageName=PACKAGE, clickable=True).count == 3
    assert automation.xpath('//*[@text="Save"]').exists


def test_missing_objects_raise(automation: uiautomator2.Device) -> None:
    assert not automation(text="Nothing").exists
    assert not automation(text="Nothing").wait(timeout=0.2)
    with pytest.raises(UiObjectNotFoundError):
        automation(text="Nothing").click(timeout=0.1)
    with pytest.raises(UiObjectNotFoundError):
        _ = automation(text="Nothing").info


def test_gestures_and_keys(automation: uiautomator2.Device, display: FakeDisplay) -> None:
    automation.swipe(500, 1500, 500, 500, steps=2)
    automation.long_click(100, 1000, duration=0.5)
    automation.double_click(30, 1000, duration=0.01)
    automation.press("back")
    automation.press(187)
    assert ("swipe", 500, 1500, 500, 500) in display.events
    assert ("long_tap", 100, 1000) in display.events
    assert display.events.count(("tap", 30, 1000)) == 2
    assert display.events[-2:] == [("key", 4), ("key", 187)]


def test_types_unicode_through_its_own_keyboard(automation: uiautomator2.Device, display: FakeDisplay) -> None:
    automation.click(*center(FIELD))
    before = automation.current_ime()
    automation.set_input_ime(True)
    assert automation.current_ime() == "com.github.uiautomator/.AdbKeyboard"
    automation.send_keys("Grüße 🎉 \"$x\" `y` 'z'")
    assert display.text == "Grüße 🎉 \"$x\" `y` 'z'"
    automation.click(*center(FIELD))
    automation.clear_text()
    assert display.text == ""
    automation.set_input_ime(False)
    assert automation.current_ime() == before


def test_clipboard_and_toast(automation: uiautomator2.Device, display: FakeDisplay) -> None:
    automation.clipboard = "copied ✓"
    assert automation.clipboard == "copied ✓"
    automation.click(*center(FIELD))
    automation.shell("input keyevent 279")
    assert display.text == "copied ✓"
    automation.toast.show("hi")
    assert automation.toast.get_message(1) == "hi"


def test_a_second_server_finds_uiautomation_taken(automation: uiautomator2.Device, device: adbutils.AdbDevice) -> None:
    with pytest.raises(AccessibilityServiceAlreadyRegisteredError):
        uiautomator2.connect(device, port=9010)


def test_dump_is_killed_while_the_server_holds_uiautomation(
    automation: uiautomator2.Device, device: adbutils.AdbDevice
) -> None:
    done = device.shell2("uiautomator dump /data/local/tmp/other.xml")
    assert (done.returncode, "Killed" in done.output) == (137, True)
    automation.stop_uiautomator()
    assert "UI hierchary dumped to" in device.shell("uiautomator dump /data/local/tmp/other.xml")


def test_server_ends_with_its_connection(automation: uiautomator2.Device, plain_farm: PhoneFarm, serial: str) -> None:
    assert plain_farm.state(serial)["automation"] == "uiautomator2"
    automation.stop_uiautomator(wait=False)
    wait_until(lambda: plain_farm.state(serial)["automation"] is None, what="the server's end")


@pytest.mark.parametrize("answer", [502, "dead_object"])
def test_the_librarys_own_recovery_taps_twice(
    automation: uiautomator2.Device, display: FakeDisplay, plain_farm: PhoneFarm, serial: str, answer: int | str
) -> None:
    # The trap that Drover must not fall into: the tap was done, the answer was lost, the library sends it again.
    plain_farm.fault(serial, "server_crash", after="click", answer=answer)
    automation.click(*center(BUTTON))
    assert display.saved == ["", ""]


def test_server_crash_after_a_click_leaves_one_tap_and_no_server(
    automation: uiautomator2.Device, display: FakeDisplay, plain_farm: PhoneFarm, serial: str
) -> None:
    plain_farm.fault(serial, "server_crash", after="click")
    with pytest.raises((OSError, DeviceError)):
        automation.jsonrpc.click(*center(BUTTON))
    assert len(display.saved) == 1
    assert plain_farm.state(serial)["automation"] is None


def test_dump_on_a_moving_screen_leaves_no_file(device: adbutils.AdbDevice, plain_farm: PhoneFarm, serial: str) -> None:
    plain_farm.fault(serial, "idle_error")
    done = device.shell2("rm -f /sdcard/window_dump.xml; uiautomator dump", v2=True)
    plain_farm.clear_faults(serial)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "ERROR: could not get idle state.\n")
    assert not device.sync.exists("/sdcard/window_dump.xml")
    assert device.shell("uiautomator dump") == "UI hierchary dumped to: /sdcard/window_dump.xml"
    assert device.sync.exists("/sdcard/window_dump.xml")


def test_dump_to_the_terminal(adb_server: AdbServer, serial: str) -> None:
    out = adb_server.run("exec-out", "uiautomator", "dump", "/dev/tty", serial=serial).stdout.decode()
    assert out.startswith("<?xml")
    assert out.endswith("</hierarchy>UI hierchary dumped to: /dev/tty" + os.linesep)
