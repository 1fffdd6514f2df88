"""Reading on a phone which accounts an app is logged in with. A short use of the phone: no task begins meanwhile."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from drover.policy.device_states import DeviceEvent
from drover.store import logins
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.wire.accounts import Login, LoginSource
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Reason
from drover.wire.worker import AccountsRead, ReadAccounts, ToWorker

log = structlog.get_logger("drover.accounts")

DEADLINE_S: Final = 100.0
"""The worker gives up by itself after 90 s, and says so; this is for one that does not."""

_UNUSABLE: Final = {
    DeviceState.ABSENT: "adb does not list it; attach it or check its cable or Wi-Fi",
    DeviceState.BUSY: "a task runs on it; try again when that has ended, or stop it",
    DeviceState.LEASED: "somebody else uses it; try again when that has ended",
    DeviceState.PREPARING: "it is not ready yet; try again in a moment",
}


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The one reading on a phone."""

    request_id: int
    answer: asyncio.Future[AccountsRead]


class AccountReader:
    """At most one reading a phone. `send` and `kill` reach its worker; `given_back` hears when the phone is free."""

    def __init__(
        self,
        registry: DeviceRegistry,
        dispatcher: Dispatcher,
        store: Store,
        *,
        send: Callable[[str, ToWorker], bool],
        kill: Callable[[str, str], bool],
        given_back: Callable[[str], None],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._registry = registry
        self._dispatcher = dispatcher
        self._store = store
        self._send = send
        self._kill = kill
        self._given_back = given_back
        self._deadline_s = deadline_s
        self._ids = itertools.count(1)
        self._readings: dict[str, _Reading] = {}
        self._jobs: set[asyncio.Task[AccountsRead]] = set()

    async def read(self, serial: str, platform: str, package: str) -> AccountsRead:
        """What the app lists. Raises RequestError: the phone is unknown, in use or away, or it could not be read.

        The phone is given back when its worker has answered, also where the caller does not wait for it any more.
        """
        self._take(serial)
        job = asyncio.create_task(self._read(serial, platform, package))
        self._jobs.add(job)
        job.add_done_callback(self._ended)
        return await asyncio.shield(job)

    def said(self, serial: str, message: AccountsRead) -> None:
        """The worker answered."""
        reading = self._readings.get(serial)
        if reading is None or reading.request_id != message.request_id:
            log.warning("late_message_ignored", device=serial, message="AccountsRead", request=message.request_id)
        elif not reading.answer.done():
            reading.answer.set_result(message)

    def lost(self, serial: str, why: str) -> None:
        """The worker can answer no more."""
        reading = self._readings.get(serial)
        if reading is not None and not reading.answer.done():
            reading.answer.set_exception(RequestError(Code.CONFLICT, f"device {serial}: {why}", {"serial": serial}))

    def _take(self, serial: str) -> None:
        """Make the phone ours by the registry, as a lease is: dispatch gives tasks to idle phones only."""
        device = self._registry.get(serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        if self._dispatcher.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        if not self._dispatcher.is_free(serial):
            raise RequestError(Code.CONFLICT, f"device {serial}: {_unusable(device)}", _state(device))
        if self._dispatcher.spoken_for >= self._dispatcher.device_limit:
            limit = self._dispatcher.device_limit
            why = f"the plan's device limit of {limit} is reached; try again when a device is free"
            raise RequestError(Code.CONFLICT, f"device {serial}: {why}", {"device_limit": limit})
        self._registry.apply(serial, DeviceEvent.LEASED, "its accounts are read")

    async def _read(self, serial: str, platform: str, package: str) -> AccountsRead:
        reading = _Reading(request_id=next(self._ids), answer=asyncio.get_running_loop().create_future())
        self._readings[serial] = reading
        ready = True
        try:
            if not self._send(serial, ReadAccounts(request_id=reading.request_id, platform=platform, package=package)):
                self.lost(serial, "its worker does not answer; try again in a moment")
            answer = await asyncio.wait_for(reading.answer, self._deadline_s)
            await self._keep(serial, platform, package, answer)
        except TimeoutError:
            why = f"its accounts could not be read within {self._deadline_s:.0f} s"
            if self._kill(serial, why):  # it may still be at it, and the phone must not get a task meanwhile
                self._registry.apply(serial, DeviceEvent.WORKER_DIED, why)
                ready = False
            told = f"device {serial}: {why}; look at the phone"
            raise RequestError(Code.CONFLICT, told, {"serial": serial}) from None
        finally:
            del self._readings[serial]
            self._registry.apply(serial, DeviceEvent.RELEASED)
            if ready:
                self._given_back(serial)
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
                    learned_at=datetime.now(UTC),
                )
                await self._store.write(logins.learn, login)
            elif read.reason is Reason.NOT_LOGGED_IN:
                await self._store.write(logins.forget, serial, platform, package)
        except StoreUnavailableError as error:
            log.error("login_not_kept", device=serial, why=str(error))

    def _ended(self, job: asyncio.Task[AccountsRead]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.info("accounts_not_read", why=str(error))  # seen here, so that it is no surprise if nobody waits


def _unusable(device: Device) -> str:
    reason = f" ({device.reason})" if device.reason and device.state not in _UNUSABLE else ""
    # Idle and yet not free: a task is about to begin.
    state = DeviceState.BUSY if device.state is DeviceState.IDLE else device.state
    return _UNUSABLE.get(state, f"it is {state.value}{reason}; make it ready first")


def _state(device: Device) -> dict[str, str | int | None]:
    return {"serial": device.serial, "state": device.state.value, "task_id": device.task_id}
