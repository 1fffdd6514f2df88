"""A phone with a field and a button, driven by each engine in turn."""

from collections.abc import Callable, Iterator

import pytest

from drover.phone.phone import Phone
from tests.support.adb import AdbServer
from tests.support.fake_display import PACKAGE, FakeDisplay
from tests.support.phones import PhoneFarm

OpenPhone = Callable[..., Phone]


@pytest.fixture(scope="module")
def notes_farm(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    with PhoneFarm(adb_server, 1, make_display=FakeDisplay) as farm:
        yield farm


@pytest.fixture
def display(notes_farm: PhoneFarm) -> Iterator[FakeDisplay]:
    """The screen behind the phone, with the notes open; it and the faults are as new again afterwards."""
    shown = notes_farm.farm.phones[0].device.display
    assert isinstance(shown, FakeDisplay)
    shown.package = PACKAGE
    yield shown
    notes_farm.clear_faults(notes_farm.phones[0].serial)
    shown.reset()


@pytest.fixture
def serial(notes_farm: PhoneFarm) -> str:
    return notes_farm.phones[0].serial


@pytest.fixture
def open_phone(adb_server: AdbServer, serial: str, display: FakeDisplay) -> Iterator[OpenPhone]:
    """Opens the phone with an engine by name; closes it afterwards."""
    opened: list[Phone] = []

    def open_one(engine: str, *, timeout_s: float = 20.0) -> Phone:
        opened.append(Phone.open(serial, adb_port=adb_server.port, engine=engine, timeout_s=timeout_s))
        return opened[-1]

    yield open_one
    for phone in opened:
        phone.close()


@pytest.fixture(params=["adb", "uiautomator2"])
def phone(request: pytest.FixtureRequest, open_phone: OpenPhone) -> Phone:
    """The phone on its launcher, by each engine."""
    return open_phone(request.param)
