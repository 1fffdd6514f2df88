"""One phone whose screen is the tests' own, so that the device half is judged by itself."""

from collections.abc import Iterator

import adbutils
import pytest

from tests.support.adb import AdbServer
from tests.support.fake_display import FakeDisplay
from tests.support.phones import PhoneFarm


@pytest.fixture(scope="module")
def plain_farm(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    with PhoneFarm(adb_server, 2, languages=("en", "fr"), make_display=FakeDisplay) as farm:
        yield farm


@pytest.fixture(scope="module")
def serial(plain_farm: PhoneFarm) -> str:
    return plain_farm.phones[0].serial


@pytest.fixture
def device(adb_server: AdbServer, serial: str) -> adbutils.AdbDevice:
    return adb_server.device(serial)


@pytest.fixture
def display(plain_farm: PhoneFarm) -> Iterator[FakeDisplay]:
    """The first phone's screen, at its launcher again after the test."""
    shown = plain_farm.farm.phones[0].device.display
    assert isinstance(shown, FakeDisplay)
    yield shown
    shown.reset()
