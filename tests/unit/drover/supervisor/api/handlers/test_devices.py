"""Phones as they are shown, described and forgotten."""

from drover.policy.phone_events import TransportUnusable, WorkerEnded
from drover.store import devices
from drover.wire.control import (
    Account,
    DeviceForgotten,
    DeviceList,
    ForgetDevice,
    GetDevice,
    GetTaskStats,
    ListDevices,
    PutAccount,
    SetDevice,
)
from drover.wire.devices import Device, DeviceState, Identity
from drover.wire.faults import Code
from drover.wire.tasks import TaskStats
from tests.support.supervised import PHONE, Rig, Supervised


def test_phones_come_in_the_order_of_serials_with_their_queue(rig: Rig) -> None:
    rig.phones = ["b", "a"]

    async def scene(daemon: Supervised) -> None:
        await daemon.create(3, serial="b")
        found = (await daemon.ask(ListDevices(), DeviceList)).devices
        assert [(device.serial, device.state, device.queued) for device in found] == [
            ("a", DeviceState.IDLE, 0),
            ("b", DeviceState.IDLE, 3),
        ]

    rig.play(scene)


def test_what_is_written_about_a_phone_is_checked_and_outlives_the_boot(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        shown = await daemon.ask(SetDevice(serial=PHONE, note="cracked", tags=["shelf 1"]), Device)
        assert (shown.note, shown.tags, shown.state) == ("cracked", ["shelf 1"], DeviceState.IDLE)
        assert (await daemon.ask(SetDevice(serial=PHONE, tags=[]), Device)).note == "cracked"
        stored = await daemon.store.read(devices.get, PHONE)
        assert stored is not None
        assert (stored.note, stored.tags) == ("cracked", [])
        assert (await daemon.refused(SetDevice(serial=PHONE, note="x" * 100_000))).code is Code.INVALID

    rig.play(scene)


def test_a_phone_that_was_never_seen_is_not_found(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        for body in (GetDevice(serial="no"), SetDevice(serial="no", note=""), ForgetDevice(serial="no")):
            assert (await daemon.refused(body)).code is Code.NOT_FOUND

    rig.play(scene)


def test_only_an_absent_phone_is_forgotten_with_all_that_was_its_own(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        registry = daemon.state.devices.registry
        registry.identify(PHONE, Identity(android_id="f00f00f00f00f00f"))
        await daemon.create(2)
        await daemon.ask(PutAccount(username="anna", serial=PHONE), Account)
        refused = await daemon.refused(ForgetDevice(serial=PHONE))
        assert (refused.code, refused.data) == (Code.CONFLICT, {"serial": PHONE, "state": "idle"})
        registry.post(PHONE, WorkerEnded(status=0, quarantined=False, retry_in_s=None))
        registry.post(PHONE, TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
        assert await daemon.ask(ForgetDevice(serial=PHONE), DeviceForgotten) == DeviceForgotten(
            serial=PHONE, tasks=2, accounts=1
        )
        assert (await daemon.ask(GetTaskStats(), TaskStats)).total == 0
        assert (await daemon.refused(GetDevice(serial=PHONE))).code is Code.NOT_FOUND

    rig.play(scene)
