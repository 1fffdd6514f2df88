"""What is written down of phones and their workers, and told to subscribers."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from drover.policy.phone_commands import NoteFlapping, Publish, RecordWorker
from drover.store import devices, events, logins
from drover.supervisor.app.device_journal import DeviceJournal
from drover.wire.devices import Device, DeviceFacts, DeviceState, Identity
from drover.wire.events import DeviceChanged
from drover.wire.worker import PhoneReady
from tests.support.stored import login_of
from tests.support.supervised import PHONE, Rig, Supervised

INSTALLED = "com.zhiliaoapp.musically"


@pytest.fixture
def rig(tmp_path: Path, empty_database: Path) -> Rig:
    return Rig(tmp_path, empty_database)


def journal(daemon: Supervised) -> DeviceJournal:
    core = daemon.state.core
    return DeviceJournal(core.store, core.event_feed, daemon.state.devices.registry, core.jobs, "boot-1")


async def told(daemon: Supervised) -> list[Device]:
    """Every device that was told of so far."""
    found = await daemon.store.read(events.after, 0, 100)
    return [event.body.device for event in found if isinstance(event.body, DeviceChanged)]


async def until_told(daemon: Supervised, count: int) -> list[Device]:
    async with asyncio.timeout(20):
        while len(found := await told(daemon)) < count:
            await asyncio.sleep(0)
    return found


def test_a_phone_that_was_recognised_is_stored_and_told_of(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        count = len(await until_told(daemon, 3))  # of the phone that got ready
        device = Device(serial=PHONE, state=DeviceState.IDLE, identity=Identity(android_id="f00"), note="cracked")
        subscription = await daemon.state.core.event_feed.subscribe(None)
        journal(daemon).on_publish(device, Publish())
        async with asyncio.timeout(20):  # subscribers hear of it without asking
            bodies = (event.body async for event in subscription.events())
            heard = await anext(b.device async for b in bodies if isinstance(b, DeviceChanged) and b.device.note)
        assert (len(await told(daemon)), heard.identity) == (count + 1, Identity())
        stored = await daemon.store.read(devices.get, PHONE)
        assert stored is not None
        assert (stored.note, stored.identity.android_id) == ("cracked", "f00")

    rig.play(scene)


def test_a_name_of_no_known_phone_is_told_of_and_not_stored(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        count = len(await until_told(daemon, 3))
        journal(daemon).on_publish(Device(serial="10.0.0.9:5555", state=DeviceState.PREPARING), Publish())
        assert (await until_told(daemon, count + 1))[-1].serial == "10.0.0.9:5555"
        assert await daemon.store.read(devices.get, "10.0.0.9:5555") is None

    rig.play(scene)


def test_r01_a_worker_is_remembered_by_pid_and_start_so_that_the_next_boot_can_end_it(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        journal(daemon).on_record_worker(Device(serial=PHONE, state=DeviceState.IDLE), RecordWorker(pid=os.getpid()))
        mine = (os.getpid(), psutil.Process().create_time())
        async with asyncio.timeout(20):
            while mine not in await daemon.store.read(devices.orphans, "boot-2"):
                await asyncio.sleep(0)
        assert await daemon.store.read(devices.orphans, "boot-1") == []

    rig.play(scene)


def test_the_login_of_an_app_that_was_removed_is_forgotten(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.store.write(logins.learn, login_of("anna", app_version="43"))
        for apps in ({INSTALLED: "43"}, {}):
            daemon.reports.on_message(PHONE, PhoneReady(facts=DeviceFacts(apps=apps)))
            await daemon.store.write(lambda _conn: None)
        async with asyncio.timeout(20):
            while await daemon.store.read(logins.all, PHONE):
                await asyncio.sleep(0)

    rig.play(scene)


def test_a_phone_that_comes_and_goes_is_named_in_the_log(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        with capture_logs() as logs:
            flapping = NoteFlapping(absences=4, hold_s=60.0)
            journal(daemon).on_flapping(Device(serial=PHONE, state=DeviceState.IDLE), flapping)
        (line,) = [line for line in logs if line["event"] == "device_flaps"]
        assert (line["device"], line["absences"], line["hold_s"]) == (PHONE, 4, 60.0)

    rig.play(scene)
