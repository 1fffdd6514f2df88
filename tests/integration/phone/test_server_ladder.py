"""uiautomator2's server before a task: used as it is, started again, put there again, or replaced by plain adb."""

from collections.abc import Iterator

import pytest

from drover.phone.engine import Cure, PhoneStartingError, UiAutomationHeldError
from drover.phone.phone import Phone
from drover.phone.server import JAR
from tests.support.adb import AdbServer
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm

Cured = tuple[Phone, list[Cure]]


@pytest.fixture
def cured(adb_server: AdbServer, serial: str, display: FakeDisplay) -> Iterator[Cured]:
    """The phone opened as `auto`, and the cures that were told of."""
    cures: list[Cure] = []
    phone = Phone.open(serial, adb_port=adb_server.port, on_cure=lambda cure, _why: cures.append(cure))
    yield phone, cures
    phone.close()


def test_a_server_that_answers_is_left_alone(cured: Cured) -> None:
    phone, cures = cured
    before = phone.round_trips
    phone.ready()
    assert cures == []
    assert phone.round_trips == before + 1


def test_a_dead_server_is_started_again(cured: Cured, notes_farm: PhoneFarm, serial: str) -> None:
    phone, cures = cured
    notes_farm.fault(serial, "server_crash")
    phone.ready()
    assert (cures, phone.engine, phone.degraded) == ([Cure.RESTART], "uiautomator2", False)
    assert phone.screen().nodes


def test_r06_a_server_that_never_answers_is_replaced_by_plain_adb(
    cured: Cured, notes_farm: PhoneFarm, serial: str
) -> None:
    phone, cures = cured
    notes_farm.fault(serial, "hang", command="ping")
    phone.ready(timeout_s=10)
    assert cures == [Cure.RESTART, Cure.REINSTALL, Cure.FALLBACK]
    assert (phone.engine, phone.degraded) == ("adb", True)
    notes_farm.clear_faults(serial)
    assert phone.screen(timeout_s=10).nodes


def test_a_damaged_copy_is_put_there_anew(adb_server: AdbServer, cured: Cured, serial: str) -> None:
    phone, _cures = cured
    phone.close()
    adb_server.device(serial).shell(f"echo damaged > {JAR}")
    with_jar = Phone.open(serial, adb_port=adb_server.port, engine="uiautomator2")
    with_jar.close()
    assert "damaged" not in adb_server.device(serial).shell(f"head -c 20 {JAR}")


def test_another_holder_is_named_and_no_engine_pretends_to_work(
    adb_server: AdbServer, notes_farm: PhoneFarm, serial: str, display: FakeDisplay
) -> None:
    device = notes_farm.farm.phones[0].device
    device.automation_holder = "io.appium.uiautomator2"
    device.process("io.appium.uiautomator2.server")
    try:
        with pytest.raises(UiAutomationHeldError, match=r"Appium.* holds its UI automation; stop it"):
            Phone.open(serial, adb_port=adb_server.port, timeout_s=10)
    finally:
        device.automation_holder = None
        device.processes.pop("io.appium.uiautomator2.server", None)


@pytest.mark.parametrize("engine", ["auto", "adb", "uiautomator2"])
def test_a_phone_whose_android_still_starts_is_not_opened(
    adb_server: AdbServer, notes_farm: PhoneFarm, serial: str, display: FakeDisplay, engine: str
) -> None:
    props = notes_farm.farm.phones[0].device.props
    props["sys.boot_completed"] = ""
    try:
        with pytest.raises(PhoneStartingError, match="Android is starting"):
            Phone.open(serial, adb_port=adb_server.port, engine=engine)
    finally:
        props["sys.boot_completed"] = "1"
