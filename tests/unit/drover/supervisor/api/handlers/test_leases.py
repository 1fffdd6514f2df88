"""Leases and what their holders call: bounds, the switch for adb, and time that a call has within its lease."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drover.config import RpcSection
from drover.wire import leases
from drover.wire.control import Done, GetDevice
from drover.wire.devices import Device, DeviceState
from drover.wire.direct import (
    DirectAdb,
    DirectAnswered,
    DirectCheck,
    DirectEnd,
    DirectHierarchy,
    DirectRpc,
    DirectScreenshot,
)
from drover.wire.faults import Code
from drover.wire.screens import ScreenCheck
from tests.support.supervised import PHONE, Rig, Supervised

SHOWN = ScreenCheck(serial=PHONE, platform="tiktok", packages=[], screen="home")


async def taken(daemon: Supervised, **fields: float) -> str:
    """The session of a lease on the phone."""
    answer = await daemon.ask(leases.TakeLease(serial=PHONE, **fields), leases.LeaseTaken)  # type: ignore[arg-type]
    return answer.session


def test_a_lease_from_taking_to_release(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        session = await taken(daemon)
        assert (await daemon.ask(GetDevice(serial=PHONE), Device)).state is DeviceState.LEASED
        assert [one.serial for one in (await daemon.ask(leases.ListLeases(), leases.LeaseList)).leases] == [PHONE]
        longer = await daemon.ask(leases.ExtendLease(session=session, ttl_s=600), leases.Lease)
        assert longer.ttl_s == 600
        await daemon.ask(leases.ReleaseLease(session=session), Done)
        assert (await daemon.refused(leases.ReleaseLease(session=session))).code is Code.NOT_FOUND
        await taken(daemon)
        await daemon.ask(leases.EvictLease(serial=PHONE), Done)
        assert (await daemon.ask(leases.ListLeases(), leases.LeaseList)).leases == []

    rig.play(scene)


@pytest.mark.parametrize(
    ("field", "value"), [("ttl_s", 0), ("ttl_s", 601), ("wait_s", -0.1), ("wait_s", 600.1), ("wait_s", float("nan"))]
)
def test_durations_have_bounds(rig: Rig, field: str, value: float) -> None:
    async def scene(daemon: Supervised) -> None:
        failure = await daemon.refused(leases.TakeLease(serial=PHONE, **{field: value}))  # type: ignore[arg-type]
        assert (failure.code, field[:3] in failure.message) == (Code.INVALID, True)
        if field == "ttl_s":
            session = await taken(daemon)
            assert (await daemon.refused(leases.ExtendLease(session=session, ttl_s=int(value)))).code is Code.INVALID

    rig.play(scene)


def test_each_call_reaches_the_worker_as_what_it_is(rig: Rig) -> None:
    rig.set(rpc=RpcSection(adb=True))

    async def scene(daemon: Supervised) -> None:
        session = await taken(daemon)
        who: dict[str, Any] = {"session": session, "serial": PHONE, "timeout_s": 5.0}
        for body, kind, fields in (
            (leases.CallPhone(method="click", params=[1, 2], **who), DirectRpc, {"method": "click", "params": [1, 2]}),
            (leases.ReadHierarchy(**who), DirectHierarchy, {}),
            (leases.TakeScreenshot(**who), DirectScreenshot, {}),
            (leases.RunAdb(args=["shell", "id"], **who), DirectAdb, {"args": ["shell", "id"]}),
        ):
            asked = asyncio.create_task(daemon.ask(body, leases.DirectResult))
            call = await daemon.told(kind)
            assert {name: getattr(call, name) for name in fields} == fields
            assert (call.timeout_s, Path(call.folder).is_dir()) == (5.0, True)
            daemon.reports.on_message(
                PHONE, DirectAnswered(request_id=call.request_id, end=DirectEnd.DONE, data=b"true")
            )
            assert (await asked).data == b"true"

    rig.play(scene)


def test_a_call_has_no_longer_than_its_lease(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        session = await taken(daemon, ttl_s=3)
        body = leases.ReadHierarchy(session=session, serial=PHONE, timeout_s=60.0)
        asked = asyncio.create_task(daemon.ask(body, leases.DirectResult))
        call = await daemon.told(DirectHierarchy)
        assert 0 < call.timeout_s <= 3
        daemon.reports.on_message(PHONE, DirectAnswered(request_id=call.request_id, end=DirectEnd.DONE))
        await asked
        for other, code in (("", Code.LEASE), ("no such", Code.CONFLICT)):
            body = leases.ReadHierarchy(session=other, serial=PHONE)
            assert (await daemon.refused(body)).code is code

    rig.play(scene)


def test_adb_is_off_unless_it_is_on_and_then_reaches_one_phone_only(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        session = await taken(daemon)
        off = await daemon.refused(leases.RunAdb(session=session, serial=PHONE, args=["shell", "id"]))
        assert (off.code, off.data) == (Code.CONFLICT, {"setting": "rpc.adb"})
        daemon.state.core.settings.replace(msgspec.structs.replace(rig.config, rpc=RpcSection(adb=True)))
        refused = await daemon.refused(leases.RunAdb(session=session, serial=PHONE, args=["kill-server"]))
        assert refused.code is Code.INVALID
        assert daemon.workers.said == []

    rig.play(scene)


@pytest.mark.parametrize("filed", [False, True])
def test_a_screen_check_is_read_from_wherever_the_worker_put_it(rig: Rig, filed: bool) -> None:
    async def scene(daemon: Supervised) -> None:
        session = await taken(daemon)
        body = leases.CheckScreen(session=session, serial=PHONE, platform="tiktok")
        asked = asyncio.create_task(daemon.ask(body, ScreenCheck))
        call = await daemon.told(DirectCheck)
        assert call.platform == "tiktok"
        data = msgspec.json.encode(SHOWN)
        path = Path(call.folder) / f"{call.request_id}-1.json"
        if filed:
            path.write_bytes(data)
        answer: dict[str, Any] = {"path": str(path)} if filed else {"data": data}
        daemon.reports.on_message(
            PHONE,
            DirectAnswered(request_id=call.request_id, end=DirectEnd.DONE, **answer),
        )
        assert await asked == SHOWN
        unknown = leases.CheckScreen(session=session, serial=PHONE, platform="fax")
        assert (await daemon.refused(unknown)).code is Code.INVALID

    rig.play(scene)
