"""What ends in the middle: worker, daemon, adb server. The effect happens at most once and nothing is lost."""

import os
import signal
from collections.abc import Iterator

import pytest

from drover.wire.tasks import Effect, Status
from tests.chaos.rig import zygote
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm, wait_until


def worker_pid(daemon: DroverDaemon, serial: str) -> int:
    pid = daemon.device(serial).worker_pid
    assert pid is not None
    return pid


def test_r02_no_task_begins_on_a_phone_whose_worker_is_gone(daemon: DroverDaemon, farm: PhoneFarm) -> None:
    # The other phone: five deaths of one worker in ten minutes would put it in quarantine.
    serial = farm.phones[1].serial
    daemon.wait_idle(serial)
    farm.fault(serial, "latency", ms=150)
    (cut,), (behind,) = daemon.follow(serial, target="ada_r02c"), daemon.follow(serial, target="ada_r02d")
    daemon.wait_task(cut, lambda task: task.progress > 0 and task.effect is Effect.NONE, what="a first step")
    os.kill(worker_pid(daemon, serial), signal.SIGKILL)
    farm.clear_faults(serial)
    assert daemon.wait_ended(behind).attempt == 1
    assert daemon.wait_ended(cut).status is Status.COMPLETED


@pytest.fixture
def own(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """A daemon that the test may kill."""
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        daemon.wait_idle(*(phone.serial for phone in farm.phones))
        yield daemon


def test_r08_drain_lets_a_running_task_end(own: DroverDaemon, farm: PhoneFarm) -> None:
    serial = farm.phones[0].serial
    farm.fault(serial, "latency", ms=50)
    running, waiting = own.follow(serial, target="ada_r08a"), own.follow(serial, target="ada_r08b")
    own.wait_task(running[0], lambda task: task.progress > 0, what="a first step")
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(timeout=40) == 0
    farm.clear_faults(serial)
    own.forget_client()
    own.start()
    assert own.task(running[0]).status is Status.COMPLETED
    assert own.wait_ended(waiting[0]).status is Status.COMPLETED


def test_r09_the_zygotes_death_counts_as_no_worker_death(own: DroverDaemon, farm: PhoneFarm) -> None:
    serials = [phone.serial for phone in farm.phones]
    before = {serial: worker_pid(own, serial) for serial in serials}
    os.kill(zygote(own), signal.SIGKILL)
    wait_until(lambda: all(own.device(serial).worker_pid != before[serial] for serial in serials), what="the ends")
    own.wait_idle(*serials, timeout_s=60)
    assert not any(pid == worker_pid(own, serial) for serial, pid in before.items())
    assert own.status().counters["worker_death"] == 0


def test_r20_second_daemon_is_refused(own: DroverDaemon) -> None:
    second = DroverDaemon(adb_port=1)
    second.environment = own.environment
    with pytest.raises(AssertionError, match="runs already"):
        second.start()
    assert second.process.returncode == 1
    assert own.status().pid == own.process.pid
