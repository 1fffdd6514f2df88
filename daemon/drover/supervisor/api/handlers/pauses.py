"""Requests that pause and resume accounts and phones."""

from drover.policy.accounts import PLATFORMS, bare, the_one
from drover.policy.pace import account_key
from drover.policy.pause_requests import reason_of, until_of
from drover.store import accounts, pauses
from drover.supervisor import clock
from drover.supervisor.api.handlers.accounts import with_use
from drover.supervisor.api.handlers.devices import shown_devices
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire.accounts import Account
from drover.wire.devices import Device
from drover.wire.faults import Code, RequestError
from drover.wire.holds import PauseSubject
from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice


class PauseHandlers:
    """What clients ask about pauses."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            PauseAccount: self._pause_account,
            ResumeAccount: self._resume_account,
            PauseDevice: self._pause_device,
            ResumeDevice: self._resume_device,
        }

    # --- accounts

    async def _pause_account(self, body: PauseAccount) -> AccountPause:
        now = clock.now()
        words, until = reason_of(body.reason), until_of(body.until, now, self._state.core.settings.config.zone)
        account = the_one(body.username, body.platform, await self._state.core.store.read(accounts.all))
        await self._state.core.store.write(
            pauses.pause, PauseSubject.ACCOUNT, _key(account), words=words, until=until, now=now
        )
        return await self._account(account, changed=True)

    async def _resume_account(self, body: ResumeAccount) -> AccountPause:
        account = await self._paused_one(body)
        ended = await self._state.core.store.write(
            pauses.resume, PauseSubject.ACCOUNT, [_key(account)], now=clock.now()
        )
        return await self._account(account, changed=bool(ended))

    async def _paused_one(self, body: ResumeAccount) -> Account:
        """The account that is meant: of several of this name the one that is paused, also one that no one added."""
        store, name = self._state.core.store, bare(body.username)
        registered = await store.read(accounts.all)
        paused = await store.read(pauses.active, now=clock.now())
        held = {pause.platform for _key, pause in paused if pause.username.lower() == name.lower()}
        if body.platform is not None and body.platform not in PLATFORMS:
            raise RequestError(
                Code.INVALID, f"platform: expected one of {', '.join(PLATFORMS)}, got {body.platform[:60]!r}"
            )
        platform = body.platform or (next(iter(held)) if len(held) == 1 else None)
        try:
            return the_one(name, platform, registered)
        except RequestError as error:
            if error.failure.code is not Code.NOT_FOUND or platform not in held:
                raise
        return Account(username=name, serial="", platform=platform or "", enabled=True)

    async def _account(self, account: Account, *, changed: bool) -> AccountPause:
        self._state.core.signal.wake()
        return AccountPause(account=(await with_use(self._state, [account]))[0], changed=changed)

    # --- phones

    async def _pause_device(self, body: PauseDevice) -> DevicePause:
        now = clock.now()
        words, until = reason_of(body.reason), until_of(body.until, now, self._state.core.settings.config.zone)
        device = self._known(body.serial)
        await self._state.core.store.write(
            pauses.pause, PauseSubject.DEVICE, device.serial, words=words, until=until, now=now
        )
        return await self._device(device.serial, changed=True)

    async def _resume_device(self, body: ResumeDevice) -> DevicePause:
        device, now = self._known(body.serial), clock.now()
        store = self._state.core.store
        ended = await store.write(pauses.resume, PauseSubject.DEVICE, [device.serial], now=now)
        unnamed = await store.read(pauses.device_keys, device.serial, now=now)
        ended += await store.write(pauses.resume, PauseSubject.ACCOUNT, unnamed, now=now)
        return await self._device(device.serial, changed=bool(ended))

    def _known(self, serial: str) -> Device:
        device = self._state.devices.registry.get(serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        return device

    async def _device(self, serial: str, *, changed: bool) -> DevicePause:
        await self._state.core.store.write(pauses.tell_device, self._known(serial), now=clock.now())
        self._state.core.signal.wake()
        return DevicePause(device=(await shown_devices(self._state, [self._known(serial)]))[0], changed=changed)


def _key(account: Account) -> str:
    return account_key(account.platform, account.username, account.serial)
