"""Both daemons behind one fixture: the double that shim and ctl are tested with, and the real droverd."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drover.client import ControlClient
from tests.support.adb import AdbServer
from tests.support.control import FakeDaemon
from tests.support.daemon import DroverDaemon
from tests.support.daemon_model import DaemonModel


@pytest.fixture(scope="module", params=["double", "droverd"])
def daemon(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The control socket of a running daemon with no phones. Tests use serials of their own."""
    if request.param == "droverd":
        adb: AdbServer = request.getfixturevalue("adb_server")
        with DroverDaemon(adb_port=adb.port) as real:
            yield real.runtime_dir / "control.sock"
        return
    with TemporaryDirectory(prefix="drv") as folder:
        double = FakeDaemon(Path(folder) / "control.sock", DaemonModel(folder=Path(folder)))
        double.start()
        yield double.path
        double.stop()


@pytest.fixture
def client(daemon: Path) -> Iterator[ControlClient]:
    with ControlClient(daemon, client_name="contract") as connected:
        yield connected
