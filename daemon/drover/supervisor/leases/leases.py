"""The leases of phones: given, extended and ended here, in memory only.

A restart of the daemon ends them all: nothing that was true before may be read back as true. policy.leases decides.
"""

import asyncio
import hashlib
import re
import secrets
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from drover.policy.leases import Held, LeaseBook, Wish
from drover.policy.phone_commands import EndLease
from drover.policy.phone_events import CallsEnded, LeaseGranted, LeaseOver, TaskLeased
from drover.policy.phone_state import Beginning, Leased, Running
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.settings import Settings
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.leases import Lease, LeaseList, LeaseTaken, TakeLease, Waiting

log = structlog.get_logger("drover.leases")

SESSION_BYTES: Final = 24
MAX_LABEL: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class PhoneLeases:
    """Live leases and the line for them. Who has a phone now, the registry says: `Leased` names a lease by its key."""

    def __init__(
        self, registry: DeviceRegistry, settings: Settings, calls: DirectCalls, signal: DispatchSignal
    ) -> None:
        self._registry = registry
        self._settings = settings
        self._calls = calls
        self._signal = signal
        self._book = LeaseBook()
        self._waiters: dict[str, asyncio.Future[Held]] = {}
        self._made: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    # --- taking

    async def take(self, asked: TakeLease) -> LeaseTaken:
        """A lease on this phone, now or when it is the asker's turn; raises RequestError."""
        device = self._registry.get(asked.serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {asked.serial}: was never seen; GET /rpc/devices lists them")
        self._refuse_draining()
        session = secrets.token_hex(SESSION_BYTES)
        now = _now()
        wish = Wish(
            key=_key(session),
            serial=asked.serial,
            label=_CONTROL.sub("", asked.label)[:MAX_LABEL],
            ttl_s=asked.ttl_s,
            asked_at=now,
            until=now + asked.wait_s,
        )
        held = self._book.take(wish, is_free=self._registry.is_idle, slots=self._slots())
        if held is not None:
            self._granted(held)
        elif asked.wait_s > 0:
            held = await self._wait(wish)
        else:
            raise self._unavailable(device)
        return LeaseTaken(session=session, lease=self._shown(held))

    async def _wait(self, wish: Wish) -> Held:
        if not self._book.wait(wish):
            why = f"device {wish.serial}: too many wait for phones already"
            raise RequestError(Code.TOO_MANY, why, {"serial": wish.serial}, retry_after_s=5)
        turn: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._waiters[wish.key] = turn
        self._arm()
        self._signal.wake()
        try:
            return await turn
        except asyncio.CancelledError:
            if self._book.of(wish.key) is not None:  # granted in this very moment
                self._end(wish.key, "whoever took it went away before hearing of it")
            raise
        finally:
            del self._waiters[wish.key]
            self._book.leave(wish.key)
            self._signal.wake()  # tasks may go on, if no one else waits

    def for_task(self, serial: str, task_id: int, label: str) -> LeaseTaken:
        """The lease of a running task on its own phone: for a script that it starts. Ends with the attempt."""
        session = secrets.token_hex(SESSION_BYTES)
        self._registry.post(serial, TaskLeased(key=_key(session)))
        held = self._book.take_for_task(_key(session), serial, label, task_id, _now())
        log.info("leased", device=serial, task=task_id)
        return LeaseTaken(session=session, lease=self._shown(held))

    def _granted(self, held: Held) -> None:
        log.info("leased", device=held.serial, label=held.label, ttl_s=held.ttl_s)
        self._registry.post(held.serial, LeaseGranted(key=held.key, words=f"leased{_by(held)}"))
        self._arm()

    def _slots(self) -> int:
        return self._settings.device_limit - self._registry.spoken_for

    def _refuse_draining(self) -> None:
        if self._registry.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)

    def _unavailable(self, device: Device) -> RequestError:
        """Why the phone cannot be had, and with what it conflicts."""
        data: dict[str, Any] = {"serial": device.serial, "state": device.state.value, "task_id": device.task_id}
        held, phone = self._on(device.serial), self._registry.phone(device.serial)
        if held is not None:
            why = f"it is leased{_by(held)}"
        elif self._book.wanted(device.serial):
            why = "others wait in line for it"
        elif device.state is DeviceState.BUSY or isinstance(phone.occupant, Beginning):
            why = f"task {device.task_id} runs on it" if device.task_id else "a task is about to begin on it"
        elif device.state is not DeviceState.IDLE:
            why = f"it is {device.state.value}" + (f" ({device.reason})" if device.reason else "")
        else:
            limit = self._settings.device_limit
            why, data["device_limit"] = f"the plan's device limit of {limit} is reached", limit
        hint = "try again when that has changed, or say wait_secs to wait in line"
        return RequestError(Code.CONFLICT, f"device {device.serial}: {why}; {hint}", data)

    # --- for the dispatcher (its line)

    def serve(self) -> None:
        """Give phones that are free now to those in line, before any task gets them."""
        for held in self._book.serve(is_free=self._registry.is_idle, slots=self._slots(), now=_now()):
            self._granted(held)
            waiter = self._waiters.get(held.key)
            if waiter is None or waiter.done():
                self._end(held.key, "whoever took it went away before hearing of it")
            else:
                waiter.set_result(held)

    def wants(self, serial: str) -> bool:
        """Whether a client waits in line for the phone."""
        return self._book.wanted(serial)

    def reserved(self) -> int:
        """Device slots that are for those in line."""
        return self._book.claims(self._registry.is_idle)

    # --- keeping

    def extend(self, session: str, ttl_s: int | None) -> Lease:
        """Sign of life; raises RequestError for a lease that is over."""
        key = _key(session)
        held = self._book.extend(key, ttl_s, _now())
        if held is None:
            raise RequestError(Code.NOT_FOUND, f"session: {self._over(key)}")
        self._arm()
        return self._shown(held)

    def check(self, session: str, serial: str) -> Held:
        """The lease, if this session holds this phone; raises RequestError as the contract says."""
        key = _key(session)
        holds = self._on(serial)
        if session and holds is not None and holds.key == key:
            self._made[key] += 1
            return holds
        if session and holds is not None:
            why = f"device {serial}: somebody else holds a lease on it"
            raise RequestError(Code.CONFLICT, why, {"serial": serial, "state": "leased"})
        if not session:
            why = "x-session-id: is missing; take a lease with POST /rpc/session and send its session_id"
        elif (other := self._book.of(key)) is not None:
            why = f"x-session-id: this lease is on {other.serial}, not on {serial}"
        else:
            why = f"x-session-id: {self._over(key)}"
        raise RequestError(Code.LEASE, why, {"serial": serial})

    def listed(self) -> LeaseList:
        """Who holds what, and who waits."""
        waiting = [
            Waiting(serial=wish.serial, label=wish.label, since=_stamp(wish.asked_at), until=_stamp(wish.until))
            for wish in self._book.line
        ]
        return LeaseList(leases=[self._shown(held) for held in self._book.held], waiting=waiting)

    # --- ending

    def release(self, session: str) -> None:
        """Its holder gives it back; raises RequestError for a lease that is over."""
        held = self._book.of(_key(session))
        if held is None:
            raise RequestError(Code.NOT_FOUND, f"session: {self._over(_key(session))}")
        if held.task_id is not None:
            why = f"session: belongs to task {held.task_id} and ends with it; stop the task instead"
            raise RequestError(Code.CONFLICT, why, {"task_id": held.task_id})
        self._end(held.key, "it was released")

    def evict(self, serial: str) -> None:
        """An operator ends it; raises RequestError where there is none."""
        held = self._on(serial)
        if held is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: no one holds a lease on it")
        log.warning("lease_evicted", device=serial, label=held.label, task=held.task_id)
        self._end(held.key, "an operator released it by force")

    def on_end(self, _device: Device, command: EndLease) -> None:
        """The loop's command: the phone is lost, or the task over that the lease was for."""
        held = self._book.end(command.key, command.why)
        if held is not None:
            self._ended(held, command.why)

    def _end(self, key: str, why: str) -> None:
        """End this lease, if it lives: its holder can do nothing any more from here on."""
        held = self._book.end(key, why)
        if held is not None:
            self._registry.post(held.serial, LeaseOver(key=key))
            self._ended(held, why)

    def _on(self, serial: str) -> Held | None:
        """The lease on this phone, also one of the task that runs there."""
        match self._registry.phone(serial).occupant:
            case Leased(key=key) | Running(lease=key):
                return self._book.of(key)
            case _:
                return None

    def close_line(self) -> None:
        """The daemon shuts down: no one waits any more."""
        for waiter in self._waiters.values():
            if not waiter.done():
                waiter.set_exception(
                    RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
                )

    def _ended(self, held: Held, why: str) -> None:
        log.info("lease_ended", device=held.serial, label=held.label, why=why, calls=self._made.pop(held.key, 0))
        if held.task_id is None:
            job = asyncio.create_task(self._give_back(held))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
        self._arm()

    async def _give_back(self, held: Held) -> None:
        """Free the phone once nothing of the lease happens on it any more."""
        await self._calls.finish(held.serial)
        self._registry.post(held.serial, CallsEnded(key=held.key))

    # --- time

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        moment = self._book.next_moment()
        if moment is not None:
            self._timer = asyncio.get_running_loop().call_at(moment, self._due)

    def _due(self) -> None:
        now = _now()
        for held in self._book.expired(now):
            self._registry.post(held.serial, LeaseOver(key=held.key))
            self._ended(held, f"it was not extended within its {held.ttl_s} s")
        for wish in self._book.given_up(now):
            waiter = self._waiters.get(wish.key)
            device = self._registry.get(wish.serial)
            if waiter is not None and not waiter.done() and device is not None:
                waiter.set_exception(self._unavailable(device))
        self._arm()

    def _over(self, key: str) -> str:
        why = self._book.why_ended(key)
        what = "names no live lease: it was never given, or the daemon was restarted"
        if why is not None:
            what = f"this lease has ended: {why}"
        return f"{what}; take another with POST /rpc/session"

    def _shown(self, held: Held) -> Lease:
        return Lease(
            serial=held.serial,
            label=held.label,
            taken_at=_stamp(held.taken_at),
            expires_at=None if held.expires_at is None else _stamp(held.expires_at),
            ttl_s=held.ttl_s,
            calls=self._made[held.key],
            task_id=held.task_id,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()


def _stamp(moment: float) -> datetime:
    return clock.now() + timedelta(seconds=moment - _now())


def _key(session: str) -> str:
    """What is kept of a session id: who reads our memory or compares slowly learns nothing of it."""
    return hashlib.sha256(session.encode(errors="replace")).hexdigest()


def _by(held: Held) -> str:
    if held.task_id is not None:
        return f" by task {held.task_id}"
    return f" by {held.label!r}" if held.label else ""
