"""One daemon for a module's tests on the module's two phones. A test that ends a daemon starts its own."""

from collections.abc import Iterator

import pytest

from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm


@pytest.fixture(scope="module")
def daemon(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """A daemon whose phones are idle."""
    with DroverDaemon(adb_port=adb_server.port) as running:
        running.wait_idle(*(phone.serial for phone in farm.phones))
        yield running


@pytest.fixture
def serial(daemon: DroverDaemon, farm: PhoneFarm) -> Iterator[str]:
    """The first phone, idle and without faults before and after."""
    first = farm.phones[0].serial
    farm.clear_faults(first)
    daemon.wait_idle(first)
    yield first
    farm.clear_faults(first)
