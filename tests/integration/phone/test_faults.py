"""A phone in trouble: every call ends within its deadline, failures are named, and no tap is ever repeated."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from drover.phone.adb import Adb
from drover.phone.engine import PhoneError, PhoneLostError, PhoneTimeoutError, TapUncertainError
from drover.phone.phone import Phone
from tests.integration.phone.conftest import OpenPhone
from tests.support.adb import AdbServer
from tests.support.aiming import spot
from tests.support.fake_display import PACKAGE, FakeDisplay
from tests.support.phones import PhoneFarm, wait_until
from tests.support.trees import screen

SLACK_S = 3.0
LIMIT_S = 0.4

CALLS: dict[str, Callable[[Phone, float], object]] = {
    "screen": lambda phone, limit: phone.screen(timeout_s=limit),
    "screenshot": lambda phone, limit: phone.screenshot(timeout_s=limit),
    "swipe": lambda phone, limit: phone.swipe_up(screen(), timeout_s=limit),
    "key": lambda phone, limit: phone.key(4, timeout_s=limit),
    "type_text": lambda phone, limit: phone.type_text("x", timeout_s=limit),
    "open_link": lambda phone, limit: phone.open_link("https://example.org/", PACKAGE, timeout_s=limit),
    "launch": lambda phone, limit: phone.launch(PACKAGE, timeout_s=limit),
    "force_stop": lambda phone, limit: phone.force_stop(PACKAGE, timeout_s=limit),
    "current_package": lambda phone, limit: phone.current_package(timeout_s=limit),
    "app_version": lambda phone, limit: phone.app_version(PACKAGE, timeout_s=limit),
    "facts": lambda phone, limit: phone.facts([PACKAGE], timeout_s=limit),
    "probe": lambda phone, limit: phone.probe(timeout_s=limit),
}


@pytest.mark.parametrize("call", CALLS)
def test_r06_a_hanging_phone_ends_the_call_within_its_deadline(
    phone: Phone, notes_farm: PhoneFarm, serial: str, call: str
) -> None:
    notes_farm.fault(serial, "hang")
    started = time.monotonic()
    with pytest.raises(PhoneTimeoutError, match=serial):
        CALLS[call](phone, LIMIT_S)
    assert time.monotonic() - started < 1 + SLACK_S


def test_r06_a_tap_that_is_never_answered_is_uncertain(phone: Phone, notes_farm: PhoneFarm, serial: str) -> None:
    notes_farm.fault(serial, "hang")
    started = time.monotonic()
    with pytest.raises(TapUncertainError):
        phone.tap(spot(5, 5), timeout_s=LIMIT_S)
    assert time.monotonic() - started < 1 + SLACK_S


@pytest.mark.parametrize("engine", ["auto", "adb", "uiautomator2"])
def test_r06_opening_a_hanging_phone_ends(
    open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str, engine: str
) -> None:
    notes_farm.fault(serial, "hang")
    started = time.monotonic()
    with pytest.raises(PhoneError, match=serial):
        open_phone(engine, timeout_s=LIMIT_S)
    assert time.monotonic() - started < 1 + 5 + SLACK_S


@pytest.mark.parametrize("fault", ["offline", "unplug"])
def test_a_phone_that_is_gone_is_lost(phone: Phone, notes_farm: PhoneFarm, serial: str, fault: str) -> None:
    notes_farm.fault(serial, fault)
    try:
        wait_until(lambda: _is_lost(phone), what="the loss to show")
        for call in CALLS.values():
            with pytest.raises(PhoneLostError, match=serial):
                call(phone, 5)
        with pytest.raises(PhoneLostError):
            phone.tap(spot(5, 5), timeout_s=5)
    finally:
        notes_farm.clear_faults(serial)
        wait_until(lambda: not _is_lost(phone), what="the phone to come back")


def _is_lost(phone: Phone) -> bool:
    try:
        phone.probe(timeout_s=2)
    except PhoneLostError:
        return True
    except PhoneError:
        return False
    return False


def test_unknown_serials_are_lost(adb_server: AdbServer) -> None:
    with pytest.raises(PhoneLostError, match="nosuchphone"):
        Phone.open("nosuchphone", adb_port=adb_server.port)


def test_no_adb_server_is_a_lost_phone_and_starts_none() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(PhoneLostError, match="no adb server"):
        Phone.open("x", adb_port=port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_r06_an_adb_server_that_trickles_or_stays_silent_does_not_hold_a_call() -> None:
    """A byte now and then must not extend the deadline, which adbutils' own time-outs allow."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"OKAYffff")
                while not done.wait(0.05):
                    connection.sendall(b"x")

        thread = threading.Thread(target=trickle)
        thread.start()
        started = time.monotonic()
        try:
            with pytest.raises(PhoneTimeoutError):
                Adb("x", port=listener.getsockname()[1]).state(timeout_s=0.5)
        finally:
            done.set()
            thread.join(5)
        assert time.monotonic() - started < 0.5 + SLACK_S


