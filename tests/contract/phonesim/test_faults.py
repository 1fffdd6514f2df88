"""Each fault of a phone as adb shows it, and that its neighbour never notices."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from adbutils.errors import AdbError, AdbTimeout

from tests.support.adb import AdbServer
from tests.support.fake_display import LAUNCHER, PACKAGE, FakeDisplay
from tests.support.phones import PhoneFarm, SimulatedPhone, wait_until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def phone(plain_farm: PhoneFarm, adb_server: AdbServer) -> Iterator[SimulatedPhone]:
    """The first phone; after the test without faults and attached again."""
    chosen = plain_farm.phones[0]
    yield chosen
    plain_farm.clear_faults(chosen.serial)
    wait_until(lambda: state_of(adb_server, chosen) == "device", what="the phone is back")


@pytest.fixture(autouse=True)
def neighbour(plain_farm: PhoneFarm, adb_server: AdbServer) -> Iterator[None]:
    """The second phone answers before and after, without having been attached again."""
    other = plain_farm.phones[1]
    before = transport_id(adb_server, other)
    yield
    assert adb_server.device(other.serial).shell("echo fine") == "fine"
    assert transport_id(adb_server, other) == before


def listing(adb_server: AdbServer, phone: SimulatedPhone) -> list[str]:
    lines = adb_server.run("devices", "-l").stdout.decode().splitlines()
    return next((line.split() for line in lines if line.startswith(phone.serial + " ")), [])


def state_of(adb_server: AdbServer, phone: SimulatedPhone) -> str:
    found = listing(adb_server, phone)
    return found[1] if found else "absent"


def transport_id(adb_server: AdbServer, phone: SimulatedPhone) -> str:
    return next(word for word in listing(adb_server, phone) if word.startswith("transport_id:"))


def test_latency_delays_each_command(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    plain_farm.fault(phone.serial, "latency", ms=300)
    started = time.monotonic()
    adb_server.device(phone.serial).shell("true")
    assert 0.3 <= time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("fault", "shown"), [("offline", "offline"), ("unplug", "absent"), ("unauthorized", "unauthorized")]
)
def test_absence_is_shown_and_ends_when_it_is_cleared(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, fault: str, shown: str
) -> None:
    plain_farm.fault(phone.serial, fault)
    wait_until(lambda: state_of(adb_server, phone) == shown, what=f"adb shows {shown}")
    with pytest.raises(AdbError):
        adb_server.device(phone.serial).shell("true", timeout=2)
    plain_farm.clear_fault(phone.serial, fault)
    wait_until(lambda: state_of(adb_server, phone) == "device", what="adb shows device")
    assert adb_server.device(phone.serial).shell("getprop ro.serialno") == phone.serialno


@pytest.mark.parametrize("fault", ["offline", "unplug"])
def test_absence_ends_by_itself(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, fault: str
) -> None:
    plain_farm.fault(phone.serial, fault, seconds=0.5)
    wait_until(lambda: state_of(adb_server, phone) != "device", what="the phone is away")
    wait_until(lambda: state_of(adb_server, phone) == "device", what="the phone is back")
    assert plain_farm.state(phone.serial)["faults"] == {}


def test_unplug_ends_a_running_command(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    stream = adb_server.device(phone.serial).shell("sleep 60", stream=True)
    plain_farm.fault(phone.serial, "unplug")
    stream.conn.settimeout(5)
    assert stream.read_until_close() == ""
    stream.close()


def test_hang_answers_nothing_until_it_ends(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone
) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, "hang")
    with pytest.raises(AdbTimeout):
        device.shell("echo x", timeout=0.5)
    with pytest.raises(AdbTimeout):
        device.shell2("echo x", timeout=0.5, v2=True)
    assert state_of(adb_server, phone) == "device"
    plain_farm.clear_fault(phone.serial, "hang")
    assert device.shell("echo x", timeout=5) == "x"


def test_hang_of_one_command_leaves_the_others(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone
) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, "hang", command="input")
    assert device.shell("getprop ro.serialno", timeout=5) == phone.serialno
    with pytest.raises(AdbTimeout):
        device.shell("input tap 1 1", timeout=0.5)


def test_hang_lets_the_first_of_its_commands_pass(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, display: FakeDisplay
) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, "hang", command="input", skip=1)
    device.shell("input tap 3 3", timeout=5)
    with pytest.raises(AdbTimeout):
        device.shell("input tap 3 3", timeout=0.5)
    assert display.events.count(("tap", 3, 3)) == 1


@pytest.mark.parametrize("fault", ["unplug", "offline", "reboot"])
def test_a_phone_can_be_lost_right_after_it_did_something(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, display: FakeDisplay, fault: str
) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, fault, after="input", seconds=0.3)
    assert device.shell("echo still here") == "still here"
    assert fault in plain_farm.state(phone.serial)["faults"]
    with pytest.raises(AdbError, match="shell output invalid"):
        device.shell2("input tap 7 7")
    assert display.events.count(("tap", 7, 7)) == 1
    wait_until(lambda: state_of(adb_server, phone) != "device", what="the phone is away")
    wait_until(lambda: state_of(adb_server, phone) == "device", what="the phone is back")


def test_hang_after_a_command_was_done(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, display: FakeDisplay
) -> None:
    plain_farm.fault(phone.serial, "hang", command="input", when="after")
    with pytest.raises(AdbTimeout):
        adb_server.device(phone.serial).shell("input tap 8 8", timeout=0.5)
    assert display.events.count(("tap", 8, 8)) == 1


def test_hang_of_file_transfers(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    plain_farm.fault(phone.serial, "hang", command="sync", seconds=0.4)
    started = time.monotonic()
    assert adb_server.device(phone.serial).sync.stat("/sdcard").mode != 0
    assert time.monotonic() - started >= 0.3


def test_reboot_loses_processes_and_comes_back(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, display: FakeDisplay
) -> None:
    device = adb_server.device(phone.serial)
    device.app_start(PACKAGE)
    device.sync.push(b"kept", "/data/local/tmp/kept")
    plain_farm.fault(phone.serial, "reboot", down_seconds=0.3, seconds=0.7)
    wait_until(lambda: state_of(adb_server, phone) != "device", what="the phone is away")
    wait_until(lambda: state_of(adb_server, phone) == "device", what="the phone is back")
    assert device.getprop("sys.boot_completed") == ""
    wait_until(lambda: device.getprop("sys.boot_completed") == "1", what="the phone has booted")
    assert device.app_current().package == LAUNCHER
    assert device.sync.read_bytes("/data/local/tmp/kept") == b"kept"
    assert plain_farm.state(phone.serial)["uptime_s"] < 30


def test_adb_reboot_restarts_the_phone(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    assert adb_server.run("reboot", serial=phone.serial).returncode == 0
    wait_until(lambda: state_of(adb_server, phone) != "device", what="the phone is away")
    wait_until(lambda: state_of(adb_server, phone) == "device", what="the phone is back")


def test_low_battery(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    plain_farm.fault(phone.serial, "low_battery", level=3)
    battery = adb_server.device(phone.serial).battery()
    assert (battery.level, battery.usb_powered) == (3, False)


def test_late_media_rows(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, "late_media", delay_seconds=0.4)
    device.sync.push(b"picture", "/sdcard/Pictures/late.jpg")
    device.shell("am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file:///sdcard/Pictures/late.jpg")
    query = "content query --uri content://media/external/images/media --where \"_display_name='late.jpg'\""
    assert device.shell(query) == "No result found."
    wait_until(lambda: "late.jpg" in device.shell(query), what="the row")


def test_screen_off_takes_no_touch_until_woken(
    plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone, display: FakeDisplay
) -> None:
    device = adb_server.device(phone.serial)
    plain_farm.fault(phone.serial, "screen_off")
    assert not device.is_screen_on()
    device.click(9, 9)
    device.keyevent("WAKEUP")
    assert device.is_screen_on()
    assert ("tap", 9, 9) not in display.events


def test_display_faults_are_passed_on(plain_farm: PhoneFarm, phone: SimulatedPhone) -> None:
    assert plain_farm.fault(phone.serialno, "popup", kind="x")["faults"] == {"popup": {"kind": "x"}}
    assert plain_farm.clear_faults(phone.serial)["faults"] == {}


@pytest.mark.parametrize(
    "body", [{"name": "nonsense"}, {"name": "latency", "ms": "slow"}, {"name": 5}, {"name": "unplug", "after": 1}, {}]
)
def test_faults_that_do_not_exist_are_refused_with_a_list(
    plain_farm: PhoneFarm, phone: SimulatedPhone, body: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="could not get idle state"):
        plain_farm.request("POST", f"phones/{phone.serial}/faults", body)


def test_calls_are_counted(plain_farm: PhoneFarm, adb_server: AdbServer, phone: SimulatedPhone) -> None:
    before = plain_farm.state(phone.serial)["calls"]
    device = adb_server.device(phone.serial)
    device.shell("true")
    device.shell2("true; true", v2=True)
    device.sync.stat("/sdcard")
    adb_server.run("exec-out", "true", serial=phone.serial)
    after = plain_farm.state(phone.serial)["calls"]
    counted = {name: after[name] - before.get(name, 0) for name in ("shell", "sync", "exec", "total")}
    assert counted == {"shell": 2, "sync": 1, "exec": 1, "total": 4}


def test_state_names_a_phone_either_way(plain_farm: PhoneFarm, phone: SimulatedPhone) -> None:
    assert plain_farm.state(phone.serial)["serialno"] == plain_farm.state(phone.serialno)["serialno"] == "SIM0001"
    with pytest.raises(ValueError, match="GET /phones lists them"):
        plain_farm.state("SIM9999")
    assert plain_farm.picture(phone.serial).startswith(b"\x89PNG")
    assert plain_farm.hierarchy(phone.serial).startswith("<?xml")
