"""Takes phones that adb lists and cannot use up the steps of policy.escalation, so that no one has to replug them.

Asks the adb server for reconnections of single phones; never ends a server.
"""

from dataclasses import dataclass
from typing import Final

import structlog

from drover.policy import escalation
from drover.policy.phone_events import RecoveryPlanned
from drover.policy.transports import Transport
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import ADB_ERRORS, AdbTracker, error_text
from drover.supervisor.devices.transports import Transports
from drover.supervisor.jobs import Jobs
from drover.supervisor.tallies import Tallies
from drover.wire.devices import Device, DeviceState

log = structlog.get_logger("drover.devices")

DIAL_AGAIN_S: Final = 5.0
_WELL: Final = (DeviceState.IDLE, DeviceState.BUSY, DeviceState.LEASED)


@dataclass
class _Case:
    """One phone in trouble: its state, the steps taken in this round, and when the next is due (monotonic)."""

    state: DeviceState
    due: float
    done: int = 0


class DeviceRecovery:
    """Treats phones that adb cannot use, and those that give their worker, or the question who they are, no answer."""

    def __init__(
        self, registry: DeviceRegistry, tracker: AdbTracker, transports: Transports, jobs: Jobs, tallies: Tallies
    ) -> None:
        self._registry = registry
        self._tracker = tracker
        self._transports = transports
        self._jobs = jobs
        self._tallies = tallies
        self._cases: dict[str, _Case] = {}
        self._forgotten: dict[str, float] = {}

    def watch(self) -> None:
        """Take what is due; called every second."""
        now = clock.monotonic_s()
        if not self._tracker.connected:
            return
        for device in self._registry.all():
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
        hangs = device.state is DeviceState.PREPARING and self._hangs(device.serial)
        transport = self._transports.sick(device.serial)
        return bool(escalation.steps(device.state, transport)) and (device.state is not DeviceState.PREPARING or hangs)

    def _hangs(self, serial: str) -> bool:
        return self._registry.phone(serial).word.hangs or self._transports.hangs(serial)

    def _admit(self, device: Device, now: float) -> _Case:
        """The first step waits, too: most phones come back by themselves."""
        case = self._cases[device.serial] = _Case(state=device.state, due=now + escalation.STEP_EVERY_S)
        self._registry.post(device.serial, RecoveryPlanned(in_s=escalation.STEP_EVERY_S))
        return case

    def _treat(self, serial: str, case: _Case, now: float) -> None:
        transport = self._transports.sick(serial)
        if transport is None:
            return
        step = escalation.next_step(case.state, transport, case.done)
        if step is None:
            step, case.done = escalation.steps(case.state, transport)[0], 0
        case.done += 1
        wait_s = escalation.pause_s(case.state, transport, case.done)
        case.due = now + wait_s
        self._registry.post(serial, RecoveryPlanned(in_s=wait_s))
        step = escalation.sparing(step, self._transports.listing())
        for kicked in self._kicked(step, transport):
            self._forgotten.setdefault(kicked.name, now + DIAL_AGAIN_S)
        self._tallies.counters["device_reconnect"] += 1
        self._jobs.background(self._take(serial, transport, step))

    def _kicked(self, step: escalation.Step, transport: Transport) -> list[Transport]:
        """The network phones that this step takes off adb's list: measured, adb does not dial them again by itself."""
        every = self._transports.listing() if step is escalation.Step.RECONNECT_OFFLINE else [transport]
        sick = [one for one in every if one is transport or one.state in escalation.CUT]
        return [one for one in sick if escalation.is_dialled(one)]

    async def _take(self, serial: str, transport: Transport, step: escalation.Step) -> None:
        for service in escalation.services(step, transport):
            await self._ask(serial, step.value, service)

    async def _ask(self, serial: str, what: str, service: str) -> None:
        try:
            answer = await self._tracker.ask(service)
        except ADB_ERRORS as error:
            answer = error_text(error)
        log.info("recovery_step", device=serial, step=what, answer=answer.strip()[:200])

    def _dial_again(self, now: float) -> None:
        """adb has dropped a phone at our word: it must not stay forgotten, however long it takes to come back."""
        for address, due in list(self._forgotten.items()):
            serial = self._transports.device_of(address)
            device = self._registry.get(serial)
            listed = any(one.name == address for one in self._transports.listing())
            if listed and device is not None and device.state in _WELL:
                del self._forgotten[address]
            elif now >= due and not listed:
                self._forgotten[address] = now + escalation.STEP_EVERY_S
                self._jobs.background(self._ask(serial, "dial again", f"host:connect:{address}"))
