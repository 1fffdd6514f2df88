"""Any text arrives, whichever keyboard types it, and the person's keyboard is back afterwards."""

import random
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from drover.phone.adb import Adb
from drover.phone.engine import PhoneError
from drover.phone.phone import Phone
from drover.phone.typed_text import same_text
from tests.integration.phone.conftest import OpenPhone
from tests.support.adb import AdbServer
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm
from tests.support.trees import field

TEXTS = ["héllo wörld", "日本語 #ねこ", "😀 👩‍🚀 ❤️", "عربى", "line one\nline two", "a'b\"c`d$e\\f;g|h&i<j>k%sl"]
LATIN = "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"
U2_IME = "com.github.uiautomator/.AdbKeyboard"
OTHER_IME = "com.android.adbkeyboard/.AdbIME"


def _typed(phone: Phone, display: FakeDisplay, text: str) -> str:
    phone.tap(field(phone.screen()))
    phone.type_text("something before")
    phone.type_text(text)
    assert same_text(field(phone.screen()).text, text)
    return display.text


@pytest.mark.parametrize("text", TEXTS)
def test_unicode_by_uiautomator2(open_phone: OpenPhone, display: FakeDisplay, text: str) -> None:
    assert _typed(open_phone("uiautomator2"), display, text) == text


@pytest.fixture(params=[U2_IME, OTHER_IME])
def keyboard(
    request: pytest.FixtureRequest, notes_farm: PhoneFarm, adb_server: AdbServer, serial: str
) -> Iterator[str]:
    """An automation keyboard is installed, and another one is in use."""
    ime = str(request.param)
    device = notes_farm.farm.phones[0].device
    if ime == U2_IME:
        spec = find_spec("uiautomator2")
        assert spec is not None
        assert spec.origin is not None
        apk = Path(spec.origin).parent / "assets" / "app-uiautomator.apk"
        assert adb_server.run("install", str(apk), serial=serial).returncode == 0
    else:
        device.input_methods[ime] = False
    yield ime
    adb_server.run("uninstall", "com.github.uiautomator", serial=serial)
    device.input_methods.pop(OTHER_IME, None)


@pytest.mark.parametrize("text", TEXTS)
def test_unicode_by_an_installed_keyboard(
    open_phone: OpenPhone, display: FakeDisplay, notes_farm: PhoneFarm, keyboard: str, text: str
) -> None:
    assert _typed(open_phone("adb"), display, text) == text
    assert notes_farm.farm.phones[0].device.settings["secure"]["default_input_method"] == LATIN


def test_unicode_without_such_a_keyboard_is_refused(open_phone: OpenPhone, display: FakeDisplay) -> None:
    phone = open_phone("adb")
    phone.tap(field(phone.screen()))
    with pytest.raises(PhoneError, match="needs a keyboard for automation"):
        phone.type_text("héllo")
    assert display.text == ""


def test_empty_text_clears(phone: Phone, display: FakeDisplay) -> None:
    assert _typed(phone, display, "") == ""


def test_s15_a_thousand_strange_words_arrive_as_one_each(adb_server: AdbServer, serial: str) -> None:
    """Many at a time, through the phone's own shell: each is one argument, and nothing else runs."""
    rng = random.Random(15)
    alphabet = "ab '\"`$\\;|&<>(){}[]*?!~#%=\n\t-é日😀"
    words = ["".join(rng.choices(alphabet, k=rng.randint(1, 30))) for _ in range(1000)]
    adb = Adb(serial, port=adb_server.port)
    for start in range(0, len(words), 100):
        batch = words[start : start + 100]
        assert adb.shell_all([["printf", "%s", word] for word in batch], timeout_s=20) == [
            word.strip("\r\n") for word in batch
        ]
