"""What ends in the middle: worker, daemon, adb server. The effect happens at most once and nothing is lost."""

import os
import signal
from collections.abc import Iterator

import pytest

from drover.wire.control import GetDevice
from drover.wire.devices import Device, DeviceState
from drover.wire.tasks import Effect, Status, Task
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm, wait_until


@pytest.fixture
def slow(farm: PhoneFarm, daemon: DroverDaemon) -> Iterator[str]:
    """An idle phone on which every call takes a while, so that there is time to cut in between."""
    serial = farm.phones[0].serial
    daemon.wait_idle(serial)
    farm.fault(serial, "latency", ms=150)
    yield serial
    farm.clear_faults(serial)


def worker_pid(daemon: DroverDaemon, serial: str) -> int:
    pid = daemon.client.ask(GetDevice(serial=serial), Device).worker_pid
    assert pid is not None
    return pid


def test_r02_worker_killed_before_intent(daemon: DroverDaemon, farm: PhoneFarm, slow: str) -> None:
    (task_id,) = daemon.follow(slow, target="ada_r02a")
    daemon.wait_task(task_id, lambda task: task.progress > 0 and task.effect is Effect.NONE, what="a first step")
    os.kill(worker_pid(daemon, slow), signal.SIGKILL)
    farm.clear_faults(slow)
    task = daemon.wait_ended(task_id)
    assert (task.status, task.attempt) == (Status.COMPLETED, 2), task.remark
    assert effects(farm, slow, "follow", "ada_r02a") == 1


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


@pytest.mark.parametrize("when", [Effect.INTENT, Effect.SENT])
def test_r02_worker_killed_after_intent(daemon: DroverDaemon, farm: PhoneFarm, slow: str, when: Effect) -> None:
    target = f"ada_r02_{when.value}"
    (task_id,) = daemon.follow(slow, target=target)

    def committed(task: Task) -> bool:
        assert task.effect is not Effect.CONFIRMED, "too late to cut in"
        return task.effect in ((Effect.INTENT, Effect.SENT) if when is Effect.INTENT else (Effect.SENT,))

    daemon.wait_task(task_id, committed, what=f"effect {when.value}")
    os.kill(worker_pid(daemon, slow), signal.SIGKILL)
    task = daemon.wait_ended(task_id)
    assert task.status is Status.COMPLETED, task.remark
    assert effects(farm, slow, "follow", target) == 1


def test_r02_other_phone_notices_nothing(daemon: DroverDaemon, farm: PhoneFarm, slow: str) -> None:
    other = farm.phones[1].serial
    before = worker_pid(daemon, other)
    os.kill(worker_pid(daemon, slow), signal.SIGKILL)
    (task_id,) = daemon.follow(other, target="ada_other")
    assert daemon.wait_ended(task_id).attempt == 1
    assert worker_pid(daemon, other) == before
    daemon.wait_idle(slow)


def test_r09_worker_ended_by_any_signal_is_restarted(daemon: DroverDaemon, farm: PhoneFarm) -> None:
    serial = farm.phones[1].serial
    daemon.wait_idle(serial)
    before = worker_pid(daemon, serial)
    os.kill(before, signal.SIGSEGV)
    wait_until(
        lambda: daemon.client.ask(GetDevice(serial=serial), Device).worker_pid not in (before, None), what="restart"
    )
    daemon.wait_idle(serial)


@pytest.fixture
def own(adb_server: AdbServer, farm: PhoneFarm) -> Iterator[DroverDaemon]:
    """A daemon that the test may kill."""
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        daemon.wait_idle(*(phone.serial for phone in farm.phones))
        yield daemon


@pytest.mark.parametrize("when", ["running", "intent"])
def test_r01_daemon_killed_while_a_task_runs(own: DroverDaemon, farm: PhoneFarm, when: str) -> None:
    serial, target = farm.phones[0].serial, f"ada_r01_{when}"
    farm.fault(serial, "latency", ms=150)
    (task_id,) = own.follow(serial, target=target)
    own.wait_task(
        task_id,
        lambda task: task.effect is not Effect.NONE if when == "intent" else task.progress > 0,
        what=when,
    )
    old_worker = worker_pid(own, serial)
    own.kill()
    farm.clear_faults(serial)
    own.start()
    assert not _alive(old_worker)
    task = own.wait_ended(task_id)
    assert task.status is Status.COMPLETED, task.remark
    assert effects(farm, serial, "follow", target) == 1


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


def test_r20_second_daemon_is_refused(own: DroverDaemon) -> None:
    second = DroverDaemon(adb_port=1)
    second.environment = own.environment
    with pytest.raises(AssertionError, match="runs already"):
        second.start()
    assert second.process.returncode == 1
    assert own.status().pid == own.process.pid


def test_r04_adb_server_death_is_a_hiccup() -> None:
    with AdbServer() as adb, PhoneFarm(adb, 1) as farm, DroverDaemon(adb_port=adb.port) as daemon:
        serial = farm.phones[0].serial
        daemon.wait_idle(serial)
        pid = worker_pid(daemon, serial)
        adb.kill()
        wait_until(lambda: daemon.states()[serial] is DeviceState.ABSENT, what="the absence")
        adb.start()
        daemon.wait_idle(serial, timeout_s=15)
        assert worker_pid(daemon, serial) == pid
        (task_id,) = daemon.follow(serial, target="ada_r04")
        assert daemon.wait_ended(task_id).status is Status.COMPLETED


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
