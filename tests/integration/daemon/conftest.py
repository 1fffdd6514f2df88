"""One daemon for a module's tests on the module's two phones. A test that ends a daemon starts its own."""

import json
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder in which files of `publishing_daemon` may lie."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def publishing_daemon(adb_server: AdbServer, farm: PhoneFarm, media: Path) -> Iterator[DroverDaemon]:
    """A daemon that publishes from that folder, its phones idle."""
    with DroverDaemon(adb_port=adb_server.port, settings={"DROVER_MEDIA_ROOTS": json.dumps([str(media)])}) as running:
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
