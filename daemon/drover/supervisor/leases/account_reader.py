"""Reading on a phone which accounts an app is logged in with. A short use of the phone: no task begins meanwhile."""

import asyncio
import itertools
from typing import Final

import structlog

from drover.policy.phone_commands import FailScan
from drover.policy.phone_events import ScanBegun, ScanEnded
from drover.policy.phone_state import AccountScan
from drover.store import logins
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.supervisor.workers.protocol import Workers
from drover.wire.accounts import Login, LoginSource
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Reason
from drover.wire.worker import AccountsRead, ReadAccounts

log = structlog.get_logger("drover.accounts")

DEADLINE_S: Final = 100.0
"""The worker gives up by itself after 90 s, and says so; this is for one that does not."""

_UNUSABLE: Final = {
    DeviceState.ABSENT: "adb does not list it; attach it or check its cable or Wi-Fi",
    DeviceState.BUSY: "a task runs on it; try again when that has ended, or stop it",
    DeviceState.LEASED: "somebody else uses it; try again when that has ended",
    DeviceState.PREPARING: "it is not ready yet; try again in a moment",
}


class AccountReader:
    """At most one reading a phone: the registry gives the phone to it, and has it back in every case."""

    def __init__(
        self,
        registry: DeviceRegistry,
        settings: Settings,
        leases: PhoneLeases,
        store: Store,
        workers: Workers,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._registry = registry
        self._settings = settings
        self._leases = leases
        self._store = store
        self._workers = workers
        self._deadline_s = deadline_s
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[AccountsRead]] = {}
        self._jobs: set[asyncio.Task[AccountsRead]] = set()

    async def read(self, serial: str, platform: str, package: str) -> AccountsRead:
        """What the app lists. Raises RequestError: the phone is unknown, in use or away, or it could not be read.

        The phone is given back when its worker has answered, also where the caller does not wait for it any more.
        """
        request_id = self._take(serial)
        job = asyncio.create_task(self._read(serial, request_id, platform, package))
        self._jobs.add(job)
        job.add_done_callback(self._ended)
        return await asyncio.shield(job)

    def on_answer(self, serial: str, message: AccountsRead) -> None:
        """The worker answered."""
        reading = AccountScan(request_id=message.request_id)
        answer = self._answers.get(message.request_id)
        if answer is None or self._registry.phone(serial).occupant != reading:
            log.warning("late_message_ignored", device=serial, message="AccountsRead", request=message.request_id)
        elif not answer.done():
            answer.set_result(message)

    def on_fail(self, device: Device, command: FailScan) -> None:
        """The loop's command: the worker can answer no more."""
        self._fail(device.serial, command.request_id, command.why)

    def _fail(self, serial: str, request_id: int, why: str) -> None:
        answer = self._answers.get(request_id)
        if answer is not None and not answer.done():
            answer.set_exception(RequestError(Code.CONFLICT, f"device {serial}: {why}", {"serial": serial}))

    def _take(self, serial: str) -> int:
        """Make the phone ours, as a lease does: dispatch gives tasks to phones that no one has."""
        device = self._registry.get(serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        if self._registry.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        if not self._registry.is_idle(serial) or self._leases.wants(serial):
            raise RequestError(Code.CONFLICT, f"device {serial}: {_unusable(device)}", _state(device))
        limit = self._settings.device_limit
        if self._registry.spoken_for >= limit:
            why = f"the plan's device limit of {limit} is reached; try again when a device is free"
            raise RequestError(Code.CONFLICT, f"device {serial}: {why}", {"device_limit": limit})
        request_id = next(self._ids)
        self._registry.post(serial, ScanBegun(request_id=request_id))
        return request_id

    async def _read(self, serial: str, request_id: int, platform: str, package: str) -> AccountsRead:
        pending: asyncio.Future[AccountsRead] = asyncio.get_running_loop().create_future()
        self._answers[request_id] = pending
        killed = ""
        try:
            asked = ReadAccounts(request_id=request_id, platform=platform, package=package)
            if not self._workers.send(serial, asked):
                self._fail(serial, request_id, "its worker does not answer; try again in a moment")
            answer = await asyncio.wait_for(pending, self._deadline_s)
            await self._keep(serial, platform, package, answer)
        except TimeoutError:
            why = f"its accounts could not be read within {self._deadline_s:.0f} s"
            if self._workers.kill(serial, why):  # it may still be at it, and the phone must not get a task meanwhile
                killed = why
            message = f"device {serial}: {why}; look at the phone"
            raise RequestError(Code.CONFLICT, message, {"serial": serial}) from None
        finally:
            del self._answers[request_id]
            self._registry.post(serial, ScanEnded(request_id=request_id, killed=killed))
        if answer.why:
            raise RequestError(Code.CONFLICT, f"device {serial}: {answer.why}", {"serial": serial})
        return answer

    async def _keep(self, serial: str, platform: str, package: str, read: AccountsRead) -> None:
        """Remember which account is active there, before the phone may get a task."""
        try:
            if read.active:
                login = Login(
                    serial=serial,
                    platform=platform,
                    package=read.package,
                    main=read.main,
                    username=read.active,
                    app_version=read.version,
                    source=LoginSource.ACCOUNT_READER,
                    learned_at=clock.now(),
                )
                await self._store.write(logins.learn, login)
            elif read.reason is Reason.NOT_LOGGED_IN:
                await self._store.write(logins.forget, serial, platform, package)
        except StoreUnavailableError as error:
            log.error("login_not_kept", device=serial, why=str(error))

    def _ended(self, job: asyncio.Task[AccountsRead]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.info("accounts_not_read", why=str(error))  # seen here, so that it is no surprise if no one waits


def _unusable(device: Device) -> str:
    reason = f" ({device.reason})" if device.reason and device.state not in _UNUSABLE else ""
    # Idle and yet not free: a task is about to begin.
    state = DeviceState.BUSY if device.state is DeviceState.IDLE else device.state
    return _UNUSABLE.get(state, f"it is {state.value}{reason}; make it ready first")


def _state(device: Device) -> dict[str, str | int | None]:
    return {"serial": device.serial, "state": device.state.value, "task_id": device.task_id}
