"""The registry moves devices by the table and believes nothing from before."""

from drover.policy.device_states import DeviceEvent
from drover.supervisor.devices.registry import DeviceRegistry
from drover.wire.devices import Device, DeviceFacts, DeviceState


def test_known_devices_begin_absent() -> None:
    known = Device(serial="a", state=DeviceState.BUSY, task_id=4, worker_pid=9, note="kept")
    registry = DeviceRegistry([known], lambda _: None)
    device = registry.get("a")
    assert device is not None
    assert (device.state, device.task_id, device.worker_pid, device.note) == (DeviceState.ABSENT, None, None, "kept")


def test_life_of_a_phone() -> None:
    changed: list[tuple[DeviceState, str]] = []
    registry = DeviceRegistry([], lambda device: changed.append((device.state, device.reason)))
    registry.apply("a", DeviceEvent.LISTED, "adb lists it")
    registry.apply("a", DeviceEvent.WORKER_STARTED, "looking")
    registry.learn("a", DeviceFacts(model="Pixel"))
    registry.apply("a", DeviceEvent.PHONE_READY)
    registry.apply("a", DeviceEvent.ATTEMPT_BEGAN, "task 1", task_id=1)
    registry.apply("a", DeviceEvent.ATTEMPT_ENDED, task_id=None)
    registry.apply("a", DeviceEvent.GONE, "unplugged")
    assert changed == [
        (DeviceState.PREPARING, "adb lists it"),
        (DeviceState.PREPARING, "looking"),
        (DeviceState.IDLE, ""),
        (DeviceState.BUSY, "task 1"),
        (DeviceState.IDLE, ""),
        (DeviceState.ABSENT, "unplugged"),
    ]
    assert registry.counts() == {"absent": 1}


def test_impossible_event_changes_nothing() -> None:
    changed: list[Device] = []
    registry = DeviceRegistry([], changed.append)
    registry.apply("a", DeviceEvent.ATTEMPT_BEGAN, task_id=1)
    assert registry.get("a") is None
    assert changed == []


def test_same_state_again_is_not_told_twice() -> None:
    changed: list[Device] = []
    registry = DeviceRegistry([], changed.append)
    for _ in range(3):
        registry.apply("a", DeviceEvent.OFFLINE, "no answer")
    assert len(changed) == 1


def test_what_a_worker_says_of_an_absent_phone_does_not_hide_what_adb_says() -> None:
    registry = DeviceRegistry([], lambda _: None)
    registry.apply("a", DeviceEvent.LISTED, "adb lists it")
    registry.apply("a", DeviceEvent.UNAUTHORIZED, "allow USB debugging")
    for event in (DeviceEvent.PHONE_TROUBLE, DeviceEvent.WORKER_DIED, DeviceEvent.ATTEMPT_ENDED):
        device = registry.apply("a", event, "device unauthorized", task_id=None)
        assert (device.state, device.reason) == (DeviceState.UNAUTHORIZED, "allow USB debugging")
    assert registry.apply("a", DeviceEvent.GONE, "adb does not list it").reason == "adb does not list it"


def test_note_and_tags_are_kept_and_told() -> None:
    changed: list[Device] = []
    registry = DeviceRegistry([Device(serial="a", state=DeviceState.ABSENT, note="old", tags=["x"])], changed.append)
    assert registry.describe("nobody", note="x", tags=None) is None
    found = registry.describe("a", note=None, tags=["shelf 1"])
    assert found is not None
    assert (found.note, found.tags, changed) == ("old", ["shelf 1"], [found])
    assert registry.get("a") == found
