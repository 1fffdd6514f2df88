"""What is wrong with a phone as a whole, as its own commands report it."""

import pytest

from phonesim import keyguard
from phonesim.device import Device
from tests.support.fake_display import PACKAGE, FakeDisplay
from tests.support.phone_shell import new_device, run


@pytest.fixture
def device() -> Device:
    return new_device()


def touched(device: Device) -> list[tuple[object, ...]]:
    assert isinstance(device.display, FakeDisplay)
    return [event for event in device.display.events if event[0] == "tap"]


def test_a_pin_covers_everything_and_stays(device: Device) -> None:
    device.faults.set("locked", {})
    run(device, "input tap 5 5; input keyevent WAKEUP; wm dismiss-keyguard; input swipe 5 900 5 100; input tap 5 5")
    assert touched(device) == []
    assert "deviceLocked=1" in run(device, "dumpsys trust").out
    policy = run(device, "dumpsys window policy").out
    assert ("showing=true" in policy, "secure=true" in policy) == (True, True)
    dump = run(device, "uiautomator dump /data/local/tmp/w; cat /data/local/tmp/w").out
    assert (keyguard.PACKAGE in dump, PACKAGE in dump) == (True, False)
    device.faults.clear("locked")
    run(device, "input tap 5 5")
    assert touched(device) == [("tap", 5, 5)]


@pytest.mark.parametrize("how", ["wm dismiss-keyguard", "input swipe 5 900 5 100"])
def test_a_swipe_lock_is_put_away(device: Device, how: str) -> None:
    device.faults.set("swipe_lock", {})
    assert "deviceLocked=0" in run(device, "dumpsys trust").out
    run(device, f"input tap 5 5; {how}; input tap 6 6")
    assert touched(device) == [("tap", 6, 6)]


def test_before_the_first_unlock_no_app_starts(device: Device) -> None:
    assert run(device, "am get-started-user-state 0").out == "RUNNING_UNLOCKED\n"
    device.faults.set("before_first_unlock", {})
    assert run(device, "am get-started-user-state 0; getprop sys.user.0.ce_available").out == "RUNNING_LOCKED\nfalse\n"
    assert (
        "unable to resolve" in run(device, f"am start -a android.intent.action.VIEW -d https://x.example {PACKAGE}").err
    )


@pytest.mark.parametrize(("params", "said"), [({}, "0"), ({"property": "none"}, "")])
def test_forbidden_input_raises_and_does_nothing(device: Device, params: dict[str, str], said: str) -> None:
    device.faults.set("input_forbidden", params)
    done = run(device, "input tap 5 5")
    assert ("INJECT_EVENTS" in done.err, done.code, touched(device)) == (True, 255, [])
    assert run(device, "getprop persist.security.adbinput").out.strip() == said


def test_a_full_storage_takes_nothing_larger(device: Device) -> None:
    device.faults.set("storage_full", {"free_mb": 1})
    assert run(device, "df -k /data").out.splitlines()[-1].split()[3] == "1024"
    device.files.write("/sdcard/small.bin", bytes(1000))
    with pytest.raises(OSError, match="No space left"):
        device.files.write("/sdcard/large.bin", bytes(2 << 20))
    device.faults.set("storage_full", {})
    uri = "content://media/external/images/media"
    assert "SQLiteFullException" in run(device, f"content insert --uri {uri} --bind _data:s:/sdcard/small.bin").err


def test_no_keyboard_can_be_selected(device: Device) -> None:
    name = next(iter(device.input_methods))
    assert run(device, f"ime set {name}").code == 0
    device.faults.set("no_keyboard", {})
    assert run(device, f"ime enable {name}").code == 255


def test_noise_goes_to_stderr_only(device: Device) -> None:
    device.faults.set("stderr_noise", {"command": "getprop"})
    done = run(device, "getprop sys.boot_completed; echo x")
    assert (done.out, done.err.count("WARNING: linker")) == ("1\nx\n", 1)
