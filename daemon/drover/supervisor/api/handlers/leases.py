"""Requests about leases, and what their holders want of their phones."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from drover.policy import adb_args
from drover.policy.accounts import PLATFORMS
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire import leases
from drover.wire.control import Done
from drover.wire.direct import DirectAdb, DirectCall, DirectCheck, DirectHierarchy, DirectRpc, DirectScreenshot
from drover.wire.faults import Code, RequestError
from drover.wire.screens import ScreenCheck

_Make = Callable[[int, float, str], DirectCall]
_Direct = leases.CallPhone | leases.ReadHierarchy | leases.TakeScreenshot | leases.RunAdb | leases.CheckScreen


class LeaseHandlers:
    """What clients ask of leases and leased phones."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            leases.TakeLease: self._take,
            leases.ExtendLease: self._extend,
            leases.ReleaseLease: self._release,
            leases.EvictLease: self._evict,
            leases.ListLeases: self._list,
            leases.CallPhone: self._call,
            leases.ReadHierarchy: partial(self._direct, make=_hierarchy),
            leases.TakeScreenshot: partial(self._direct, make=_screenshot),
            leases.RunAdb: self._adb,
            leases.CheckScreen: self._check,
        }

    async def _take(self, body: leases.TakeLease) -> leases.LeaseTaken:
        _check_ttl(body.ttl_s)
        if not 0 <= body.wait_s <= leases.MAX_WAIT_S:
            raise RequestError(Code.INVALID, f"wait_secs: expected 0 to {leases.MAX_WAIT_S}, got {body.wait_s:g}")
        return await self._state.leases.leases.take(body)

    async def _extend(self, body: leases.ExtendLease) -> leases.Lease:
        if body.ttl_s is not None:
            _check_ttl(body.ttl_s)
        return self._state.leases.leases.extend(body.session, body.ttl_s)

    async def _release(self, body: leases.ReleaseLease) -> Done:
        self._state.leases.leases.release(body.session)
        return Done()

    async def _evict(self, body: leases.EvictLease) -> Done:
        self._state.leases.leases.evict(body.serial)
        return Done()

    async def _list(self, _body: leases.ListLeases) -> leases.LeaseList:
        return self._state.leases.leases.listed()

    # --- direct control

    async def _call(self, body: leases.CallPhone) -> leases.DirectResult:
        return await self._direct(body, make=partial(_rpc, body))

    async def _adb(self, body: leases.RunAdb) -> leases.DirectResult:
        if not self._state.core.settings.config.rpc.adb:
            why = "adb commands are off; an operator turns them on with adb = true under [rpc] in the configuration"
            raise RequestError(Code.CONFLICT, why, {"setting": "rpc.adb"})
        if why_not := adb_args.refusal(body.args):
            raise RequestError(Code.INVALID, why_not)
        return await self._direct(body, make=partial(_adb, body))

    async def _check(self, body: leases.CheckScreen) -> ScreenCheck:
        if body.platform not in ("", *PLATFORMS):
            why = f"platform: expected one of {', '.join(PLATFORMS)}, got {body.platform[:60]!r}"
            raise RequestError(Code.INVALID, why)
        result = await self._direct(body, make=partial(_check, body))
        data = await asyncio.to_thread(Path(result.path).read_bytes) if result.path else result.data
        return msgspec.json.decode(data, type=ScreenCheck)

    async def _direct(self, body: _Direct, *, make: _Make) -> leases.DirectResult:
        held = self._state.leases.leases.check(body.session, body.serial)
        left_s = None if held.expires_at is None else held.expires_at - asyncio.get_running_loop().time()
        return await self._state.leases.direct.call(body.serial, make, timeout_s=body.timeout_s, most_s=left_s)


def _rpc(body: leases.CallPhone, request_id: int, timeout_s: float, folder: str) -> DirectCall:
    return DirectRpc(
        request_id=request_id, timeout_s=timeout_s, folder=folder, method=body.method, params=body.params
    )  # fmt: skip


def _adb(body: leases.RunAdb, request_id: int, timeout_s: float, folder: str) -> DirectCall:
    return DirectAdb(request_id=request_id, timeout_s=timeout_s, folder=folder, args=body.args)


def _check(body: leases.CheckScreen, request_id: int, timeout_s: float, folder: str) -> DirectCall:
    return DirectCheck(request_id=request_id, timeout_s=timeout_s, folder=folder, platform=body.platform)


def _hierarchy(request_id: int, timeout_s: float, folder: str) -> DirectCall:
    return DirectHierarchy(request_id=request_id, timeout_s=timeout_s, folder=folder)


def _screenshot(request_id: int, timeout_s: float, folder: str) -> DirectCall:
    return DirectScreenshot(request_id=request_id, timeout_s=timeout_s, folder=folder)


def _check_ttl(ttl_s: int) -> None:
    if not 1 <= ttl_s <= leases.MAX_TTL_S:
        raise RequestError(Code.INVALID, f"ttl_secs: expected 1 to {leases.MAX_TTL_S}, got {ttl_s}")
