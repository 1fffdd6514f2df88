"""Takes phones that adb lists and cannot use up the ladder of policy.ladder, so that nobody has to re-plug them.

Asks the adb server for reconnections of single phones; never ends a server.
"""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from drover.policy import ladder
from drover.supervisor.board import DeviceBoard
from drover.supervisor.tracker import ADB_ERRORS, AdbTracker, said
from drover.wire.devices import Device, DeviceState

log = structlog.get_logger("drover.devices")

DIAL_AGAIN_S = 5.0


@dataclass
class _Case:
    """One phone in trouble: its state, the steps taken in this round, and when the next is due (monotonic)."""

    state: DeviceState
    due: float
    done: int = 0


class Nurse:
    """`hangs`: whether a preparing phone is one that its worker cannot reach; `spawn` runs work in the background."""

    def __init__(
        self,
        board: DeviceBoard,
        tracker: AdbTracker,
        *,
        hangs: Callable[[str], bool],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._board = board
        self._tracker = tracker
        self._hangs = hangs
        self._spawn = spawn
        self._cases: dict[str, _Case] = {}
        self._forgotten: dict[str, float] = {}
        self.steps = 0

    def watch(self) -> None:
        """Take what is due; called every second."""
        now = time.monotonic()
        if not self._tracker.connected:
            return
        for device in self._board.all():
            if not self._sick(device):
                self._cases.pop(device.serial, None)
                continue
            case = self._cases.get(device.serial)
            if case is None or case.state is not device.state:
                case = self._admit(device, now)
            if now >= case.due:
                self._treat(device.serial, case, now)
        self._dial_again(now)

    def _sick(self, device: Device) -> bool:
        preparing = device.state is DeviceState.PREPARING
        return bool(ladder.steps(device.state, device.serial)) and (not preparing or self._hangs(device.serial))

    def _admit(self, device: Device, now: float) -> _Case:
        """The first step waits, too: most phones come back by themselves."""
        case = self._cases[device.serial] = _Case(state=device.state, due=now + ladder.STEP_EVERY_S)
        self._board.expect(device.serial, _at(ladder.STEP_EVERY_S))
        return case

    def _treat(self, serial: str, case: _Case, now: float) -> None:
        step = ladder.next_step(case.state, serial, case.done)
        if step is None:
            step, case.done = ladder.steps(case.state, serial)[0], 0
        case.done += 1
        wait_s = ladder.pause_s(case.state, serial, case.done)
        case.due = now + wait_s
        self._board.expect(serial, _at(wait_s))
        for kicked in self._kicked(step, serial):
            self._forgotten.setdefault(kicked, now + DIAL_AGAIN_S)
        self.steps += 1
        self._spawn(self._take(serial, step))

    def _kicked(self, step: ladder.Step, serial: str) -> list[str]:
        """The network phones that this step takes off adb's list: measured, adb does not dial them again by itself."""
        sick = (DeviceState.OFFLINE, DeviceState.UNAUTHORIZED)
        every = self._board.in_state(*sick) if step is ladder.Step.RECONNECT_OFFLINE else [serial]
        return [kicked for kicked in every if ladder.is_network(kicked)]

    async def _take(self, serial: str, step: ladder.Step) -> None:
        for service in ladder.services(step, serial):
            await self._ask(serial, step.value, service)

    async def _ask(self, serial: str, what: str, service: str) -> None:
        try:
            answer = await self._tracker.ask(service)
        except ADB_ERRORS as error:
            answer = said(error)
        log.info("device_nursed", device=serial, step=what, answer=answer.strip()[:200])

    def _dial_again(self, now: float) -> None:
        """adb has dropped a phone at our word: it must not stay forgotten, however long it takes to come back."""
        for serial, due in list(self._forgotten.items()):
            device = self._board.get(serial)
            if device is None or device.state in (DeviceState.IDLE, DeviceState.BUSY, DeviceState.LEASED):
                del self._forgotten[serial]
            elif now >= due and device.state is DeviceState.ABSENT:
                self._forgotten[serial] = now + ladder.STEP_EVERY_S
                self._spawn(self._ask(serial, "dial again", f"host:connect:{serial}"))


def _at(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
