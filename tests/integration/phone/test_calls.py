"""UIAutomator2's JSON-RPC and adb commands for the holder of a phone: by both engines, over a real adb server."""

import base64
import io

import pytest
from PIL import Image

from drover.phone.engine import CallRefusedError, CallUncertainError, TapUncertainError
from drover.phone.phone import Phone
from tests.integration.phone.conftest import OpenPhone
from tests.support.fake_display import FIELD, FakeDisplay
from tests.support.phones import PhoneFarm

FOCUSED = {"mask": 0x020000, "focused": True, "childOrSibling": [], "childOrSiblingSelector": []}


def test_common_methods_do_the_same_by_both_engines(phone: Phone, display: FakeDisplay) -> None:
    info = phone.call("deviceInfo", [])
    assert (info["displayWidth"], info["displayHeight"], info["screenOn"]) == (1080, 2400, True)
    assert info["currentPackageName"] == display.package
    assert phone.call("click", [FIELD[0] + 5, FIELD[1] + 5]) is True
    assert phone.call("setText", [FOCUSED, "hello there"]) is True
    assert display.text == "hello there"
    assert phone.call("pressKey", ["back"]) is True
    assert phone.call("pressKeyCode", [3]) is True
    assert phone.call("swipe", [540, 1680, 540, 720, 10]) is True
    kinds = [event[0] for event in display.events if event[0] != "text"]
    assert kinds[0] == "tap"
    assert ("key", 4) in display.events
    assert "<hierarchy" in phone.call("dumpWindowHierarchy", [False, 50])
    assert b"<hierarchy" in phone.raw_hierarchy()
    with Image.open(io.BytesIO(base64.b64decode(phone.call("takeScreenshot", [0.5, 60])))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (540, 1200))


def test_what_the_phone_does_not_know_is_its_own_refusal(phone: Phone) -> None:
    with pytest.raises(CallRefusedError, match="frobnicate"):
        phone.call("frobnicate", [])


def test_plain_adb_says_what_it_cannot_do(open_phone: OpenPhone) -> None:
    phone = open_phone("adb")
    with pytest.raises(CallRefusedError, match=r"needs the engine uiautomator2.*click, deviceInfo"):
        phone.call("objInfo", [FOCUSED])
    for wrong in ([FOCUSED], [1], ["x", "y"], [1, 2, 3]):
        with pytest.raises(CallRefusedError, match="cannot be used by plain adb"):
            phone.call("click", wrong)
    with pytest.raises(CallRefusedError, match="only the focused field"):
        phone.call("setText", [{"text": "Name"}, "x"])


@pytest.mark.parametrize("answer", [{}, {"answer": 502}, {"answer": "dead_object"}], ids=["crash", "502", "dead"])
def test_a_click_whose_answer_is_lost_is_not_repeated(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, serial: str, answer: dict[str, object]
) -> None:
    phone = open_phone("uiautomator2")
    notes_farm.fault(serial, "server_crash", after="click", **answer)
    with pytest.raises(CallUncertainError, match="click may or may not have been done"):
        phone.call("click", [7, 7])
    assert [event for event in display.events if event[0] == "tap"] == [("tap", 7, 7)]


@pytest.mark.parametrize(("method", "params"), [("click", [7, 7]), ("swipe", [1, 1, 2, 2, 5]), ("pressKey", ["home"])])
def test_an_effect_that_breaks_off_is_in_doubt_by_plain_adb_too(
    open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str, method: str, params: list[object]
) -> None:
    phone = open_phone("adb")
    notes_farm.fault(serial, "hang", command="input")
    with pytest.raises((CallUncertainError, TapUncertainError)):
        phone.call(method, params, timeout_s=1.0)


def test_a_reading_whose_answer_is_lost_leaves_no_doubt(
    open_phone: OpenPhone, notes_farm: PhoneFarm, serial: str
) -> None:
    phone = open_phone("uiautomator2")
    notes_farm.fault(serial, "server_crash", after="deviceInfo")
    with pytest.raises(Exception, match="broke off its answer") as caught:
        phone.call("deviceInfo", [])
    assert not isinstance(caught.value, CallUncertainError)


def test_adb_commands(open_phone: OpenPhone, serial: str) -> None:
    phone = open_phone("adb")
    assert phone.adb_command(["shell", "echo", "two  words", "$HOME;id"]) == "two  words $HOME;id\n"
    assert phone.adb_command(["exec-out", "echo one | cat"]) == "one\n"
    assert phone.adb_command(["get-state"]) == "device\n"
    assert phone.adb_command(["get-serialno"]) == f"{serial}\n"
    for refused in (["shell"], ["kill-server"], [], ["shell", "a\0b"]):
        with pytest.raises(CallRefusedError):
            phone.adb_command(refused)
