"""Devices, workers, accounts and settings as they are remembered."""

from drover.store import Store, accounts, devices, settings
from drover.wire.control import Account
from drover.wire.devices import Device, DeviceFacts, DeviceState
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
    store.write_sync(devices.record_worker, "b", 101, 1700000001.5, "boot-1")
    store.write_sync(devices.forget_worker, 101, 1700000001.5)
    store.write_sync(devices.record_worker, "a", 200, 1700000900.75, "boot-2")
    assert store.read_sync(devices.orphans, "boot-2") == [(100, 1700000000.25)]
    store.write_sync(devices.clear, "boot-2")
    assert store.read_sync(devices.orphans, "boot-2") == []
    assert store.read_sync(devices.orphans, "boot-3") == [(200, 1700000900.75)]


def account(username: str, serial: str = "R58M1", platform: str = "tiktok", enabled: bool = True) -> Account:
    return Account(username=username, serial=serial, platform=platform, enabled=enabled)


def test_accounts_are_found_by_name_and_platform_and_device(store: Store) -> None:
    both = [account("bea"), account("bea", "other", "instagram"), account("al", enabled=False)]
    for one in both:
        store.write_sync(accounts.put, one)
    assert store.read_sync(accounts.all) == [both[2], both[1], both[0]]
    assert store.read_sync(accounts.find, "bea", "instagram") == both[1]
    assert store.read_sync(accounts.find, "nobody", "tiktok") is None
    assert store.read_sync(accounts.on_device, "R58M1") == [both[2], both[0]]


def test_an_account_moves_and_is_forgotten(store: Store) -> None:
    store.write_sync(accounts.put, account("bea"))
    store.write_sync(accounts.put, account("bea", "other", enabled=False))
    assert store.read_sync(accounts.all) == [account("bea", "other", enabled=False)]
    assert store.write_sync(accounts.delete, "bea", "tiktok")
    assert not store.write_sync(accounts.delete, "bea", "tiktok")
    assert store.read_sync(accounts.all) == []


def test_settings_hold_values_of_json(store: Store) -> None:
    assert store.read_sync(settings.get, "alive_at") is None
    assert store.read_sync(settings.get, "alive_at", 5) == 5
    for value in ("2026-11-24", {"a": [1, None]}, False, None):
        store.write_sync(settings.put, "alive_at", value)
        assert store.read_sync(settings.get, "alive_at", "unset") == value
