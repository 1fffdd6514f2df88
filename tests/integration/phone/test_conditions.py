"""A phone that as a whole cannot do tasks, by a real adb server and each engine."""

import io
import time

import pytest

from drover.phone.adb import Adb
from drover.phone.engine import InputForbiddenError, PhoneNotReadyError
from drover.phone.engine_choice import open_engine
from drover.phone.phone import Phone
from drover.phone.shell import facts
from drover.phone.sync import push_stream
from drover.wire.devices import PhoneCondition
from tests.integration.phone.conftest import OpenPhone
from tests.support.adb import AdbServer
from tests.support.aiming import spot
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm

BOTH = pytest.mark.parametrize("engine", ["adb", "uiautomator2"])


@pytest.mark.parametrize(
    ("fault", "params", "condition"),
    [
        ("locked", {}, PhoneCondition.LOCKED),
        ("before_first_unlock", {}, PhoneCondition.NOT_UNLOCKED),
        ("input_forbidden", {"property": "0"}, PhoneCondition.INPUT_FORBIDDEN),
        ("input_forbidden", {"property": ""}, PhoneCondition.INPUT_FORBIDDEN),
        ("storage_full", {"free_mb": 99}, PhoneCondition.STORAGE_FULL),
    ],
)
def test_such_a_phone_is_not_opened_and_says_why(
    open_phone: OpenPhone,
    notes_farm: PhoneFarm,
    serial: str,
    fault: str,
    params: dict[str, object],
    condition: PhoneCondition,
) -> None:
    notes_farm.fault(serial, fault, **params)
    with pytest.raises(PhoneNotReadyError) as caught:
        open_phone("auto")
    assert (caught.value.condition, serial in str(caught.value)) == (condition, True)
    notes_farm.clear_faults(serial)
    open_phone("auto").check_ready(doubt_input=True)


def test_a_phone_that_locks_is_told_from_its_screen(phone: Phone, notes_farm: PhoneFarm, serial: str) -> None:
    notes_farm.fault(serial, "locked")
    started = time.monotonic()
    with pytest.raises(PhoneNotReadyError, match="unlock it by hand"):
        phone.wait_until(lambda _tree: None, timeout_s=30, what="what never comes")
    assert time.monotonic() - started < 10
    with pytest.raises(PhoneNotReadyError):
        phone.wake()


def test_a_swipe_lock_is_put_away_by_looking(
    phone: Phone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str
) -> None:
    notes_farm.fault(serial, "swipe_lock")
    phone.wait_until(
        lambda tree: tree if tree.nodes[0].package == display.package else None, timeout_s=10, what="the app"
    )
    phone.tap(spot(5, 5))
    assert display.events == [("tap", 5, 5)]


@pytest.mark.parametrize("said", ["0", "none"])
def test_case_p8_a_touch_that_android_refuses_did_not_happen(
    phone: Phone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str, said: str
) -> None:
    notes_farm.fault(serial, "input_forbidden", property=said)
    acts = phone.acts
    for touch in (
        lambda: phone.tap(spot(5, 5)),
        lambda: phone.key(4),
        lambda: phone.swipe_up(phone.screen()),
        lambda: phone.call("click", [5, 5]),
        phone.wake,
    ):
        with pytest.raises(InputForbiddenError, match="Security settings"):
            touch()
    assert (display.events, phone.acts - acts) == ([], 1)  # a holder's call may be anything
    with pytest.raises(PhoneNotReadyError):
        phone.check_ready(doubt_input=True)


def test_case_p8_plain_adb_does_not_swallow_a_refused_text(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str
) -> None:
    phone = open_phone("adb")
    notes_farm.fault(serial, "input_forbidden")
    with pytest.raises(InputForbiddenError):
        phone.type_text("words")
    assert display.text == ""


@BOTH
@pytest.mark.parametrize("shell_v2", [True, False])
def test_case_p9_a_warning_on_stderr_is_no_answer(
    adb_server: AdbServer, display: FakeDisplay, notes_farm: PhoneFarm, serial: str, engine: str, shell_v2: bool
) -> None:
    """Also where a phone has no shell_v2 and warnings stand before every answer."""
    notes_farm.fault(serial, "stderr_noise")
    adb = Adb(serial, port=adb_server.port)
    if not shell_v2:
        adb._shell_v2 = False  # pyright: ignore[reportPrivateUsage]
    phone = Phone(adb, open_engine(adb, engine, timeout_s=20, on_cure=lambda _cure, _why: None))
    try:
        found = facts(adb, [], engine=engine, timeout_s=10)
        assert (found.hardware_serial, found.width, found.font_scale) == ("SIM0001", 1080, 1.0)
        assert found.sdk > 30
        phone.wake()
        phone.tap(spot(6, 6))
        assert phone.screen().nodes
        assert phone.current_package() == display.package
    finally:
        phone.close()
    assert display.events == [("tap", 6, 6)]


def test_a_file_that_does_not_fit_is_told_in_mb(
    phone: Phone, adb_server: AdbServer, notes_farm: PhoneFarm, serial: str
) -> None:
    notes_farm.fault(serial, "storage_full", free_mb=105)
    phone.gallery.have_room(40 << 20)
    with pytest.raises(PhoneNotReadyError, match="105 MB free, and what is to be published needs 122 MB"):
        phone.gallery.have_room(60 << 20)
    notes_farm.fault(serial, "storage_full")
    with pytest.raises(PhoneNotReadyError) as caught:
        push_stream(Adb(serial, port=adb_server.port), io.BytesIO(b"x" * 10), "/sdcard/f.bin", timeout_s=10)
    assert caught.value.condition is PhoneCondition.STORAGE_FULL


def test_no_room_for_the_automation_server_is_the_phones_condition(
    adb_server: AdbServer, display: FakeDisplay, notes_farm: PhoneFarm, serial: str
) -> None:
    """`auto` must not take plain adb for it: nothing but room helps."""
    device = notes_farm.farm.phones[0].device
    device.files.remove("/data/local/tmp/u2.jar") if device.files.exists("/data/local/tmp/u2.jar") else None
    room, device.files.room = device.files.room, _none
    try:
        with pytest.raises(PhoneNotReadyError) as caught:
            Phone.open(serial, adb_port=adb_server.port, engine="auto")
    finally:
        device.files.room = room
    assert caught.value.condition is PhoneCondition.STORAGE_FULL


def _none(_size: int) -> bool:
    return False


def test_a_keyboard_that_cannot_be_selected_is_the_phones_condition(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str
) -> None:
    device = notes_farm.farm.phones[0].device
    phone = open_phone("adb")
    device.input_methods["com.android.adbkeyboard/.AdbIME"] = False
    try:
        for fault in ("no_keyboard", ""):
            if fault:
                notes_farm.fault(serial, fault)
            else:
                notes_farm.clear_faults(serial)
                del device.input_methods["com.android.adbkeyboard/.AdbIME"]
            with pytest.raises(PhoneNotReadyError, match="install ADBKeyBoard") as caught:
                phone.type_text("héllo")
            assert caught.value.condition is PhoneCondition.NO_KEYBOARD
    finally:
        device.input_methods.pop("com.android.adbkeyboard/.AdbIME", None)
    assert display.text == ""