# --- taps ---


@pytest.mark.parametrize("answer", [{}, {"answer": 502}, {"answer": "dead_object"}], ids=["crash", "502", "dead"])
def test_a_tap_whose_answer_is_lost_is_not_repeated(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str, answer: dict[str, object]
) -> None:
    phone = open_phone("uiautomator2")
    notes_farm.fault(serial, "server_crash", after="click", **answer)
    with pytest.raises(TapUncertainError, match="may have arrived"):
        phone.tap(spot(7, 7))
    # The next call brings the server back where it died; the tap stays one.
    phone.screen()
    assert [event for event in display.events if event[0] == "tap"] == [("tap", 7, 7)]


def test_a_server_that_died_before_the_tap_is_started_again_and_taps_once(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str
) -> None:
    phone = open_phone("uiautomator2")
    notes_farm.fault(serial, "server_crash")
    phone.tap(spot(8, 8))
    assert display.events == [("tap", 8, 8)]


@pytest.mark.parametrize("answer", [{}, {"answer": 502}, {"answer": "dead_object"}], ids=["crash", "502", "dead"])
def test_reading_survives_a_dying_server(
    open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str, answer: dict[str, object]
) -> None:
    phone = open_phone("uiautomator2")
    notes_farm.fault(serial, "server_crash", after="dumpWindowHierarchy", **answer)
    assert phone.screen().nodes


# --- screens and engines ---


def test_a_moving_screen_is_read_when_it_stands_still(
    open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str
) -> None:
    phone = open_phone("adb")
    phone.screen()
    notes_farm.fault(serial, "idle_error")
    with pytest.raises(PhoneTimeoutError, match="could not get idle state"):
        phone.screen(timeout_s=1)
    notes_farm.clear_faults(serial)
    assert phone.screen().nodes


def test_uiautomator2_does_not_wait_for_a_quiet_screen(open_phone: OpenPhone, display: FakeDisplay) -> None:
    phone = open_phone("uiautomator2")
    display.moving = True
    assert phone.screen(timeout_s=2).nodes


def test_another_holder_of_ui_automation_is_named(open_phone: OpenPhone) -> None:
    open_phone("uiautomator2")
    with pytest.raises(PhoneError, match=r"uiautomator2's server holds its UI automation"):
        open_phone("adb").screen(timeout_s=5)


def test_closing_ends_the_server_and_lets_plain_adb_in(open_phone: OpenPhone) -> None:
    open_phone("uiautomator2").close()
    plain = open_phone("adb")
    assert wait_until(lambda: _reads(plain), what="the server to end")


def _reads(phone: Phone) -> bool:
    try:
        return bool(phone.screen(timeout_s=2).nodes)
    except PhoneError:
        return False


def test_closing_leaves_no_thread(open_phone: OpenPhone) -> None:
    before = threading.active_count()
    phone = open_phone("uiautomator2")
    assert threading.active_count() == before
    phone.close()
    assert threading.active_count() == before


def test_auto_prefers_uiautomator2_and_falls_back(open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str) -> None:
    first = open_phone("auto")
    assert first.engine == "uiautomator2"
    first.close()
    notes_farm.fault(serial, "hang", command="app_process")
    assert open_phone("auto", timeout_s=2).engine == "adb"


def test_unknown_engines_are_refused(open_phone: OpenPhone) -> None:
    with pytest.raises(PhoneError, match="say one of auto, uiautomator2, adb"):
        open_phone("appium")


def test_a_sleeping_phone_is_woken(phone: Phone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str) -> None:
    notes_farm.fault(serial, "screen_off")
    phone.tap(spot(5, 5))
    assert display.events == []
    phone.wake()
    phone.tap(spot(5, 5))
    assert display.events == [("tap", 5, 5)]
