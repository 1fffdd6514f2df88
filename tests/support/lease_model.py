"""Leases and direct calls in the model behind the fake daemon. Time stands still: a test ends a lease itself."""

import secrets
from datetime import UTC, datetime, timedelta

import msgspec

from drover.policy import adb_args
from drover.policy.accounts import PLATFORMS
from drover.wire import leases as le
from drover.wire.control import Done
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.screens import ScreenCheck

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
RESULTS: dict[str, bytes] = {"deviceInfo": b'{"sdkInt":34}', "click": b"true", "getText": b'"hi"', "pressKey": b"true"}


class LeaseModel:
    """A device that is idle can be leased; only a call of its holder gets through."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.leases: dict[str, le.Lease] = {}
        self.waiting: list[le.Waiting] = []
        self.adb_allowed = False
        self.hierarchy = b"<?xml version='1.0'?><hierarchy/>"
        self.screenshot_path = ""
        self.unreachable = ""
        self.screen_check = ScreenCheck(serial="", platform="tiktok", packages=[], screen="unknown")

    def end_lease(self, serial: str) -> None:
        """As time does, or a worker's death."""
        self.leases = {session: lease for session, lease in self.leases.items() if lease.serial != serial}
        if serial in self.devices:
            self.devices[serial] = msgspec.structs.replace(self.devices[serial], state=DeviceState.IDLE)

    def _take_lease(self, body: le.TakeLease) -> le.LeaseTaken:
        _check_ttl(body.ttl_s)
        if body.serial not in self.devices:
            raise RequestError(Code.NOT_FOUND, f"device {body.serial}: was never seen")
        device = self.devices[body.serial]
        if device.state is not DeviceState.IDLE:
            data = {"serial": device.serial, "state": device.state.value, "task_id": device.task_id}
            raise RequestError(Code.CONFLICT, f"device {body.serial}: it is {device.state.value}", data)
        session = secrets.token_hex(24)
        lease = le.Lease(
            serial=body.serial,
            label=body.label,
            taken_at=AT,
            expires_at=AT + timedelta(seconds=body.ttl_s),
            ttl_s=body.ttl_s,
        )
        self.leases[session] = lease
        self.devices[body.serial] = msgspec.structs.replace(device, state=DeviceState.LEASED)
        return le.LeaseTaken(session=session, lease=lease)

    def _extend_lease(self, body: le.ExtendLease) -> le.Lease:
        if body.ttl_s is not None:
            _check_ttl(body.ttl_s)
        lease = self._live(body.session)
        ttl_s = body.ttl_s or lease.ttl_s
        self.leases[body.session] = msgspec.structs.replace(
            lease, ttl_s=ttl_s, expires_at=AT + timedelta(seconds=ttl_s)
        )  # fmt: skip
        return self.leases[body.session]

    def _release_lease(self, body: le.ReleaseLease) -> Done:
        self.end_lease(self._live(body.session).serial)
        return Done()

    def _evict_lease(self, body: le.EvictLease) -> Done:
        if body.serial not in {lease.serial for lease in self.leases.values()}:
            raise RequestError(Code.NOT_FOUND, f"device {body.serial}: no one holds a lease on it")
        self.end_lease(body.serial)
        return Done()

    def _list_leases(self, _body: le.ListLeases) -> le.LeaseList:
        return le.LeaseList(leases=sorted(self.leases.values(), key=lambda one: one.serial), waiting=self.waiting)

    def _call_phone(self, body: le.CallPhone) -> le.DirectResult:
        self._check(body.session, body.serial)
        if body.method not in RESULTS:
            data = {"serial": body.serial, "end": "refused"}
            raise RequestError(Code.CONFLICT, f"{body.serial}: {body.method} failed: Method not found", data)
        return le.DirectResult(data=RESULTS[body.method])

    def _read_hierarchy(self, body: le.ReadHierarchy) -> le.DirectResult:
        self._check(body.session, body.serial)
        return le.DirectResult(data=self.hierarchy)

    def _take_screenshot(self, body: le.TakeScreenshot) -> le.DirectResult:
        self._check(body.session, body.serial)
        return le.DirectResult(path=self.screenshot_path)

    def _run_adb(self, body: le.RunAdb) -> le.DirectResult:
        if not self.adb_allowed:
            raise RequestError(Code.CONFLICT, "adb commands are off", {"setting": "rpc.adb"})
        if why := adb_args.refusal(body.args):
            raise RequestError(Code.INVALID, why)
        self._check(body.session, body.serial)
        return le.DirectResult(data=" ".join(body.args).encode())

    def _check_screen(self, body: le.CheckScreen) -> ScreenCheck:
        if body.platform not in ("", *PLATFORMS):
            raise RequestError(Code.INVALID, f"platform: expected one of {', '.join(PLATFORMS)}")
        self._check(body.session, body.serial)
        found = self.screen_check
        return msgspec.structs.replace(found, serial=body.serial, platform=body.platform or found.platform)

    def _live(self, session: str) -> le.Lease:
        if session not in self.leases:
            raise RequestError(Code.NOT_FOUND, "session: names no live lease")
        return self.leases[session]

    def _check(self, session: str, serial: str) -> None:
        lease = self.leases.get(session)
        if lease is not None and lease.serial == serial:
            if self.unreachable:
                raise RequestError(Code.UNAVAILABLE, f"device {serial}: {self.unreachable}", {"end": "not_done"})
            return
        if session and serial in {one.serial for one in self.leases.values()}:
            raise RequestError(Code.CONFLICT, f"device {serial}: somebody else holds a lease on it", {"serial": serial})
        raise RequestError(Code.LEASE, "x-session-id: names no live lease", {"serial": serial})


def _check_ttl(ttl_s: int) -> None:
    if not 1 <= ttl_s <= le.MAX_TTL_S:
        raise RequestError(Code.INVALID, f"ttl_secs: expected 1 to {le.MAX_TTL_S}, got {ttl_s}")
