"""Cases P1 to P6 and O13: phones are who they are, whatever adb calls them. Judged by the phones' own counts."""

from collections.abc import Iterator
from functools import partial

import pytest

from drover.wire.control import (
    DeviceForgotten,
    DeviceList,
    Diagnose,
    Diagnosis,
    ForgetDevice,
    ListDevices,
    PutAccount,
    SetDevice,
)
from drover.wire.devices import Device, DeviceState, TransportKind
from drover.wire.faults import RequestError
from drover.wire.tasks import Status
from tests.support.adb import AdbServer
from tests.support.adb_listing import AdbListing
from tests.support.daemon import DroverDaemon
from tests.support.effects import effects
from tests.support.phones import PhoneFarm, wait_until

WIRELESS = "adb-R58M123ABC-AbCdEf._adb-tls-connect._tcp"


@pytest.fixture(scope="module")
def phones(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    with PhoneFarm(adb_server, 7) as farm:
        yield farm


@pytest.fixture(scope="module")
def listing(adb_server: AdbServer) -> Iterator[AdbListing]:
    with AdbListing(adb_server) as listing:
        yield listing


@pytest.fixture(scope="module")
def daemon(listing: AdbListing) -> Iterator[DroverDaemon]:
    with DroverDaemon(adb_port=listing.port) as running:
        yield running


@pytest.fixture(scope="module")
def twins(phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon) -> tuple[str, str]:
    """Phones 1 and 2, which have one serial number, by their names. P2 and P3 need them in either order."""
    addresses = "10.0.0.1:5555", "10.0.0.2:5555"
    for number, address in enumerate(addresses, 1):
        listing.show(identify(phones, number, serialno="EMULATOR34X1X12X0"), address)
        reached(daemon, address, address)
    return addresses


def identify(farm: PhoneFarm, number: int, **values: object) -> str:
    """Have a phone answer otherwise; its name at the real server."""
    serial = farm.phones[number].serial
    farm.request("POST", f"phones/{serial}/identity", dict(values))
    return serial


def counted(farm: PhoneFarm, number: int, target: str) -> int:
    return effects(farm, farm.phones[number].serial, "follow", target)


def names(daemon: DroverDaemon) -> set[str]:
    return {device.serial for device in daemon.client.ask(ListDevices(), DeviceList).devices}


def reached(daemon: DroverDaemon, serial: str, *addresses: str) -> Device:
    """The device, once it is idle and has exactly these connections, the one in use first."""

    def holds() -> Device | None:
        if serial not in names(daemon):
            return None
        device = daemon.device(serial)
        there = [connection.name for connection in device.connections if connection.proof]
        return device if there == list(addresses) and device.state is DeviceState.IDLE else None

    return wait_until(holds, timeout_s=30, what=f"{serial} at {addresses}")


def test_case_p1_usb_and_wireless_debugging_are_one_phone(
    phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon
) -> None:
    target = identify(phones, 0, serialno="R58M123ABC")
    # What other tests of this daemon showed is there still.
    workers, others = daemon.status().workers, names(daemon)
    cable = listing.show(target, "R58M123ABC", usb="usb:1-1.2")
    reached(daemon, "R58M123ABC", "R58M123ABC")
    wireless = listing.show(target, WIRELESS)
    device = reached(daemon, "R58M123ABC", "R58M123ABC", WIRELESS)
    assert [connection.kind for connection in device.connections] == [TransportKind.USB, TransportKind.WIRELESS]
    listing.hide(wireless)
    second = WIRELESS.replace("-AbCdEf", "-AbCdEf (2)")
    again = listing.show(target, second)
    reached(daemon, "R58M123ABC", "R58M123ABC", second)
    assert (daemon.status().workers - workers, names(daemon) - others) == (1, {"R58M123ABC"})
    (by_address,) = daemon.follow(second, target="ada_p1")
    assert daemon.wait_ended(by_address).serial == "R58M123ABC"
    listing.hide(cable)
    reached(daemon, "R58M123ABC", second)
    assert counted(phones, 0, "ada_p1") == 1
    listing.hide(again)


def test_case_p2_equal_serial_numbers_are_two_phones(
    phones: PhoneFarm, twins: tuple[str, str], daemon: DroverDaemon
) -> None:
    (task_id,) = daemon.follow(twins[1], target="ada_p2")
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    assert (counted(phones, 1, "ada_p2"), counted(phones, 2, "ada_p2")) == (0, 1)


@pytest.mark.parametrize("same_ids", [False, True], ids=["new transports", "transports that adb reconnected"])
def test_case_p3_swapped_addresses_tasks_follow_the_phone(
    phones: PhoneFarm, listing: AdbListing, twins: tuple[str, str], daemon: DroverDaemon, *, same_ids: bool
) -> None:
    (one, other), target = twins, f"ada_p3_{same_ids}".lower()
    before = {connection.name for connection in daemon.device(one).connections}
    (task_id,) = daemon.follow(one, target=target)
    listing.swap(one, other, same_ids=same_ids)
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    assert (counted(phones, 1, target), counted(phones, 2, target)) == (1, 0)
    there = {one, other} - before
    reached(daemon, one, *there)
    reached(daemon, other, *before)


def test_case_p3_another_port_after_a_restart_of_the_phone(
    phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon
) -> None:
    target = identify(phones, 3)
    row = listing.show(target, "10.0.0.3:5555")
    reached(daemon, "10.0.0.3:5555", "10.0.0.3:5555")
    daemon.client.ask(SetDevice(serial="10.0.0.3:5555", note="on shelf 3", tags=["blue"]), Device)
    listing.hide(row)
    (task_id,) = daemon.follow("10.0.0.3:5555", target="ada_port")
    identify(phones, 3, boot_id="another start", boot_time="987654321")
    listing.show(target, "10.0.0.77:41234")
    device = reached(daemon, "10.0.0.3:5555", "10.0.0.77:41234")
    assert (device.note, device.tags, device.transports) == ("on shelf 3", ["blue"], ["10.0.0.77:41234"])
    assert daemon.wait_ended(task_id).status is Status.COMPLETED
    assert counted(phones, 3, "ada_port") == 1


def test_case_p4_two_usb_phones_with_one_adb_serial_are_both_used(
    phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon
) -> None:
    number = "0123456789ABCDEF"
    listing.show(identify(phones, 4, serialno=number), number, usb="usb:1-1.1")
    reached(daemon, number, number)
    second = listing.show(identify(phones, 5, serialno=number), number, usb="usb:1-1.2")
    other = wait_until(lambda: next(iter(names(daemon) & {f"{number}-2"}), None), timeout_s=20, what="the second")
    device = reached(daemon, other, number)
    assert device.connections[0].usb == "usb:1-1.2"
    for serial, phone in ((number, 4), (other, 5)):
        (task_id,) = daemon.follow(serial, target=f"ada_p4_{phone}")
        assert daemon.wait_ended(task_id).status is Status.COMPLETED
        assert [counted(phones, each, f"ada_p4_{phone}") for each in (4, 5)] == [int(each == phone) for each in (4, 5)]
    listing.hide(second)


def _saying(daemon: DroverDaemon, words: str) -> Device | None:
    devices = daemon.client.ask(ListDevices(), DeviceList).devices
    return next((device for device in devices if words in device.reason), None)


def test_cases_p5_and_p6_states_are_shown_in_words_and_left_alone(
    phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon
) -> None:
    target = phones.phones[6].serial
    row = listing.show(target, "R58MP5", usb="usb:2-1", state="sideload")
    expected = {
        "sideload": "sideload mode",
        "recovery": "recovery mode",
        "detached": "adb attach",
        "no permissions (missing udev rules? user is in the plugdev group); see [http://x]": "install the udev rules",
        "no permissions (user ann is not in the plugdev group); see [http://x]": "to the group plugdev",
    }
    for state, words in expected.items():
        listing.set_state(row, state)
        device = wait_until(partial(_saying, daemon, words), what=words)
        assert (device.serial, device.connections[0].state) == ("R58MP5", state)
    report = daemon.client.ask(Diagnose(), Diagnosis)
    assert any("to the group plugdev" in finding.fix for finding in report.findings if finding.subject == "R58MP5")
    assert not any("R58MP5" in service for service in listing.asked)
    listing.hide(row)
    wait_until(lambda: "R58MP5" not in names(daemon), what="the end of a name that was no phone's")


def test_case_o13_b4_an_absent_phone_is_forgotten_with_its_tasks_and_accounts(
    phones: PhoneFarm, listing: AdbListing, daemon: DroverDaemon
) -> None:
    row = listing.show(identify(phones, 6, serialno="R58MO13"), "R58MO13", usb="usb:2-1")
    reached(daemon, "R58MO13", "R58MO13")
    with pytest.raises(RequestError, match="detach it first"):
        daemon.client.ask(ForgetDevice(serial="R58MO13"), DeviceForgotten)
    listing.hide(row)
    wait_until(lambda: daemon.device("R58MO13").state is DeviceState.ABSENT, what="its absence")
    (task_id,) = daemon.follow("R58MO13", target="ada_o13")
    folder = daemon.data_dir / "tasks" / str(task_id)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("of an earlier attempt")
    daemon.client.call(PutAccount(username="ann_o13", serial="R58MO13"))
    forgotten = daemon.client.ask(ForgetDevice(serial="R58MO13"), DeviceForgotten)
    assert (forgotten.tasks, forgotten.accounts) == (1, 1)
    assert "R58MO13" not in names(daemon)
    wait_until(lambda: not folder.exists(), what="the removal of its task's folder")
