"""Devices and worker processes as they are remembered."""

import pytest

from drover.store import Store, devices, events
from drover.wire.devices import Device, DeviceFacts, DeviceState, Identity
from drover.wire.events import DeviceChanged
from tests.support.clock import Clock

FACTS = DeviceFacts(model="SM-G998B", width=1080, height=2400, battery=81, apps={"com.zhiliaoapp.musically": "43.1.4"})


def test_a_device_keeps_its_history_and_never_its_presence(store: Store, clock: Clock) -> None:
    seen = Device(
        serial="R58M1",
        state=DeviceState.BUSY,
        facts=FACTS,
        task_id=7,
        worker_pid=123,
        last_seen=clock(),
        tags=["shelf 1"],
        note="cracked",
    )
    store.write_sync(devices.put, Device(serial="R58M1", state=DeviceState.IDLE))
    store.write_sync(devices.put, seen)
    (found,) = store.read_sync(devices.all)
    assert (found.state, found.task_id, found.worker_pid) == (DeviceState.ABSENT, None, None)
    assert (found.facts, found.last_seen, found.tags, found.note) == (FACTS, clock(), ["shelf 1"], "cracked")


def test_devices_come_in_the_order_of_serials(store: Store) -> None:
    for serial in ("b", "a", "c"):
        store.write_sync(devices.put, Device(serial=serial, state=DeviceState.IDLE))
    assert [device.serial for device in store.read_sync(devices.all)] == ["a", "b", "c"]


def test_r01_workers_of_other_boots_are_orphans(store: Store) -> None:
    store.write_sync(devices.record_worker, "a", 100, 1700000000.25, "boot-1")
    store.write_sync(devices.record_worker, "a", 200, 1700000900.75, "boot-2")
    assert store.read_sync(devices.orphans, "boot-2") == [(100, 1700000000.25)]
    store.write_sync(devices.clear, "boot-2")
    assert store.read_sync(devices.orphans, "boot-2") == []
    assert store.read_sync(devices.orphans, "boot-3") == [(200, 1700000900.75)]


def test_an_identity_is_remembered(store: Store) -> None:
    known = Device(
        serial="R58M1",
        state=DeviceState.ABSENT,
        identity=Identity(android_id="a" * 16, addresses={"wlan0": "a4:50:00:00:00:01"}),
    )
    store.write_sync(devices.put, known)
    (read,) = store.read_sync(devices.all)
    assert read.identity == known.identity


@pytest.mark.parametrize("remember", [True, False])
def test_a_device_is_told_of_without_its_numbers_and_stored_where_its_phone_is_known(
    store: Store, clock: Clock, remember: bool
) -> None:
    known = Device(serial="R58M1", state=DeviceState.IDLE, identity=Identity(android_id="f00"))
    store.write_sync(devices.publish, known, remember=remember, now=clock())
    (event,) = store.read_sync(events.after, 0, 10)
    assert isinstance(event.body, DeviceChanged)
    assert (event.body.device.state, event.body.device.identity) == (DeviceState.IDLE, Identity())
    assert [found.identity for found in store.read_sync(devices.all)] == [known.identity] * remember
