"""The daemon under a wall clock that jumps (libfaketime): each scheduled task runs once, or is missed, never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drover.wire.tasks import Reason, Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneProcess

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
PRELOADED = Path(__file__).parents[2] / "support" / "wallclock"

pytestmark = pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed (apt-get install libfaketime)")


class WallClock:
    """What the daemon reads as the time of day; its monotonic clock stays true."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = timedelta()
        self.jump(timedelta())

    def jump(self, by: timedelta) -> None:
        """Move it, at once."""
        self._offset += by
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{self._offset.total_seconds():+.0f}\n")
        draft.replace(self._file)

    def in_minutes(self, minutes: int) -> str:
        """HH:MM in so many minutes, in UTC."""
        return (datetime.now(UTC) + self._offset + timedelta(minutes=minutes)).strftime("%H:%M")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(FAKETIME),
            "PYTHONPATH": str(PRELOADED),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }


@pytest.fixture
def phones(adb_server: AdbServer) -> Iterator[PhoneProcess]:
    with PhoneProcess(adb_server, 1) as process:
        yield process


def test_r17_jumps_of_the_clock_and_a_suspended_host(
    adb_server: AdbServer, phones: PhoneProcess, tmp_path: Path
) -> None:
    clock = WallClock(tmp_path / "clock")
    serial = phones.phones[0].serial
    settings = {**clock.environment, "DROVER_DAEMON_TIMEZONE": "UTC"}
    with DroverDaemon(adb_port=adb_server.port, settings=settings) as daemon:
        daemon.wait_idle(serial)

        def look() -> None:
            """An immediate task makes the daemon look at its queue now, and proves that it goes on."""
            (task_id,) = daemon.follow(serial, target=f"followed_look{clock.in_minutes(0).replace(':', '')}")
            daemon.wait_task(task_id, lambda task: task.status is Status.COMPLETED)

        (ahead,) = daemon.follow(serial, target="jumped", start_time=clock.in_minutes(30))
        look()
        assert daemon.task(ahead).status is Status.PENDING
        clock.jump(timedelta(minutes=35))  # five minutes late: within the grace
        look()
        done = daemon.wait_task(ahead, lambda task: task.status.ended)
        assert done.status is Status.COMPLETED

        clock.jump(timedelta(hours=-1))  # its time comes again
        look()
        clock.jump(timedelta(hours=1))
        look()
        assert daemon.task(ahead) == done
        assert effects(phones, serial, "follow", "jumped") == 1

        (slept,) = daemon.follow(serial, target="slept", start_time=clock.in_minutes(30))
        clock.jump(timedelta(hours=2))  # as a laptop that was closed
        look()
        missed = daemon.wait_task(slept, lambda task: task.status.ended)
        assert (missed.status, missed.reason) == (Status.FAILED, Reason.MISSED)
        assert effects(phones, serial, "follow", "slept") == 0
