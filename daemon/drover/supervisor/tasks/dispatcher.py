"""The dispatcher: chooses which idle phone gets which task; attempt_starter.py begins them.

The store decides what is true of tasks, the registry of phones; nothing here remembers either.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final

import structlog

from drover.policy import dispatch
from drover.policy.clock import Jump, Reading, jump_between
from drover.store import queue
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.clock import reading
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.dispatch_signal import Changes, DispatchSignal
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.attempt_starter import AttemptStarter

log = structlog.get_logger("drover.tasks")

LONGEST_WAIT_S: Final = 30.0
FEW: Final = 4
"""Idle phones at which the loop looks itself; measured, 0.15 ms."""

SLEPT: Final = timedelta(seconds=2 * LONGEST_WAIT_S)
"""Between two looks of a daemon that runs never passes as much."""


class Dispatcher:
    """Gives tasks to idle phones; those who wait in line for a phone come before tasks."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        registry: DeviceRegistry,
        leases: PhoneLeases,
        attempt_starter: AttemptStarter,
        signal: DispatchSignal,
    ) -> None:
        self._settings = settings
        self._store = store
        self._registry = registry
        self._leases = leases
        self._attempt_starter = attempt_starter
        self._signal = signal
        self._looked = reading()
        self._uncorrected = False

    async def run(self) -> None:
        """Give tasks to idle phones until cancelled."""
        changes = Changes(anything=True)
        look_at = clock.monotonic_s()
        while True:
            now_s = clock.monotonic_s()
            try:
                if changes.anything or now_s >= look_at or self._concern_idle(changes.devices):
                    look_at = now_s + await self._dispatch()
                elif changes.due is not None:
                    look_at = min(look_at, now_s + (changes.due - clock.now()).total_seconds())
            except StoreUnavailableError as error:
                log.error("dispatch_postponed", why=str(error))
                look_at = now_s + 1.0
            changes = await self._signal.wait(max(look_at - clock.monotonic_s(), 0.005))

    def stop(self) -> None:
        """Begin nothing more."""
        self._registry.drain()
        self._attempt_starter.cancel()

    def _concern_idle(self, devices: Set[str]) -> bool:
        """Whether one of these could begin a task: what was added for others waits for them."""
        return any(self._is_free(serial) for serial in devices)

    async def _dispatch(self) -> float:
        """Begin what can begin; returns the seconds until something falls due."""
        if self._registry.draining:
            return LONGEST_WAIT_S
        self._leases.serve()
        looked = reading()
        now = looked.wall
        await self._follow_clock(looked)
        idle = [serial for serial in self._registry.idle() if self._is_free(serial)]
        # Before the pauses are read: who ends meanwhile is still left alone.
        acting = self._registry.acting()
        look = await self._look(idle, now)
        # One may have been taken meanwhile.
        free = [serial for serial in idle if serial not in look.holds.devices and self._is_free(serial)]
        if look.heads and free:
            in_use = self._registry.spoken_for + self._leases.reserved()
            acting |= self._registry.acting()  # an attempt may have found out meanwhile as whom it acts
            chosen = dispatch.choose(look.heads, free, in_use, self._settings.device_limit, acting)
            await self._attempt_starter.begin(chosen)
        wait_s = (look.due - clock.now()).total_seconds() if look.due is not None else LONGEST_WAIT_S
        return min(max(wait_s, 0.005), LONGEST_WAIT_S)

    async def _look(self, idle: list[str], now: datetime) -> queue.Look:
        """At few phones it takes less time than to hand it to another thread: a task then begins that much sooner."""
        pace = self._settings.pace
        if len(idle) <= FEW:
            return self._store.read_here(queue.look, idle, now=now, pace=pace)
        return await self._store.read(queue.look, idle, now=now, pace=pace)

    def _is_free(self, serial: str) -> bool:
        """Whether no one has the phone, and no one waits in line for it."""
        return self._registry.is_idle(serial) and not self._leases.wants(serial)

    async def _follow_clock(self, looked: Reading) -> None:
        """Short waits last as long as before, whatever the clock shows. A host that was suspended, or whose clock
        jumped ahead, finds its scheduled tasks late as if the daemon had been down."""
        before, self._looked = self._looked, looked
        if jump := jump_between(before, looked):
            log.warning("clock_jumped", before=before.wall.isoformat(), now=looked.wall.isoformat())
            await self._correct_waits(jump)
        elif self._uncorrected:
            await self._correct_waits(Jump(before=looked.wall, now=looked.wall))
        if looked.wall - before.wall > SLEPT:
            config = self._settings.config
            await startup_recovery.fail_missed(self._store, config, alive_at=before.wall, now=looked.wall)

    async def _correct_waits(self, jump: Jump) -> None:
        """Where the store fails in between some stamps have moved: the next look only cuts what is too far ahead."""
        self._uncorrected = True
        longest_pause_s = self._settings.pace.pause_max_s
        await startup_recovery.correct_waits(self._store, jump, longest_pause_s=longest_pause_s)
        self._uncorrected = False
