"""Phones in trouble against a real adb server: steps that it understands, two transports of a phone, a reboot."""

import asyncio
from collections.abc import Iterator

import pytest

from drover.policy import escalation, transports
from drover.policy.transports import Transport
from drover.supervisor.devices.tracker import AdbTracker
from drover.wire.control import GetDevice
from drover.wire.devices import Device, DeviceState
from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm, wait_until


@pytest.fixture(scope="module")
def lonely() -> Iterator[tuple[AdbServer, PhoneFarm]]:
    """A phone that no one keeps attached, so that what becomes of it is adb's and Drover's doing alone."""
    with AdbServer() as adb, PhoneFarm(None, 1) as farm:
        adb.run("connect", farm.phones[0].serial)
        yield adb, farm


class NoStarter:
    """Starts no server: the test has one."""

    def ensure(self) -> None:
        return


def ask(adb: AdbServer, service: str) -> str:
    tracker = AdbTracker("127.0.0.1", adb.port, NoStarter())
    return asyncio.run(tracker.ask(service))


def transport(adb: AdbServer, serial: str) -> Transport:
    return next(one for one in transports.read(ask(adb, "host:devices-l")) if one.name == serial)


def test_the_real_adb_server_accepts_each_recovery_step_and_the_phone_is_back(
    lonely: tuple[AdbServer, PhoneFarm],
) -> None:
    adb, farm = lonely
    serial = farm.phones[0].serial
    farm.fault(serial, "offline")
    wait_until(lambda: f"{serial}\toffline" in ask(adb, "host:devices"), what="the trouble")
    for step in (escalation.Step.RECONNECT_OFFLINE, escalation.Step.RECONNECT):
        for service in escalation.services(step, transport(adb, serial)):
            assert "reconnecting" in ask(adb, service), step
        # Why recovery dials: adb drops a network phone that it was to reconnect.
        wait_until(lambda: serial not in ask(adb, "host:devices"), what="the drop")
        farm.clear_faults(serial)
        assert "connected" in ask(adb, f"host:connect:{serial}")
        wait_until(lambda: f"{serial}\tdevice" in ask(adb, "host:devices"), what="the phone")
    answers = [ask(adb, service) for service in escalation.services(escalation.Step.FORGET, transport(adb, serial))]
    assert "disconnected" in answers[0]
    assert "connected" in answers[1]


def test_usb_and_network_transports_of_one_phone_are_one_device(lonely: tuple[AdbServer, PhoneFarm]) -> None:
    adb, farm = lonely
    first = farm.phones[0].serial
    second = first.replace("127.0.0.1", "localhost")
    adb.run("connect", first)
    with DroverDaemon(adb_port=adb.port) as daemon:
        daemon.wait_idle(first)
        adb.run("connect", second)
        device = wait_until(lambda: _joined(daemon, first), timeout_s=30, what="the joining")
        assert device.transports == [first, second]
        assert daemon.client.ask(GetDevice(serial=second), Device).serial == first
        assert list(daemon.states()) == [first]
        (by_its_other_name,) = daemon.follow(second, target="ada_twin")
        assert daemon.wait_ended(by_its_other_name).serial == first
        # The one that drives goes: the other takes over, under the same name.
        adb.run("disconnect", first)
        wait_until(lambda: _joined(daemon, first, second), timeout_s=30, what="the failover")
        daemon.wait_idle(first)
        (after,) = daemon.follow(first, target="ada_after")
        assert daemon.wait_ended(after).status is Status.COMPLETED
        assert effects(farm, first, "follow", "ada_after") == 1
        adb.run("disconnect", second)
        adb.run("connect", first)


def _joined(daemon: DroverDaemon, serial: str, driver: str = "") -> Device | None:
    device = daemon.client.ask(GetDevice(serial=serial), Device)
    return device if device.transports[:1] == [driver or serial] else None


def test_a_reboot_in_the_middle_of_a_task_waits_for_android_and_reconciles(
    adb_server: AdbServer, farm: PhoneFarm, daemon: DroverDaemon, serial: str
) -> None:
    farm.fault(serial, "reboot", after="click", down_seconds=1, seconds=3)
    (task_id,) = daemon.follow(serial, target="ada_reboot")
    seen: list[str] = []

    def back() -> bool:
        device = daemon.client.ask(GetDevice(serial=serial), Device)
        seen.append(device.reason)
        booted = farm.farm.phones[0].device.props["sys.boot_completed"] == "1"
        assert booted or device.state not in (DeviceState.IDLE, DeviceState.BUSY) or device.task_id == task_id
        return daemon.task(task_id).status.ended

    wait_until(back, timeout_s=60, what="the end of the task")
    task = daemon.task(task_id)
    assert (task.status, task.attempt) == (Status.COMPLETED, 2), task.remark
    assert effects(farm, serial, "follow", "ada_reboot") == 1
    assert any("Android is starting" in reason for reason in seen), seen[-5:]
