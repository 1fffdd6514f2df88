"""A daemon whose API asks for a token, on the module's two phones, after one task that was really done."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from drover.wire.control import ApiToken, ShowToken
from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """The daemon, its token, and a task that completed on `serial`."""

    daemon: DroverDaemon
    token: str
    serial: str
    task_id: int

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.daemon.client.ask(ShowToken(), ApiToken).token}"}


@pytest.fixture(scope="module")
def guarded(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[Guarded]:
    settings = {"DROVER_API_REQUIRE_TOKEN": "true", "DROVER_DAEMON_LOG_LEVEL": "debug"}
    with DroverDaemon(adb_port=adb_server.port, api=True, settings=settings) as daemon:
        serial = farm.phones[0].serial
        daemon.wait_idle(serial)
        token = daemon.client.ask(ShowToken(), ApiToken).token
        (task_id,) = daemon.follow(serial, target="ada_security")
        assert daemon.wait_ended(task_id).status is Status.COMPLETED
        daemon.api_url()
        yield Guarded(daemon=daemon, token=token, serial=serial, task_id=task_id)
